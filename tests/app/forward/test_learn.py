"""Learn this: what is drawn is trained at once, and then noise turns into it in Reverse."""

from collections.abc import Iterator

import pytest
from driving import Find, click, type_number
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from diffvis.app.shell.window import MainWindow
from diffvis.diffusion import make_schedule
from diffvis.files import home
from diffvis.training.presets import preset

LEFT = Qt.MouseButton.LeftButton
LONG = 120_000  # ms at most


@pytest.fixture
def needed() -> tuple[str, ...]:
    return ("training", "reverse")


@pytest.fixture
def drawn(window: MainWindow, find: Find) -> Iterator[QWidget]:
    """A pad with a line on it."""
    window.registry["forward.draw"].run()
    pad = find("forward.pad")
    middle = pad.rect().center()
    QTest.mousePress(pad, LEFT, pos=middle - QPoint(100, 80))
    QTest.mouseMove(pad, middle + QPoint(100, 80))
    QTest.mouseRelease(pad, LEFT, pos=middle + QPoint(100, 80))
    yield pad
    if window.workspaces["training"].running:
        find("training.stop").click()


def learn(qtbot: QtBot, window: MainWindow, find: Find) -> None:
    click(qtbot, find("forward.pad.learn"))
    qtbot.waitUntil(lambda: window.session.data.name == "drawing-1", timeout=LONG)
    qtbot.waitUntil(lambda: window.in_front == "training", timeout=LONG)


@pytest.mark.slow
def test_the_recommended_preset_learns_it_and_reverse_walks(
    qtbot: QtBot, window: MainWindow, find: Find, drawn: QWidget
) -> None:
    training, reverse = window.workspaces["training"], window.workspaces["reverse"]
    window.session.set_schedule(make_schedule("linear", 40))
    type_number(qtbot, find("training.steps"), 77)
    learn(qtbot, window, find)
    qtbot.waitUntil(lambda: training.running and training.record.step > 0, timeout=LONG)
    config, wanted = training.record.config, preset("points")
    for name in ("timesteps", "schedule", "predict", "steps", "batch_size", "lr", "network"):
        assert getattr(config, name) == wanted[name], name
    assert config.data == str(home() / "drawings" / "drawing-1.csv")
    assert window.notices.notice is None, "nothing covers the samples"
    click(qtbot, find("training.stop"))
    qtbot.waitUntil(lambda: window.in_front == "reverse", timeout=LONG)
    assert window.session.model.path == training.record.path
    qtbot.waitUntil(lambda: reverse.recording is not None and reverse.idle, timeout=LONG)
    assert reverse.recording.model is window.session.model
    assert reverse.recording.x_at(0).shape[1:] == (2,)


@pytest.mark.slow
def test_who_has_turned_to_something_else_is_not_taken_away(
    qtbot: QtBot, window: MainWindow, find: Find, drawn: QWidget
) -> None:
    learn(qtbot, window, find)
    training = window.workspaces["training"]
    qtbot.waitUntil(lambda: training.running and training.record.step > 0, timeout=LONG)
    window.show_workspace("forward")
    find("training.stop").click()
    qtbot.waitUntil(lambda: window.session.model.path == training.record.path, timeout=LONG)
    assert window.in_front == "forward"


@pytest.mark.slow
def test_a_run_under_way_goes_on_and_that_is_said(
    qtbot: QtBot, window: MainWindow, find: Find, drawn: QWidget
) -> None:
    training = window.workspaces["training"]
    window.registry["training.start"].run()
    qtbot.waitUntil(lambda: training.running and training.record.step > 0, timeout=LONG)
    record = training.record
    window.show_workspace("forward")
    learn(qtbot, window, find)
    assert window.notices.notice.title == "Another run is under way"
    assert training.record is record
    assert training.running
