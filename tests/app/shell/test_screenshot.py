"""The picture that the window takes of itself: of what it has found out, but not at any price."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from diffvis.app.shell import screenshot
from diffvis.app.shell.window import MainWindow
from diffvis.app.training.workspace import TrainingWorkspace


class _App:
    """What ends when the picture is taken."""

    status: int | None = None

    def exit(self, status: int) -> None:
        self.status = status


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What Training says of the cost when the picture is taken."""
    seen: list[str] = []

    def save(window: MainWindow, path: Path) -> None:
        seen.append(window.findChild(QWidget, "training.cost").text())

    monkeypatch.setattr(screenshot, "save", save)
    return seen


def test_it_waits_until_the_cost_is_known(
    qtbot: QtBot, window: MainWindow, said: list[str]
) -> None:
    window.show_workspace("training")
    app = _App()
    screenshot.save_when_idle(app, window, Path("window.png"))
    qtbot.waitUntil(lambda: app.status == 0, timeout=60_000)
    assert len(said) == 1 and "a step" in said[0] and "in all" in said[0]


def test_it_does_not_wait_for_ever(
    qtbot: QtBot, window: MainWindow, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screenshot, "PATIENCE_S", 0.2)
    monkeypatch.setattr(TrainingWorkspace, "settled", False)
    app = _App()
    screenshot.save_when_idle(app, window, Path("window.png"))
    qtbot.waitUntil(lambda: app.status == 0, timeout=30_000)
