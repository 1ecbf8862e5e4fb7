"""Setting a run up: every setting has a field, and a wrong one is said beside it."""

from dataclasses import replace

import pytest
import torch
from driving import Find, choose, click, finder
from pytestqt.qtbot import QtBot

from diffvis.app.session import Session
from diffvis.app.training.form import ELSEWHERE, TrainingForm
from diffvis.app.training.setup_page import SetupPage
from diffvis.app.training.workspace import TrainingWorkspace
from diffvis.bugs.catalogue import BUGS
from diffvis.data.catalogue import open_dataset
from diffvis.errors import UserError
from diffvis.models.blueprint import Blueprint
from diffvis.training.config import TrainConfig, bug_of, preset_for
from diffvis.training.presets import preset


@pytest.fixture
def find(training: TrainingWorkspace) -> Find:
    """The widget of the workspace with this name."""
    return finder(training, "training.")


def test_every_setting_has_a_field_with_words(find: Find) -> None:
    for name in TrainConfig.model_fields:
        if name in ("data_options", "network_options"):
            continue  # part of the data's name, and fields of their own
        control = find("learning_rate" if name == "lr" else name)
        assert control.toolTip(), name
        assert control.accessibleName(), name
    assert not set(ELSEWHERE) - set(TrainConfig.model_fields)


def test_a_setting_without_words_is_called_by_its_own_name(find: Find) -> None:
    assert find("tensorboard").text() == find("tensorboard").accessibleName() == "Tensorboard"
    assert find("compile").text() == "Compile"


def test_the_form_asks_for_the_preset_as_it_is(
    training: TrainingWorkspace, session: Session
) -> None:
    asked = training.findChild(TrainingForm).config()
    preset = preset_for(session.data)
    told = {"network_options", "device"}  # filled in: all options, and the device of the window
    for name in set(TrainConfig.model_fields) - told:
        assert getattr(asked, name) == getattr(preset, name), name


def test_fields_reach_the_configuration(training: TrainingWorkspace, find: Find) -> None:
    find("option_width").setValue(24)
    find("ema_decay").setText("0.9")
    find("ema_decay").textEdited.emit("0.9")
    choose(find("optimizer"), "adamw")
    choose(find("lr_schedule"), "constant")
    choose(find("nonfinite"), "stop the run")
    find("patience").setValue(3)
    find("gradient_clip").setText("0.5")
    asked = training.findChild(TrainingForm).config()
    assert asked.network_options["width"] == 24
    assert (asked.ema_decay, asked.optimizer, asked.lr_schedule) == (0.9, "adamw", "constant")
    assert (asked.patience, asked.gradient_clip) == (3, 0.5)
    assert asked.nonfinite == "stop"


@pytest.mark.parametrize(
    ("field", "text", "says"),
    [
        ("ema_decay", "1.5", "ema_decay"),
        ("weight_decay", "much", "weight_decay"),
        ("learning_rate", "fast", "lr"),
        ("device", "toaster", "device"),
    ],
)
def test_a_wrong_value_is_said_beside_the_form(
    training: TrainingWorkspace, find: Find, field: str, text: str, says: str
) -> None:
    control = find(field)
    line = control.lineEdit() if hasattr(control, "lineEdit") else control
    before = line.text()
    line.setText(text)
    line.textEdited.emit(text)
    assert find("form_error").text().startswith(says)
    assert find("form_error").isVisible()
    assert control.property("state") == "error"
    line.setText(before)
    line.textEdited.emit(before)
    assert not find("form_error").isVisible()
    assert control.property("state") == ""


def test_channels_that_are_no_numbers_are_said(
    training: TrainingWorkspace, session: Session, find: Find
) -> None:
    session.set_data(open_dataset("digits"))
    line = find("option_channels")
    assert line.text() == "24, 24"
    line.setText("32, wide")
    line.textEdited.emit("32, wide")
    assert "channels" in find("form_error").text()
    assert line.property("state") == "error"
    line.setText("16 24")
    line.textEdited.emit("16 24")
    assert training.findChild(TrainingForm).config().network_options["channels"] == (16, 24)


def test_short_runs_get_looks_unless_the_person_chose(
    training: TrainingWorkspace, find: Find
) -> None:
    find("steps").setValue(100)
    assert find("preview_every").value() == find("validate_every").value() == 10
    find("preview_every").setValue(50)
    find("steps").setValue(200)
    assert (find("preview_every").value(), find("validate_every").value()) == (50, 20)


def test_a_preset_fills_the_form(training: TrainingWorkspace, session: Session, find: Find) -> None:
    find("steps").setValue(77)
    choose(find("preset"), "Swiss roll, a short look")
    assert find("steps").value() == preset_for(session.data).steps // 10
    choose(find("preset"), "Points")
    assert session.schedule.T == find("timesteps").value() == 100
    assert training.findChild(TrainingForm).config().timesteps == 100


def test_the_cost_of_a_choice_is_found(qtbot: QtBot, find: Find) -> None:
    qtbot.waitUntil(lambda: "a step" in find("cost").text(), timeout=60_000)
    first = find("cost").text()
    assert "parameters" in first
    find("option_width").setValue(16)
    assert find("cost").text() != first, "the old cost is not shown for another network"
    qtbot.waitUntil(lambda: "a step" in find("cost").text(), timeout=60_000)
    assert find("cost").text().split()[0] != first.split()[0]


def test_minutes_take_the_place_of_the_steps(
    qtbot: QtBot, training: TrainingWorkspace, find: Find
) -> None:
    qtbot.waitUntil(lambda: "a step, " in find("cost").text(), timeout=60_000)
    assert find("cost").text().endswith("in all")
    asked = training.findChild(TrainingForm).config()
    assert (asked.minutes, find("steps").isEnabled()) == (0, True)
    for text, enabled, says in (("3", False, "in 3 min 0 s"), ("0", True, "in all")):
        find("minutes").setText(text)
        find("minutes").textEdited.emit(text)
        assert find("steps").isEnabled() == enabled
        assert find("cost").text().endswith(says)
        assert training.findChild(TrainingForm).config() == asked.changed(minutes=float(text))


def test_a_preset_that_is_done_in_minutes(
    session: Session, training: TrainingWorkspace, find: Find
) -> None:
    digits = open_dataset("digits")
    large = torch.zeros(1797, 1, 28, 28, dtype=torch.uint8)
    session.set_data(replace(digits, name="mnist", values=large))
    box = find("preset")
    assert box.itemText(0) == "MNIST live (recommended)"
    assert box.findText("MNIST") > 0, "the one that takes its time is there as well"
    assert training.findChild(TrainingForm).config().minutes == preset("mnist-live")["minutes"]
    assert session.schedule.T == find("timesteps").value() == preset("mnist-live")["timesteps"]


def test_the_cost_of_other_settings_is_never_shown(
    qtbot: QtBot, training: TrainingWorkspace, session: Session, find: Find
) -> None:
    qtbot.waitUntil(lambda: "a step" in find("cost").text(), timeout=60_000)
    known = find("cost").text()
    training.findChild(SetupPage).set_free(False)  # a run goes on
    assert find("cost").text() == known, "it is still that of the choice"
    session.set_data(open_dataset("digits"))
    assert find("cost").text() == ""
    training.findChild(SetupPage).set_free(True)
    assert find("cost").text() == "Finding out what it costs…"
    training.findChild(SetupPage).set_free(False)  # Start, at once
    assert find("cost").text() == ""
    training.findChild(SetupPage).set_free(True)
    click(qtbot, find("page_runs"))
    assert find("cost").text() == ""
    click(qtbot, find("page_setup"))
    qtbot.waitUntil(lambda: "a step" in find("cost").text(), timeout=60_000)
    assert find("cost").text().split()[0] != known.split()[0]


def test_the_equation_before_a_run_is_that_of_the_choice(find: Find) -> None:
    for target, says in (("v", "v<sub>θ</sub>"), ("eps", "ε<sub>θ</sub>")):
        box = find("predict")
        box.setCurrentIndex(box.findData(target))
        box.activated.emit(box.currentIndex())
        assert f"{says}(x<sub>t</sub>, t)" in find("readout").text()
    find("ema_decay").setText("1.5")  # not possible: the last choice that is stays
    find("ema_decay").textEdited.emit("1.5")
    assert "ε<sub>θ</sub>" in find("readout").text()


def test_a_network_that_cannot_be_built_is_said(
    qtbot: QtBot, session: Session, find: Find, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The options are possible one by one, but building them fails."""
    tried: list[bool] = []

    def fail(_: Blueprint) -> None:
        tried.append(True)
        raise UserError("24 does not go with depth 3", "choose another width")

    qtbot.waitUntil(lambda: "a step" in find("cost").text(), timeout=60_000)
    monkeypatch.setattr(Blueprint, "make_network", fail)
    find("option_width").setValue(24)
    qtbot.waitUntil(lambda: bool(find("form_error").text()), timeout=60_000)
    assert tried
    assert find("form_error").text() == "24 does not go with depth 3: choose another width"
    assert find("form_error").isVisible()
    assert find("cost").text() == ""


def test_the_network_is_described(session: Session, find: Find) -> None:
    assert "perceptron" in find("network_about").text()
    session.set_data(open_dataset("digits"))
    choose(find("network"), "unet-classic")
    assert "courses" in find("network_about").text()


def test_groups_fold(qtbot: QtBot, find: Find) -> None:
    assert not find("weight_decay").isVisible()
    find("group_optimiser").click()
    assert find("weight_decay").isVisibleTo(find("group_optimiser").parentWidget())


def test_reset_goes_back_to_the_first_day(
    qtbot: QtBot, training: TrainingWorkspace, session: Session, find: Find
) -> None:
    find("steps").setValue(77)
    click(qtbot, find("page_runs"))
    click(qtbot, find("why"))
    click(qtbot, find("larger"))
    choose(find("samples_mode"), "Step × t")
    training.reset()
    assert find("steps").value() == preset_for(session.data).steps
    assert not find("why").isChecked()
    assert not find("larger").isChecked()
    assert find("samples_mode").currentText() == "Film"


def test_early_stopping_needs_samples_to_validate(
    training: TrainingWorkspace, session: Session, find: Find
) -> None:
    session.set_data(open_dataset("moons?n=3"))
    assert training.findChild(TrainingForm).config().patience == 0
    find("patience").setValue(3)
    assert training.findChild(TrainingForm).check() is None
    assert "Moons has no samples to validate" in find("form_error").text()
    assert find("patience").property("state") == "error"


def test_a_bug_is_a_choice_of_the_form_and_no_setting(
    training: TrainingWorkspace, find: Find
) -> None:
    form = training.findChild(TrainingForm)
    assert bug_of(form.config()) == ""
    title = find("group_bug_in_the_code")
    assert title.text().endswith("Bug in the code")
    called = BUGS["no-t"].title
    choose(find("bug"), called)
    assert bug_of(form.config()) == "no-t"
    assert title.text().endswith(f"Bug in the code: {called}"), "it is folded away"
    choose(find("loss"), "min-snr")
    assert form.check() is None
    assert "simple loss" in find("form_error").text()
    choose(find("bug"), "no bug")
    assert title.text().endswith("Bug in the code")
    assert type(form.config()) is TrainConfig
