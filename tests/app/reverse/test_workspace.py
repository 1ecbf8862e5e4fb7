"""Reverse as a person uses it: real widgets, and what they show checked against the core."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from driving import Find, choose, click, finder, rounds, settle, type_number, walk
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from diffvis.app.export.choices import choices_for
from diffvis.app.reverse.samples import SamplesPanel
from diffvis.app.reverse.workspace import ReverseWorkspace
from diffvis.app.session import Session
from diffvis.app.shell.window import MainWindow
from diffvis.app.theme import Theme
from diffvis.app.transport.player import Player
from diffvis.app.widgets.raster import RasterView
from diffvis.app.workers.jobs import Jobs
from diffvis.data.catalogue import open_dataset
from diffvis.diffusion import ExactDenoiser, make_schedule, q_sample
from diffvis.models.model import open_model
from diffvis.models.shipped import learned_by, own_samples
from diffvis.rendering.empty import draw_empty
from diffvis.rendering.samples import draw_samples
from diffvis.rendering.scatter import colour_of_noise
from diffvis.rendering.style import Style
from diffvis.sampling.chain import run_chain
from diffvis.sampling.noise import chain_noise
from diffvis.sampling.settings import ChainSettings


@pytest.fixture
def needed() -> tuple[str, ...]:
    return ("reverse",)


@pytest.fixture
def find(reverse: ReverseWorkspace) -> Find:
    """The widget of the workspace with this object name."""
    return finder(reverse)


def last_of(settings: ChainSettings, model, **more: object) -> torch.Tensor:
    *_, step = run_chain(model, settings, **more)
    return step.x_s


@pytest.mark.parametrize(
    ("choices", "expected"),
    [
        ({"reverse.sampler": "DPM-Solver++"}, {"sampler": "dpm-solver"}),
        (
            {"reverse.sampler": "DDIM", "reverse.clip": "static"},
            {"sampler": "ddim", "clip": "static"},
        ),
        ({"reverse.variance": "small  β̃"}, {"variance": "small"}),
    ],
    ids=str,
)
def test_what_is_chosen_is_what_is_walked(
    qtbot: QtBot, reverse: ReverseWorkspace, find: Find, choices: dict, expected: dict
) -> None:
    for name, text in choices.items():
        choose(find(name), text)
    click(qtbot, find("reverse.run"))
    settle(qtbot, reverse)
    settings = ChainSettings(**{"steps": 8, "count": 40, **expected})
    assert reverse.recording.settings == settings
    model = reverse.recording.model
    assert torch.equal(reverse.recording.x_at(0), last_of(settings, model))


def test_only_what_has_an_effect_can_be_changed(reverse: ReverseWorkspace, find: Find) -> None:
    def enabled() -> tuple[bool, ...]:
        names = ("reverse.eta", "reverse.variance", "reverse.class", "reverse.guidance")
        return tuple(find(name).isEnabled() for name in names)

    assert enabled() == (False, True, False, False)
    choose(find("reverse.sampler"), "DDIM")
    assert enabled() == (True, False, False, False)
    choose(find("reverse.sampler"), "DPM-Solver++")
    assert enabled() == (False, False, False, False)


def test_changes_while_a_chain_runs_never_mix_two_runs(
    qtbot: QtBot, reverse: ReverseWorkspace, find: Find
) -> None:
    click(qtbot, find("reverse.run"))
    generator = np.random.default_rng(0)
    walked = []
    for turn in range(25):
        change = generator.integers(4)
        if change == 0:
            find("reverse.steps").setValue(int(generator.integers(2, 40)))
        elif change == 1:
            choose(find("reverse.sampler"), ("DDPM (ancestral)", "DDIM", "DPM-Solver++")[turn % 3])
        elif change == 2:
            find("reverse.seed").setValue(turn)
        else:
            find("reverse.count").setValue(int(generator.integers(2, 60)))
        assert reverse.recording.settings == reverse.settings(), "obeyed at once"
        walked.append(reverse.recording)
        qtbot.wait(int(generator.integers(0, 15)))
    settle(qtbot, reverse)
    for recording in {id(each): each for each in walked}.values():
        chain = run_chain(recording.model, recording.settings)
        for kept, step in zip(recording.steps, chain, strict=False):
            assert torch.equal(kept.x_s, step.x_s), "each recording is its own chain"
    assert reverse.recording.complete


def test_a_paused_chain_is_walked_by_the_step_button(
    qtbot: QtBot, session: Session, player: Player, reverse: ReverseWorkspace, find: Find
) -> None:
    player.step(1)  # without a chain, it begins one and takes its first step
    qtbot.waitUntil(lambda: session.t == reverse.recording.times[-2], timeout=30_000)
    assert reverse.chain.paused
    assert reverse.recording.walked == 1
    for walked in (2, 3):
        player.step(1)
        qtbot.waitUntil(lambda n=walked: session.t == reverse.recording.times[-1 - n])
        assert reverse.recording.walked == walked
    player.step(-1)
    assert session.t == reverse.recording.times[-3]
    player.step(1)
    assert session.t == reverse.recording.times[-4]
    assert reverse.recording.walked == 3, "a step that is there is not walked again"
    click(qtbot, find("reverse.pause"))
    settle(qtbot, reverse)
    assert torch.equal(
        reverse.recording.x_at(0), last_of(reverse.settings(), reverse.recording.model)
    )


def test_pausing_stops_the_walk(qtbot: QtBot, reverse: ReverseWorkspace, find: Find) -> None:
    find("reverse.count").setValue(2_000)
    find("reverse.steps").setValue(40)
    click(qtbot, find("reverse.run"))
    click(qtbot, find("reverse.pause"))
    qtbot.waitUntil(lambda: reverse.idle)  # the step that is being taken is finished first
    walked = reverse.recording.walked
    qtbot.wait(50)
    assert reverse.recording.walked == walked < 40
    assert find("reverse.pause").text() == "Resume"
    find("reverse.steps").setValue(4)  # a change is obeyed also now
    settle(qtbot, reverse)


def test_the_picture_is_the_cores(
    qtbot: QtBot, session: Session, reverse: ReverseWorkspace, find: Find
) -> None:
    walk(qtbot, reverse)
    session.set_t(reverse.recording.times[3])
    view = find("reverse.view")
    qtbot.waitUntil(lambda: view.frame is not None)
    view.repaint()
    step = next(
        step for step in run_chain(reverse.recording.model, reverse.settings())
        if step.t == session.t
    )  # fmt: skip
    height, width = view.frame.shape[:2]
    x_T = reverse.recording.steps[0].x_t
    caption = f"x_{{{step.t}}} · 40 points, seed 0"
    expected = draw_samples(
        step.x_t, (width, height), view.style_drawn, caption=caption, selected=0,
        colours=colour_of_noise(x_T), extent=3.0,
    )  # fmt: skip
    assert np.array_equal(view.frame, expected)


def test_two_settings_side_by_side(
    qtbot: QtBot, session: Session, reverse: ReverseWorkspace, find: Find
) -> None:
    walk(qtbot, reverse)
    session.set_t(0)
    click(qtbot, find("reverse.show_compare"))
    assert session.t == 0, "looking at another page moves nothing"
    choose(find("reverse.rival_sampler"), "DDIM")
    find("reverse.rival_steps").setValue(5)
    settle(qtbot, reverse)
    a, b = reverse.recording, reverse.chain.rival
    assert (b.settings.sampler, b.settings.steps) == ("ddim", 5)
    assert torch.equal(a.steps[0].x_t, b.steps[0].x_t), "the same noise"
    assert set(session.timeline.times) == {*a.times, *b.times}
    expected = float((a.x_at(0) - b.x_at(0)).square().mean().sqrt())
    assert reverse.pages["compare"].view.difference() == pytest.approx(expected)
    choose(find("reverse.rival_sampler"), "DDPM (ancestral)")
    find("reverse.rival_steps").setValue(8)
    settle(qtbot, reverse)
    assert reverse.pages["compare"].view.difference() == 0
    click(qtbot, find("reverse.show_step"))
    find("reverse.steps").setValue(6)
    settle(qtbot, reverse)
    assert reverse.chain.rival is None, "a run without the page in front has no rival"


def test_branches_spread_from_where_they_part(
    qtbot: QtBot, session: Session, reverse: ReverseWorkspace, find: Find
) -> None:
    walk(qtbot, reverse)
    main = reverse.recording
    t = main.times[5]
    session.set_t(t)
    click(qtbot, find("reverse.show_branch"))
    type_number(qtbot, find("reverse.branches"), 6)
    reverse.chain.select(2)
    click(qtbot, find("reverse.branch"))
    settle(qtbot, reverse)
    branches = reverse.chain.branches
    assert reverse.recording is main, "the chain itself stays"
    assert torch.equal(branches.x_at(t), main.x_at(t)[2:3].expand(6, 2))
    spread = reverse.pages["branch"].spread()
    assert [entry[0] for entry in spread] == list(branches.times[::-1])
    assert spread[0][1] == 0
    assert spread[1][1] > 0
    last = float(branches.x_at(0).var(0, correction=0).mean().sqrt())
    assert spread[-1] == (0, last, last)
    x, y = find("reverse.spread_plot").curve_data(find("reverse.spread_plot").curve_names[0])
    assert list(x) == [entry[0] for entry in spread]
    assert np.allclose(y, [entry[1] for entry in spread])


def test_a_deterministic_sampler_says_that_its_branches_are_one(
    qtbot: QtBot, session: Session, reverse: ReverseWorkspace, find: Find
) -> None:
    choose(find("reverse.sampler"), "DDIM")
    walk(qtbot, reverse)
    session.set_t(reverse.recording.times[5])
    click(qtbot, find("reverse.show_branch"))
    click(qtbot, find("reverse.branch"))
    settle(qtbot, reverse)
    page = reverse.pages["branch"]
    assert all(entry[1] == 0 for entry in page.spread())
    noisy = find("reverse.branch_noise")
    assert noisy.isVisibleTo(page), "what would let them part is offered"
    click(qtbot, noisy)
    settle(qtbot, reverse)
    branches = reverse.chain.branches
    assert branches.settings.eta == 1 and branches.start == reverse.recording.times[5]
    assert page.spread()[0][1] == 0 and page.spread()[-1][1] > 0.1
    assert reverse.form.settings().eta == 0, "the chain itself stays as it is"
    find("reverse.eta").setValue(0.5)
    walk(qtbot, reverse)
    assert not noisy.isVisibleTo(page)


@pytest.mark.parametrize(
    ("sampler", "place", "says"),
    [
        ("DDPM (ancestral)", 5, "each time with other noise"),
        ("DDPM (ancestral)", 1, "the last step adds no noise"),
        ("DDIM", 5, "this sampler adds no noise"),
        ("DPM-Solver++", 1, "this sampler adds no noise"),
    ],
)
def test_before_they_are_made_it_is_said_from_where_branches_go_and_how_they_differ(
    qtbot: QtBot, session: Session, reverse: ReverseWorkspace, find: Find,
    monkeypatch: pytest.MonkeyPatch, sampler: str, place: int, says: str,
) -> None:  # fmt: skip
    said: list[str] = []

    def draw(words: str, size: tuple[int, int], style: Style) -> np.ndarray:
        said.append(words)
        return draw_empty(words, size, style)

    monkeypatch.setattr("diffvis.app.reverse.branch.draw_empty", draw)
    choose(find("reverse.sampler"), sampler)
    walk(qtbot, reverse)
    t = reverse.recording.times[place]
    session.set_t(t - 1)  # between two steps, where x_t of the one before is shown
    click(qtbot, find("reverse.show_branch"))
    qtbot.waitUntil(lambda: bool(said), timeout=5_000)
    assert said[-1].endswith(says) and f"frozen at t = {t} and goes on 16 times" in said[-1]
    click(qtbot, find("reverse.branch"))
    assert reverse.chain.branches.start == t


@pytest.fixture
def digits(
    qtbot: QtBot, session: Session, reverse: ReverseWorkspace, find: Find
) -> ReverseWorkspace:
    """Reverse with the shipped digits and a short chain."""
    session.set_data(open_dataset("digits"))
    session.set_model(open_model("digits"))
    find("reverse.steps").setValue(5)
    find("reverse.count").setValue(4)
    return reverse


def test_the_nearest_training_image_is_found(
    qtbot: QtBot, session: Session, digits: ReverseWorkspace, find: Find
) -> None:
    walk(qtbot, digits)
    session.set_t(0)
    digits.chain.select(1)
    click(qtbot, find("reverse.show_nearest"))
    page = digits.pages["nearest"]
    qtbot.waitUntil(lambda: page.found is not None and digits.idle, timeout=30_000)
    data = session.data
    members = data.x0(data.train)
    away = (members - digits.recording.x_at(0)[1]).flatten(1).square().mean(1).sqrt()
    assert page.found.numbers[0] == int(data.train[away.argmin()])
    assert page.found.distances[0] == pytest.approx(float(away.min()), abs=1e-6)


def test_what_a_model_made_is_no_training_image(
    qtbot: QtBot, session: Session, reverse: ReverseWorkspace, find: Find
) -> None:
    made = own_samples("digits")
    session.set_data(made)
    session.set_model(open_model("digits"))
    find("reverse.count").setValue(2)
    find("reverse.steps").setValue(4)
    walk(qtbot, reverse)
    click(qtbot, find("reverse.show_nearest"))
    settle(qtbot, reverse)
    page = reverse.pages["nearest"]
    assert page.found is None
    assert any("made by a model" in label.text() for label in page.findChildren(QLabel))
    choices = choices_for(reverse.shown(), session)
    assert "nearest" not in [choice.view for choice in choices]


def test_pictures_that_travel_with_a_model_are_looked_in_where_its_data_are_not_here(
    qtbot: QtBot, session: Session, reverse: ReverseWorkspace, find: Find
) -> None:
    session.set_data(own_samples("mnist"))
    session.set_model(open_model("mnist"))
    find("reverse.count").setValue(1)
    find("reverse.steps").setValue(4)
    walk(qtbot, reverse)
    session.set_t(0)
    click(qtbot, find("reverse.show_nearest"))
    page = reverse.pages["nearest"]
    qtbot.waitUntil(lambda: page.found is not None and reverse.idle, timeout=30_000)
    members = learned_by("mnist")
    away = (members.x0() - reverse.recording.x_at(0)[0]).flatten(1).square().mean(1).sqrt()
    assert page.found.numbers[0] == int(away.argmin())
    said = [label.text() for label in page.findChildren(QLabel)]
    assert any("1,000 training images that travel" in each for each in said)
    choice = next(each for each in choices_for(reverse.shown(), session) if each.view == "nearest")
    assert choice.subject.data is members


def test_points_have_no_nearest_image_while_images_take_their_place(
    qtbot: QtBot, session: Session, reverse: ReverseWorkspace, find: Find,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    walk(qtbot, reverse)
    click(qtbot, find("reverse.show_nearest"))
    session.set_t(reverse.recording.times[4])
    session.set_data(open_dataset("digits"))  # another T: t moves before the chain is forgotten
    settle(qtbot, reverse)
    qtbot.waitUntil(lambda: reverse.findChild(Jobs).idle, timeout=30_000)
    assert not [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]


@pytest.mark.parametrize("page", ["step", "compare", "branch"])
def test_a_picture_painted_in_the_midst_of_a_change_is_of_the_old_chain(
    qtbot: QtBot, session: Session, digits: ReverseWorkspace, find: Find, page: str
) -> None:
    reverse = digits
    click(qtbot, find(f"reverse.show_{page}"))
    walk(qtbot, reverse)
    views, failed = reverse.findChildren(RasterView), []

    def paint() -> None:
        for view in views:
            if view.isVisible():
                view.refresh()
                view.repaint()

    for view in views:
        view.failed.connect(failed.append)
    session.schedule_changed.connect(paint)  # the model is another by then, the chain is not
    session.set_data(open_dataset("swiss-roll"))
    rounds()
    assert not failed
    settle(qtbot, reverse)


def test_before_it_is_run_a_chain_shows_where_it_begins(
    digits: ReverseWorkspace, session: Session, find: Find, tmp_path: Path
) -> None:
    samples = digits.findChild(SamplesPanel)
    settings, model = digits.settings(), session.model
    noise, _ = chain_noise((1, 8, 8), settings)
    assert torch.equal(samples.on_show()[0], noise)
    choose(find("reverse.begin"), "data sample")
    for number, t in ((8, 90), (9, 90), (9, 30)):
        find("reverse.begin_sample").setValue(number)
        find("reverse.begin_t").setValue(t)
        x0 = session.data.x0([number]).expand_as(noise)
        x, symbol = samples.on_show()
        assert torch.equal(x, q_sample(model.schedule, x0, t, noise))
        assert symbol == f"x_{{{t}}}"
    for tone in (255, 0):  # another picture of the same name
        picture = tmp_path / "own.png"
        Image.new("L", (8, 8), tone).save(picture)
        digits.form.start.use_picture(picture)
        x0 = torch.full_like(noise, tone / 127.5 - 1)
        assert torch.allclose(samples.on_show()[0], q_sample(model.schedule, x0, 30, noise))


def test_a_chain_can_begin_with_a_sample_or_a_picture(
    qtbot: QtBot, session: Session, digits: ReverseWorkspace, find: Find, tmp_path: Path
) -> None:
    choose(find("reverse.begin"), "data sample")
    find("reverse.begin_sample").setValue(8)
    find("reverse.begin_t").setValue(90)
    walk(qtbot, digits)
    recording = digits.recording
    x0 = session.data.x0([8])
    eps, _ = chain_noise((1, 8, 8), recording.settings)
    x = q_sample(recording.model.schedule, x0.expand_as(eps), 90, eps)
    assert torch.equal(recording.x_at(90), x)
    assert recording.start == 90
    assert torch.equal(
        recording.x_at(0), last_of(digits.settings(), recording.model, x=x, begin=90)
    )
    Image.new("L", (30, 20), 255).save(tmp_path / "white.png")
    digits.form.start.use_picture(tmp_path / "white.png")
    settle(qtbot, digits)
    assert torch.equal(digits.recording.beginning.x0, torch.ones(1, 8, 8))
    said = []
    session.noticed.connect(said.append)
    digits.form.start.use_picture(tmp_path / "missing.png")
    assert "missing.png" in said[0].title


def test_a_click_selects_and_another_enlarges(
    qtbot: QtBot, session: Session, digits: ReverseWorkspace, find: Find
) -> None:
    walk(qtbot, digits)
    view = find("reverse.view")
    view.repaint()
    whole = view.frame.copy()
    (part,) = view.shown
    cell = part.grid.cell_rect(2)
    at = QPoint(part.rect.x + cell.centre[0], part.rect.y + cell.centre[1])
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=at)
    assert digits.chain.selected == 2
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=at)
    view.repaint()
    assert not np.array_equal(view.frame, whole)
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=at)
    assert digits.chain.selected == 2, "a click on the large one only goes back"


def test_a_click_on_samples_that_are_not_drawn_yet_does_nothing(
    qtbot: QtBot, session: Session, theme: Theme, player: Player
) -> None:
    unseen = ReverseWorkspace(session, theme, player)
    qtbot.addWidget(unseen)
    view = unseen.findChild(QWidget, "reverse.view")
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
    assert view.frame is None
    assert unseen.chain.selected == 0
    unseen.ask_to_stop()
    assert unseen.wait()


def test_everything_can_be_reset(
    qtbot: QtBot, session: Session, reverse: ReverseWorkspace, find: Find
) -> None:
    choose(find("reverse.sampler"), "DDIM")
    find("reverse.eta").setValue(0.5)
    find("reverse.paths").click()
    walk(qtbot, reverse)
    reverse.reset()
    T = session.schedule.T
    assert reverse.settings() == ChainSettings(steps=T, count=1000)
    assert reverse.recording is None
    assert not find("reverse.paths").isChecked()


def test_the_layers_of_points_are_drawn(
    qtbot: QtBot, session: Session, reverse: ReverseWorkspace, find: Find
) -> None:
    walk(qtbot, reverse)
    session.set_t(reverse.recording.times[4])
    view = find("reverse.view")
    view.repaint()
    seen = [view.frame.tobytes()]
    for name in ("reverse.paths", "reverse.density"):
        find(name).click()
        view.repaint()
        seen.append(view.frame.tobytes())
    for text in ("ε̂(x, t)", "score"):
        choose(find("reverse.field"), text)
        view.repaint()
        seen.append(view.frame.tobytes())
    assert len(set(seen)) == len(seen)


def test_what_points_show_is_chosen_in_one_row_also_on_stage(
    qtbot: QtBot, window: MainWindow
) -> None:
    window.stage.begin(full_screen=False)
    window.show_workspace("reverse")
    window.stage.show_controls()
    window.resize(1280, 720)
    rounds()
    names = ("shown", "field", "paths", "density")
    boxes = [window.findChild(QWidget, f"reverse.{name}").geometry() for name in names]
    middles = [box.center().y() for box in boxes]
    assert max(middles) - min(middles) <= 2
    window.stage.end()


def test_the_memory_limit_is_shown_and_kept(
    qtbot: QtBot, session: Session, reverse: ReverseWorkspace, find: Find
) -> None:
    walk(qtbot, reverse)
    assert find("readout.chain_memory").text().endswith("of 1,024 MB")
    session.preferences.change(memory_mb=64)
    assert find("readout.chain_memory").text().endswith("of 64 MB")
    assert reverse.chain.bytes == sum(each.bytes for each in reverse.chain.recordings)


def test_the_model_that_is_training_now_is_stepped_as_it_is_now(
    qtbot: QtBot, session: Session, digits: ReverseWorkspace
) -> None:
    walk(qtbot, digits)
    session.set_t(60)
    later = replace(session.model, steps=session.model.steps + 100)
    session.set_model(later)  # what Training does with a snapshot of its EMA weights
    settle(qtbot, digits)
    assert digits.recording.model is later
    assert (digits.recording.settings.steps, digits.recording.settings.count) == (5, 4)
    assert session.t == 60
    session.use_exact_denoiser()
    settle(qtbot, digits)
    assert digits.recording.model.steps is None
    assert digits.recording.settings.count == 4


def test_the_same_seed_gives_the_same_chain(
    qtbot: QtBot, reverse: ReverseWorkspace, find: Find
) -> None:
    walk(qtbot, reverse)
    first = reverse.recording.x_at(0)
    click(qtbot, find("reverse.new_seed"))
    settle(qtbot, reverse)
    assert not torch.equal(reverse.recording.x_at(0), first)
    type_number(qtbot, find("reverse.seed"), 0)
    settle(qtbot, reverse)
    assert torch.equal(reverse.recording.x_at(0), first)
    find("reverse.fresh_seed").click()
    click(qtbot, find("reverse.run"))
    settle(qtbot, reverse)
    assert not torch.equal(reverse.recording.x_at(0), first)


def test_a_class_and_guidance_are_for_models_that_know_classes(
    qtbot: QtBot, session: Session, digits: ReverseWorkspace, find: Find
) -> None:
    data, schedule = session.data, session.schedule
    members = data.train[:100]
    denoiser = ExactDenoiser(data.x0(members), schedule, labels=data.labels[members])
    classes = tuple(data.classes)
    model = replace(
        session.model, denoiser=denoiser, num_classes=len(classes), classes=classes, steps=1
    )
    session.use_exact_denoiser()
    assert not find("reverse.class").isEnabled()
    session.set_model(model)
    assert find("reverse.class").isEnabled() and find("reverse.guidance").isEnabled()
    assert find("reverse.class").currentText() == "all in turn"
    choose(find("reverse.class"), "none")
    assert not find("reverse.guidance").isEnabled()
    session.use_exact_denoiser()
    session.set_model(model)
    find("reverse.steps").setValue(4)
    find("reverse.count").setValue(3)
    choose(find("reverse.class"), "all in turn")
    find("reverse.guidance").setValue(2.0)
    walk(qtbot, digits)
    settings = ChainSettings(steps=4, count=3, label=-1, guidance=2.0)
    assert digits.recording.settings == settings
    assert torch.equal(digits.recording.x_at(0), last_of(settings, model))
    shown = digits.shown()
    assert (shown.settings, shown.selected, shown.beginning) == (settings, 0, None)
    session.set_t(150)
    digits.chain.select(2)
    click(qtbot, find("reverse.show_branch"))
    click(qtbot, find("reverse.branch"))
    settle(qtbot, digits)
    assert digits.chain.branches.settings.label == 2, "branches keep the class of their sample"
    session.use_exact_denoiser()
    assert find("reverse.class").currentText() == "none"


def test_a_class_is_no_class_of_a_model_of_other_things(
    session: Session, digits: ReverseWorkspace, find: Find
) -> None:
    box, guidance = find("reverse.class"), find("reverse.guidance")

    def use(*names: str) -> None:
        known = replace(session.model, num_classes=len(names), classes=names, steps=1)
        session.set_model(known)

    use("daisy", "rose", "tulip")
    choose(box, "rose")
    guidance.setValue(3.0)
    use("daisy", "rose", "tulip")
    assert (box.currentText(), guidance.value()) == ("rose", 3.0), "another of the same"
    choose(box, "none")
    use("daisy", "rose", "tulip")
    assert box.currentText() == "none"
    choose(box, "rose")
    use("0", "1", "2", "3")
    assert (box.currentText(), guidance.value()) == ("all in turn", 1.0)
    choose(box, "3")
    guidance.setValue(2.0)
    session.use_exact_denoiser()
    assert (box.currentText(), guidance.value()) == ("none", 1.0)


def test_a_chain_that_is_left_moves_t_no_more(
    qtbot: QtBot, reverse: ReverseWorkspace, session: Session, find: Find
) -> None:
    """It had got to t = 999 of 1,000, and held t there while the schedule had 40 steps."""
    session.set_schedule(make_schedule("cosine", 1000))
    find("reverse.steps").setValue(1000)
    reverse.run(play=False, paused=True)
    session.set_t(1000)
    found: list[tuple[int, int, int]] = []

    def look() -> None:
        found.append((session.t, session.timeline.times[-1], session.schedule.T))

    for changed in (session.t_changed, session.timeline_changed, session.model_changed):
        changed.connect(look)
    session.set_schedule(make_schedule("cosine", 40))
    assert found and all(t <= T and last == T for t, last, T in found)
    assert session.t <= 40
