"""The transport while Training is in front: one button starts and pauses, one slider goes back."""

from dataclasses import replace
from pathlib import Path

import pytest
from driving import Find, click, rounds
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from diffvis.app.shell.window import MainWindow
from diffvis.app.training.samples import SamplesView
from diffvis.app.training.workspace import TrainingWorkspace

LONG = 1_000_000  # steps: more than any test waits for


@pytest.fixture
def needed() -> tuple[str, ...]:
    return ("forward", "training")


@pytest.fixture
def training(window: MainWindow, find: Find) -> TrainingWorkspace:
    """Training in front, about to make small previews often."""
    window.show_workspace("training")
    for name, value in (("steps", LONG), ("validate_every", 0), ("preview_every", 10),
                        ("preview_count", 20), ("preview_steps", 2)):  # fmt: skip
        find(f"training.{name}").setValue(value)
    return window.workspaces["training"]


def press(qtbot: QtBot, find: Find, key: Qt.Key) -> None:
    qtbot.keyClick(find("transport.timestep"), key)


def reached(qtbot: QtBot, training: TrainingWorkspace, step: int) -> None:
    qtbot.waitUntil(lambda: training.record.step >= step, timeout=60_000)


def test_space_starts_pauses_resumes_and_goes_on(
    qtbot: QtBot, window: MainWindow, training: TrainingWorkspace, find: Find
) -> None:
    button, t = find("transport.play"), window.session.t
    assert button.text() == "Start"
    press(qtbot, find, Qt.Key.Key_Space)
    assert training.running
    assert (button.text(), find("transport.state").text()) == ("Pause", "training")
    reached(qtbot, training, 3)
    press(qtbot, find, Qt.Key.Key_Space)
    assert (button.text(), find("transport.state").text()) == ("Resume", "paused")
    click(qtbot, button)
    assert button.text() == "Pause"
    click(qtbot, find("training.stop"))
    qtbot.waitUntil(lambda: not training.running, timeout=60_000)
    path, step = training.record.path, training.record.step
    assert button.text() == "Continue"
    press(qtbot, find, Qt.Key.Key_Space)
    reached(qtbot, training, step + 1)
    assert training.record.path == path
    assert not window.player.playing
    assert window.session.t == t


def test_the_slider_is_the_time_machine(
    qtbot: QtBot, training: TrainingWorkspace, find: Find
) -> None:
    slider, samples = find("transport.timestep"), training.findChild(SamplesView)
    assert slider.maximum() == LONG, "those of the form, before there is a run"
    press(qtbot, find, Qt.Key.Key_Space)
    reached(qtbot, training, 12)
    press(qtbot, find, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: samples.step is None and slider.value() == training.record.step)
    press(qtbot, find, Qt.Key.Key_Home)
    assert samples.step == slider.value() == 0
    press(qtbot, find, Qt.Key.Key_Right)
    first_steps = [moment.step for moment in training.record.film.moments]
    assert samples.step == slider.value() == first_steps[1]
    slider.setValue(first_steps[2])
    assert samples.step == first_steps[2]
    press(qtbot, find, Qt.Key.Key_End)
    assert samples.step is None, "it goes along again"
    # A step that was under way when Space was pressed may have come since.
    qtbot.waitUntil(lambda: slider.value() == training.record.step)


def test_scrubbing_does_not_hold_the_run(
    qtbot: QtBot, training: TrainingWorkspace, find: Find
) -> None:
    press(qtbot, find, Qt.Key.Key_Space)
    reached(qtbot, training, 12)
    machine = find("training.machine")
    qtbot.waitUntil(lambda: machine.maximum() > 0, timeout=60_000)  # earlier samples are shown
    press(qtbot, find, Qt.Key.Key_Home)
    step = training.record.step
    reached(qtbot, training, step + 3)
    assert find("transport.timestep").value() == 0, "and what is looked at stays"
    press(qtbot, find, Qt.Key.Key_Space)


def test_there_is_one_pause_and_elsewhere_the_bar_is_that_of_t(
    qtbot: QtBot, window: MainWindow, training: TrainingWorkspace, find: Find
) -> None:
    T = window.session.schedule.T
    assert find("training.pause").isHidden()
    assert find("training.machine").isHidden()
    assert find("transport.loop").isHidden()
    assert find("transport.t").prefix() == "step "
    press(qtbot, find, Qt.Key.Key_L)  # means nothing here
    window.show_workspace("forward")
    rounds()
    assert not find("training.pause").isHidden()
    assert not find("training.machine").isHidden()
    assert find("transport.timestep").maximum() == T
    assert find("transport.t").prefix() == "t = "
    assert find("transport.play").text() == "Play"
    assert not find("transport.loop").isChecked()
    click(qtbot, find("transport.play"))
    assert window.player.playing
    window.show_workspace("training")
    assert not window.player.playing


def test_a_run_begins_with_the_data_that_are_being_opened(
    qtbot: QtBot, window: MainWindow, training: TrainingWorkspace, find: Find
) -> None:
    """Chosen a moment before Start, they are what is meant, not those still on show."""
    window.sources.open_data("moons?n=600")
    assert window.session.data.source != "moons?n=600"
    click(qtbot, find("training.start"))
    assert not training.running
    qtbot.waitUntil(lambda: training.running, timeout=30_000)
    assert training.record.config.data == "moons?n=600"
    reached(qtbot, training, 1)


def test_data_that_do_not_come_begin_no_run_later(
    qtbot: QtBot, window: MainWindow, training: TrainingWorkspace, find: Find
) -> None:
    window.sources.open_data("no-such-set")
    click(qtbot, find("training.start"))
    qtbot.waitUntil(lambda: window.jobs.idle, timeout=30_000)
    window.sources.open_data("moons?n=600")
    qtbot.waitUntil(lambda: window.session.data.source == "moons?n=600", timeout=30_000)
    assert not training.running


def test_a_model_chosen_after_stop_stays(
    qtbot: QtBot, window: MainWindow, training: TrainingWorkspace, find: Find
) -> None:
    click(qtbot, find("transport.play"))
    reached(qtbot, training, 3)
    click(qtbot, find("training.stop"))
    chosen = replace(window.session.model, steps=10, path=Path("chosen"))
    window.session.set_model(chosen)
    qtbot.waitUntil(lambda: not training.running and window.jobs.idle, timeout=60_000)
    assert window.session.model is chosen
    assert "is trained" in window.notices.notice.title
