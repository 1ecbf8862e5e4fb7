"""Workspaces in windows of their own."""

from pytestqt.qtbot import QtBot

from diffvis.app.shell.window import MainWindow


def test_a_floating_workspace_comes_to_rest(qtbot: QtBot, window: MainWindow) -> None:
    dock, changes = window.docks["reverse"], []
    dock.visibilityChanged.connect(changes.append)
    window.docks.float("reverse")
    qtbot.wait(300)
    assert dock.isFloating() and dock.isVisible() and dock.titleBarWidget() is None
    settled = len(changes)
    qtbot.wait(500)
    assert len(changes) == settled, "it neither blinks nor goes"
    window.docks.reset()
    qtbot.waitUntil(lambda: not dock.isFloating())
    assert dock.titleBarWidget() is not None, "behind others it needs no title"
