"""Workspaces in windows of their own."""

from driving import rounds
from pytestqt.qtbot import QtBot

from diffvis.app.shell.window import MainWindow


def test_a_floating_workspace_comes_to_rest(qtbot: QtBot, window: MainWindow) -> None:
    dock, changes = window.docks["reverse"], []
    dock.visibilityChanged.connect(changes.append)
    window.docks.float("reverse")
    qtbot.waitUntil(lambda: dock.isFloating() and dock.isVisible())
    rounds()
    assert dock.titleBarWidget() is None
    settled = len(changes)
    rounds(50)
    assert len(changes) == settled, "it neither blinks nor goes"
    assert dock.isFloating() and dock.isVisible()
    window.docks.reset()
    qtbot.waitUntil(lambda: not dock.isFloating())
    assert dock.titleBarWidget() is not None, "behind others it needs no title"
