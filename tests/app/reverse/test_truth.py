"""What Reverse shows is what its words, its controls and t say."""

from pathlib import Path

import numpy as np
import pytest
import torch
from driving import Find, choose, click, finder, rounds, settle, walk
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from diffvis.app.export.choices import choices_for, spec_of
from diffvis.app.reverse import strip as reverse_strip
from diffvis.app.reverse.samples import SamplesPanel
from diffvis.app.reverse.workspace import ReverseWorkspace
from diffvis.app.session import Session
from diffvis.app.transport.player import Player
from diffvis.data.catalogue import open_dataset
from diffvis.diffusion import make_schedule
from diffvis.models.model import exact_model, open_model


@pytest.fixture
def find(reverse: ReverseWorkspace) -> Find:
    """The widget of the workspace with this object name."""
    return finder(reverse)


# --- the film strip ------------------------------------------------------------------------


def test_the_strip_is_labelled_with_the_times_of_its_pictures(
    qtbot: QtBot, session: Session, reverse: ReverseWorkspace, find: Find,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    drawn = []

    def strip(times, moments, *rest, **more):
        drawn.append((times, moments, more["current"]))
        return original(times, moments, *rest, **more)

    original = reverse_strip.forward_strip
    monkeypatch.setattr(reverse_strip, "forward_strip", strip)
    find("reverse.steps").setValue(3)
    walk(qtbot, reverse)
    main, view = reverse.recording, find("reverse.strip")
    between = main.times[2] - 1
    session.set_t(between)
    view.repaint()
    times, moments, current = drawn[-1]
    assert set(times) <= set(main.times), "it visits every t that is named"
    assert len(set(times)) == len(times), "no picture is there twice"
    assert all(x is main.x_at(t) for t, x in zip(times, moments, strict=True))
    assert current == main.shown_time(between), "what is on show stands out"
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(2, 10))
    assert session.t == main.start


# --- t ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["other workspace", "drag", "step", "strip"])
def test_who_goes_elsewhere_meanwhile_is_not_taken_back(
    qtbot: QtBot, session: Session, player: Player, reverse: ReverseWorkspace, find: Find, way: str
) -> None:
    walk(qtbot, reverse)
    reverse.run(play=False, paused=True)
    wanted, T = reverse.recording.times[2], session.schedule.T
    reverse.go_to_when_there(wanted)
    if way == "other workspace":
        reverse.set_in_front(False)
        session.set_t(3)
    elif way == "drag":
        session.set_t(T)  # as far as the chain has got
        session.dragged.emit()
    elif way == "step":
        session.set_t(T)
        player.step(-1)
        player.step(1)
        qtbot.waitUntil(lambda: session.t < T, timeout=30_000)
        qtbot.waitUntil(lambda: reverse._transport._followed is None)
    else:
        reverse.chain.advance()
        qtbot.waitUntil(lambda: reverse.recording.walked == 1, timeout=30_000)
        reverse._show_progress()
        session.set_t(reverse.recording.frontier)
    here = session.t
    reverse.chain.pause(False)
    settle(qtbot, reverse)
    assert session.t == here


def test_t_comes_back_to_where_it_was_when_another_model_has_got_there(
    qtbot: QtBot, session: Session, reverse: ReverseWorkspace
) -> None:
    walk(qtbot, reverse)
    session.set_t(9)
    session.set_model(open_model("swiss-roll"))
    settle(qtbot, reverse)
    assert session.t == 9


def test_before_a_step_is_walked_t_is_where_the_samples_on_show_are(
    session: Session, reverse: ReverseWorkspace, find: Find
) -> None:
    """Pure noise was captioned x_1000 beside t = 0."""
    assert session.t == 40
    choose(find("reverse.begin"), "data sample")
    find("reverse.begin_t").setValue(15)
    assert session.t == 15
    session.set_t(3)
    session.set_model(open_model("digits"))
    assert (session.t, find("reverse.steps").value()) == (300, 300)
    session.use_exact_denoiser()
    assert session.t == session.schedule.T
    reverse.reset()
    assert session.t == session.schedule.T


def test_a_picture_is_told_no_class_unless_the_person_chooses_one(
    session: Session, reverse: ReverseWorkspace, find: Find
) -> None:
    """In turn one picture of a five would become a 0, a 1, a 2."""
    session.set_data(open_dataset("digits"))
    session.set_model(open_model("digits"))
    classes = find("reverse.class")
    assert classes.currentText() == "all in turn"
    choose(find("reverse.begin"), "data sample")
    assert classes.currentText() == "none"
    choose(classes, "3")
    find("reverse.begin_sample").setValue(7)
    assert classes.currentText() == "3"


def test_t_is_elsewhere_as_it_was_after_a_look_at_reverse(
    qtbot: QtBot, session: Session, reverse: ReverseWorkspace
) -> None:
    reverse.set_in_front(False)
    assert session.t == 0
    session.set_t(10)
    reverse.set_in_front(True)
    assert session.t == 40
    session.set_model(open_model("digits"))
    reverse.set_in_front(False)
    assert session.t == 75, "a quarter of the way, still"
    reverse.set_in_front(True)
    session.set_t(20)
    reverse.set_in_front(False)
    assert session.t == 20, "who has moved it meant it"
    reverse.set_in_front(True)
    reverse.run(play=False, paused=True)
    reverse.set_in_front(False)
    assert session.t == 300


# --- the vector field --------------------------------------------------------------------------


def test_the_field_is_that_of_the_guided_chain(
    qtbot: QtBot, session: Session, reverse: ReverseWorkspace, find: Find
) -> None:
    session.set_data(open_dataset("pinwheel"))
    session.set_model(open_model("pinwheel"))
    choose(find("reverse.class"), session.model.classes[0])
    find("reverse.count").setValue(4)
    find("reverse.steps").setValue(4)
    fields = {}
    for guidance in (0.0, 1.0, 3.0):
        find("reverse.guidance").setValue(guidance)
        walk(qtbot, reverse)
        fields[guidance] = reverse.findChild(SamplesPanel).field_at(20, "eps").vectors
    expected = fields[0.0] + 3.0 * (fields[1.0] - fields[0.0])
    assert not np.allclose(fields[3.0], fields[1.0], atol=1e-3)
    assert np.allclose(fields[3.0], expected, atol=1e-4)


# --- the controls ------------------------------------------------------------------------------


@pytest.fixture
def trained(session: Session, reverse: ReverseWorkspace, find: Find) -> ReverseWorkspace:
    """A trained model of points, which stays when there are other points."""
    session.set_model(open_model("swiss-roll"))
    find("reverse.count").setValue(20)
    find("reverse.steps").setValue(8)
    return reverse


def test_other_data_are_other_predictions_of_the_exact_rival(
    qtbot: QtBot, session: Session, trained: ReverseWorkspace, find: Find
) -> None:
    click(qtbot, find("reverse.show_compare"))
    choose(find("reverse.rival_model"), "exact denoiser")
    walk(qtbot, trained)
    main = trained.recording
    session.set_data(open_dataset("moons"))
    settle(qtbot, trained)
    assert trained.recording is main, "A has nothing to do with the data"
    assert trained.chain.rival.model.data == session.data.source
    assert trained.chain.rival.model is trained.shown().rival[0]


def test_other_data_have_other_samples_to_begin_with(
    qtbot: QtBot, session: Session, trained: ReverseWorkspace, find: Find
) -> None:
    choose(find("reverse.begin"), "data sample")
    find("reverse.begin_sample").setValue(len(session.data) - 1)
    walk(qtbot, trained)
    session.set_t(3)
    session.set_data(open_dataset("moons", n=500))
    settle(qtbot, trained)
    beginning = trained.recording.beginning
    assert find("reverse.begin_sample").value() == 499
    assert beginning.title == "no. 499"
    assert torch.equal(beginning.x0, session.data.x0([499])[0])
    assert session.t == 3


def test_other_data_leave_a_chain_from_noise_alone(
    qtbot: QtBot, session: Session, trained: ReverseWorkspace, find: Find
) -> None:
    walk(qtbot, trained)
    main = trained.recording
    session.set_data(open_dataset("moons", n=500))
    settle(qtbot, trained)
    assert trained.recording is main


def test_what_is_painted_between_two_signals_of_a_change_can_be_drawn(
    qtbot: QtBot, session: Session, reverse: ReverseWorkspace, find: Find
) -> None:
    troubles: list[Exception] = []
    views = find("reverse.view"), find("reverse.step_view")

    def paint() -> None:
        for view in views:
            view.repaint()

    for view in views:
        view.failed.connect(troubles.append)
    for signal in (
        session.data_changed, session.schedule_changed, session.timeline_changed, session.t_changed,
    ):  # fmt: skip
        signal.connect(paint)
    other, points = exact_model(session.data, make_schedule("linear", 50), 100), session.data
    for change in (
        lambda: session.set_model(other),
        lambda: session.set_model(open_model("swiss-roll")),
        lambda: session.set_data(open_dataset("digits")),
        lambda: session.set_model(open_model("digits")),
        lambda: session.set_data(points),
    ):
        choose(find("reverse.begin"), "data sample")
        find("reverse.begin_t").setValue(session.schedule.T)
        paint()
        change()
        rounds()  # what failed is told in the event loop
        assert not troubles


def test_what_is_not_opened_changes_nothing(
    qtbot: QtBot, session: Session, reverse: ReverseWorkspace, find: Find, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    session.set_data(open_dataset("digits"))
    session.set_model(open_model("digits"))
    find("reverse.count").setValue(2)
    find("reverse.steps").setValue(4)
    choose(find("reverse.begin"), "data sample")
    click(qtbot, find("reverse.show_compare"))
    choose(find("reverse.rival_model"), "exact denoiser")
    walk(qtbot, reverse)
    on_show = reverse.chain.recordings
    (tmp_path / "not.png").write_text("a picture")
    (tmp_path / "not.safetensors").write_text("a model")
    for name in ("", str(tmp_path / "not")):
        for box, item, ending in (
            ("reverse.begin", "own picture…", ".png"),
            ("reverse.rival_model", "open checkpoint…", ".safetensors"),
        ):
            chosen = find(box).currentText()
            answer = (name and name + ending, "")
            monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_, a=answer: a)
            choose(find(box), item)
            settle(qtbot, reverse)
            assert find(box).currentText() == chosen
            assert reverse.chain.recordings == on_show


# --- what is exported --------------------------------------------------------------------------


@pytest.mark.parametrize("begin", ["noise at t = T", "data sample"])
def test_the_numbers_of_an_export_are_those_on_show(
    qtbot: QtBot, session: Session, trained: ReverseWorkspace, find: Find, begin: str
) -> None:
    choose(find("reverse.begin"), begin)
    walk(qtbot, trained)
    main, shown = trained.recording, trained.shown()
    choice = choices_for(shown, session)[0]
    for t in (main.start, main.times[2], main.times[2] - 1, 1, 0):
        session.set_t(t)
        spec = spec_of(shown).changed(view="strip", times=(session.t,))
        *_, made = choice.subject.content("numbers", spec).pieces()
        assert made["t"].tolist() == [main.shown_time(t)]
        assert np.array_equal(made["x_t"][0], main.x_at(t).numpy())


@pytest.mark.parametrize("way", ["reverse.branch", "reverse.branch_noise"])
def test_the_branches_on_show_are_exported(
    qtbot: QtBot, session: Session, trained: ReverseWorkspace, find: Find, way: str
) -> None:
    if way == "reverse.branch_noise":
        choose(find("reverse.sampler"), "DDIM")
    walk(qtbot, trained)
    session.set_t(20)
    click(qtbot, find("reverse.show_branch"))
    assert trained.shown().branches is None
    find("reverse.branches").setValue(5)
    click(qtbot, find(way))
    settle(qtbot, trained)
    shown = trained.shown()
    choice = choices_for(shown, session)[0]
    spec = spec_of(shown).changed(view="strip", times=(20, 0), **choice.fields)
    *_, made = choice.subject.content("numbers", spec).pieces()
    branches = trained.chain.branches
    assert made["t"].tolist() == [branches.start, 0]
    assert np.array_equal(made["x_t"][1], branches.x_at(0).numpy())
    click(qtbot, find("reverse.show_step"))
    assert trained.shown().branches is None


# --- the device --------------------------------------------------------------------------------


def test_a_model_follows_to_another_device(
    qtbot: QtBot, session: Session, reverse: ReverseWorkspace
) -> None:
    opened = open_model("swiss-roll")
    session.set_model(opened)
    session.set_device("meta")  # which every machine has
    assert (session.model.device.type, opened.device.type) == ("meta", "cpu")
    assert session.models == {str(opened.path): session.model}
    session.use_exact_denoiser()
    session.set_model(opened)
    assert session.model.device.type == "meta", "one that was opened before follows as well"
    session.use_exact_denoiser()
    session.set_device("cpu")
    session.set_model(opened)
    assert session.model is opened, "it is there already"


def test_a_model_that_cannot_follow_is_walked_where_it_is(
    qtbot: QtBot, session: Session, trained: ReverseWorkspace, find: Find,
    notices: list, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    def full(*_: object) -> None:
        raise RuntimeError("out of memory\nwith much detail")

    choose(find("reverse.field"), "score")
    model = session.model
    monkeypatch.setattr(type(model.denoiser.network), "to", full)
    session.set_device("meta")
    assert session.model is model
    assert [notice.title for notice in notices] == ["swiss-roll stays on cpu"]
    walk(qtbot, trained)
    assert trained.recording.x_at(0).isfinite().all()
    session.set_t(5)
    trained.chain.branch(5, 0, 3, 1)
    settle(qtbot, trained)
    assert trained.chain.branches.complete
    assert np.isfinite(trained.findChild(SamplesPanel).field_at(5, "score").vectors).all()
    content = choices_for(trained.shown(), session)[0].subject.content(
        "numbers", spec_of(trained.shown()).changed(frames=2), session.device
    )
    *_, made = content.pieces()
    assert np.array_equal(made["x_t"][-1], trained.recording.x_at(0).numpy())
