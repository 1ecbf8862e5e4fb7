"""Every setting of a chain can be chosen in the form of Reverse, and for B beside it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest
from driving import Find, choose, click, finder
from PySide6.QtWidgets import QComboBox, QLabel, QWidget
from pytestqt.qtbot import QtBot

from diffvis.app.reverse.workspace import ReverseWorkspace
from diffvis.app.session import Session
from diffvis.diffusion import make_schedule
from diffvis.models.model import exact_model
from diffvis.sampling.registry import SAMPLERS, sampler_settings
from diffvis.sampling.sampler import Mean, Sampler, register
from diffvis.sampling.settings import BEGINNING, chain_settings
from diffvis.settings import setting

ROLES = {"label": "class"}


@pytest.fixture(autouse=True)
def toy() -> Iterator[None]:
    """A sampler that joins as a user's own does, with settings of its own."""
    with SAMPLERS.for_a_while():

        @register("toy", "Toy", "x̂_0 at once (nobody, 2030)", year=2030)
        class Toy(Sampler):
            churn: float = setting(0.25, ge=0, le=2, label="Churn", help="How much it churns.")
            pace: Literal["slow", "fast"] = setting("slow", help="How it goes.", rare=True)

            def mean(self, schedule, t, s, t_before=None) -> Mean:
                return Mean(x0_hat=1.0)

        yield


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """Of a run folder the names alone: it has checkpoints of the steps 100 and 1,200."""
    path = tmp_path / "run"
    (path / "checkpoints").mkdir(parents=True)
    for name in ("run.json", "checkpoints/step-00000100.safetensors",
                 "checkpoints/step-00001200.safetensors"):  # fmt: skip
        (path / name).touch()
    return path


@pytest.fixture
def find(session: Session, reverse: ReverseWorkspace, run: Path) -> Find:
    """The widget of the workspace with this object name; the model knows two classes."""
    plain = exact_model(session.data, make_schedule("cosine", 20))
    session.set_model(
        replace(plain, steps=1_200, path=run, num_classes=2, classes=("in_side", "outside"))
    )
    return finder(reverse)


def enable(find: Find, prefix: str, name: str) -> QWidget:
    """The control of a setting, in a chain in which it has an effect."""
    find(f"{prefix}steps").setValue(7)
    choose(find(f"{prefix}class"), "outside")
    box = find(f"{prefix}sampler")
    wanted, _ = sampler_settings().get(name, ("ddim", None))
    box.setCurrentIndex(box.findData(wanted))
    box.activated.emit(box.currentIndex())
    if name == "rho":
        spacing = find(f"{prefix}spacing")
        spacing.setCurrentIndex(spacing.findData("karras"))
        spacing.activated.emit(spacing.currentIndex())
    control = find(prefix + ROLES.get(name, name))
    assert control.isEnabled()
    return control


def change(control: QWidget) -> None:
    """Another value, as a person chooses it."""
    if isinstance(control, QComboBox):
        control.setCurrentIndex((control.currentIndex() + 1) % control.count())
        control.activated.emit(control.currentIndex())
    else:
        control.setValue(control.value() + control.singleStep())


def test_every_setting_of_a_chain_is_in_the_form_and_in_b(
    reverse: ReverseWorkspace, find: Find
) -> None:
    compare, of_the_form, of_b = reverse.pages["compare"], [], []
    for name, declared in chain_settings().items():
        control = enable(find, "reverse.", name)
        assert control.toolTip() and control.accessibleName(), name
        before = reverse.settings()
        change(control)
        assert reverse.settings()[name] != before[name], name
        of_the_form.append(name)
        if declared.group == BEGINNING:
            continue  # both chains begin with the same noise
        control = enable(find, "reverse.rival_", name)
        assert control.toolTip() and control.accessibleName().endswith(" of B"), name
        mine, before = reverse.settings(), compare.plan()[1]
        change(control)
        assert compare.plan()[1][name] != before[name], name
        assert reverse.settings() == mine, name
        of_b.append(name)
    assert {"churn", "pace", "eta", "variance", "clip", "guidance", "shift"} <= {*of_the_form}
    assert set(of_the_form) - set(of_b) == {"seed", "count", "noise"}


def test_what_the_run_has_kept_can_guide(
    reverse: ReverseWorkspace, find: Find, session: Session, run: Path
) -> None:
    box = find("reverse.guide_by")
    assert [box.itemText(place) for place in range(box.count())] == ["no class", "step 100"]
    choose(box, "step 100")
    assert reverse.settings().guide_by == "100"
    choose(find("reverse.class"), "none")
    assert find("reverse.guidance").isEnabled(), "no class is needed"
    (run / "checkpoints" / "step-00000100.safetensors").unlink()
    session.set_model(replace(session.model, name="without"))
    assert reverse.settings().guide_by == "" and not find("reverse.guidance").isEnabled()
    assert not box.isVisibleTo(box.parentWidget())


def test_a_sampler_that_joins_brings_its_own_settings(
    reverse: ReverseWorkspace, find: Find
) -> None:
    compare = reverse.pages["compare"]
    for prefix, of_chain in (
        ("reverse.", reverse.settings), ("reverse.rival_", lambda: compare.plan()[1]),
    ):  # fmt: skip
        churn, pace = find(f"{prefix}churn"), find(f"{prefix}pace")
        assert not churn.isEnabled() and not pace.isEnabled()
        assert "Toy: x" in find(f"{prefix}sampler").toolTip()
        choose(find(f"{prefix}sampler"), "Toy")
        assert churn.isEnabled() and pace.isEnabled()
        assert not find(f"{prefix}eta").isEnabled()
        churn.setValue(1.5)
        choose(pace, "fast")
        chosen = of_chain()
        assert (chosen.sampler, chosen["churn"], chosen["pace"]) == ("toy", 1.5, "fast")
    choose(find("reverse.sampler"), "DDIM")
    assert reverse.settings()["churn"] == 0.25, "what changes nothing is as it was"


def test_settings_stand_in_their_order_and_the_rare_ones_are_folded_away(
    reverse: ReverseWorkspace, find: Find
) -> None:
    choose(find("reverse.sampler"), "Toy")
    said = [each.text() for each in reverse.form.findChildren(QLabel)]
    order = ["Sampler", "Steps", "η", "Churn", "Class", "Guidance", "Samples", "Seed"]
    assert [text for text in said if text in order] == order
    for name in ("shift", "clip", "pace"):
        assert not find(f"reverse.{name}").isVisible()
        assert find(f"reverse.{name}").isVisibleTo(find(f"reverse.{name}").parentWidget())


def test_of_what_samplers_have_of_their_own_the_chosen_one_alone_has_rows(
    reverse: ReverseWorkspace, find: Find
) -> None:
    own = {"DDIM": ("eta",), "Toy": ("churn", "pace"), "Churn": ("gamma",)}
    for sampler in own:
        choose(find("reverse.sampler"), sampler)
        for other, names in own.items():
            for name in names:
                control = find(f"reverse.{name}")
                assert control.isVisibleTo(control.parentWidget()) == (other == sampler), name
                (caption,) = (
                    each for each in reverse.form.findChildren(QLabel) if each.buddy() is control
                )
                assert caption.isHidden() == control.isHidden(), name


def test_b_is_as_a_but_for_what_is_chosen_for_it(reverse: ReverseWorkspace, find: Find) -> None:
    compare = reverse.pages["compare"]
    choose(find("reverse.rival_sampler"), "DDPM (ancestral)")
    choose(find("reverse.clip"), "static")
    choose(find("reverse.variance"), "small  β̃")
    choose(find("reverse.class"), "outside")
    find("reverse.guidance").setValue(3.0)
    find("reverse.rival_steps").setValue(5)
    mine = reverse.settings()
    assert compare.plan()[1] == mine.changed(steps=5)
    choose(find("reverse.rival_clip"), "dynamic")
    choose(find("reverse.rival_class"), "in_side")
    find("reverse.rival_guidance").setValue(1.5)
    chosen = mine.changed(steps=5, clip="dynamic", label=0, guidance=1.5)
    assert compare.plan()[1] == chosen
    choose(find("reverse.clip"), "none")
    find("reverse.guidance").setValue(2.0)
    choose(find("reverse.variance"), "large  β")
    assert compare.plan()[1] == chosen.changed(variance="large")
    reverse.reset()
    assert compare.plan()[1] == reverse.settings().changed(steps=20)


def test_b_says_only_what_changes_something(
    qtbot: QtBot, session: Session, reverse: ReverseWorkspace, find: Find
) -> None:
    click(qtbot, find("reverse.show_compare"))
    assert find("reverse.rival_steps").isVisible() and not find("reverse.rival_clip").isVisible()
    click(qtbot, find("reverse.rival_more"))

    def shown() -> set[str]:
        names = (
            ROLES.get(name, name)
            for name, each in chain_settings().items()
            if each.group != BEGINNING
        )
        return {name for name in names if find(f"reverse.rival_{name}").isVisible()}

    choose(find("reverse.rival_sampler"), "DDIM")
    choose(find("reverse.rival_class"), "none")
    assert shown() == {"sampler", "steps", "class", "guide_by", "eta", "clip"}  # all 20 steps
    find("reverse.rival_steps").setValue(6)
    choose(find("reverse.rival_class"), "in_side")
    assert shown() == {
            "sampler", "steps", "shift", "spacing", "class", "guidance", "guide_by", "eta",
            "clip",
        }  # fmt: skip
    session.use_exact_denoiser()
    choose(find("reverse.rival_sampler"), "DPM-Solver++")
    find("reverse.rival_steps").setValue(6)
    assert shown() == {"sampler", "steps", "shift", "spacing", "clip"}


def test_a_variance_that_the_model_has_not_learned_is_not_offered(
    session: Session, reverse: ReverseWorkspace, find: Find
) -> None:
    for prefix in ("reverse.", "reverse.rival_"):
        box = find(f"{prefix}variance")
        assert not box.model().item(box.findData("learned")).isEnabled()
        assert box.model().item(box.findData("large")).isEnabled()
    mine = session.model
    mine.denoiser.learns_variance = True
    session.set_model(replace(mine))
    choose(find("reverse.variance"), "learned")
    assert reverse.settings().variance == "learned"
    choose(find("reverse.rival_sampler"), "DDPM (ancestral)")
    assert reverse.pages["compare"].plan()[1].variance == "learned"
    mine.denoiser.learns_variance = False
    session.set_model(replace(mine))
    assert reverse.settings().variance == "auto"


def test_names_of_classes_are_shown_as_they_are(find: Find) -> None:
    assert find("reverse.class").findText("in_side") > 0, "not a symbol with a subscript"
