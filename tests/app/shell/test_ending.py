"""What becomes of a run when the desktop is about to end, and when it cannot be saved."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from driving import click, finder
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from diffvis.app.settings import settings
from diffvis.app.shell.sign import Sign
from diffvis.app.shell.window import MainWindow
from diffvis.models.run_files import run_checkpoints, step_of
from diffvis.training import run_writer


def train(qtbot: QtBot, window: MainWindow) -> Path:
    """Train until some steps have been taken; the folder of the run."""
    find, training = finder(window), window.workspaces["training"]
    click(qtbot, find("workspace.training"))
    click(qtbot, find("training.start"))
    qtbot.waitUntil(lambda: training.record.step > 20, timeout=60_000)
    return training.record.path


def saved(run: Path) -> int:
    return step_of(run_checkpoints(run)[0])


def test_the_end_of_a_desktop_saves_the_run_which_goes_on(qtbot: QtBot, window: MainWindow) -> None:
    run, training = train(qtbot, window), window.workspaces["training"]
    seen = training.record.step
    window.ending.keep()
    assert saved(run) >= seen
    assert settings().get("layout"), "and the layout"
    qtbot.waitUntil(lambda: training.record.step > saved(run) + 5, timeout=30_000)
    window.close()
    assert saved(run) == training.record.step
    assert window.ending.lost is None


def test_a_desktop_asks_the_window_before_it_ends() -> None:
    """Qt has the signal that ``main`` connects; what sends it is the session manager."""
    assert hasattr(QApplication, "commitDataRequest")


def test_a_run_that_cannot_be_saved_is_told(
    qtbot: QtBot, new_window: Callable[[], MainWindow], monkeypatch: pytest.MonkeyPatch
) -> None:
    window = new_window()
    train(qtbot, window)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(run_writer, "save_checkpoint", full)
    window.close()
    lost = window.ending.lost
    assert lost is not None
    assert "No space left" in lost.title and "steps are lost" in lost.title


def test_a_window_that_closes_says_what_it_saves_and_is_painted(
    qtbot: QtBot, new_window: Callable[[], MainWindow], monkeypatch: pytest.MonkeyPatch
) -> None:
    window = new_window()
    run, training = train(qtbot, window), window.workspaces["training"]
    save, held = run_writer.save_checkpoint, threading.Event()
    seen: list[str] = []

    def slow(*given: object) -> None:
        held.wait(30)
        save(*given)

    def look() -> None:
        sign = window.findChild(Sign, "window.farewell")
        shown = sign.grab().toImage()
        seen.append(sign.words)
        assert sign.rect() == window.rect()
        tones = {shown.pixel(x, shown.height() // 2) for x in range(40, shown.width() - 40)}
        assert len(tones) > 3, "words in its middle"
        window.close()  # who is impatient waits as well
        assert window.isVisible()
        held.set()

    monkeypatch.setattr(run_writer, "save_checkpoint", slow)
    QTimer.singleShot(300, window, look)
    assert window.close()
    assert seen and seen[0].startswith("Saving step "), "and its timer ran"
    assert saved(run) == training.record.step
    assert window.jobs.idle, "nothing is opened any more"
