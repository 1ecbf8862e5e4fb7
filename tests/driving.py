"""Doing with widgets what a person does, for the tests of the window."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QComboBox, QWidget
from pytestqt.qtbot import QtBot
from torch import Tensor

from diffvis.app.reverse.workspace import ReverseWorkspace
from diffvis.app.shell.window import MainWindow

Find = Callable[[str], QWidget]


def finder(inside: QWidget, prefix: str = "") -> Find:
    """What finds a widget, which must be there, by its object name without the ``prefix``."""

    def find(name: str) -> QWidget:
        found = inside.findChild(QWidget, prefix + name)
        assert found is not None, f"there is no widget called {prefix}{name}"
        return found

    return find


def rounds(count: int = 5) -> None:
    """Let happen what waits to happen: layouts, paints, timers of no time; each may bring more."""
    for _ in range(count):
        QApplication.processEvents()


def click(qtbot: QtBot, button: QWidget) -> None:
    assert button.isEnabled(), f"{button.objectName()} is not enabled"
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def choose(box: QComboBox, text: str) -> None:
    """Choose an item: ``activated`` follows, which ``setCurrentIndex`` alone does not say."""
    index = box.findText(text)
    assert index >= 0, f"{box.objectName()} has no {text}"
    box.setCurrentIndex(index)
    box.activated.emit(index)


def as_format(dialog: QWidget, text: str) -> None:
    """Choose a format of the export dialog, of a film or of a picture."""
    find = finder(dialog, "export.")
    for kind in ("film", "picture"):
        if find("format").findText(text) < 0 and find(kind).isEnabled():
            find(kind).click()
    place = find("format").findText(text)
    assert place >= 0, f"there is no format {text}"
    find("format").setCurrentIndex(place)


def type_number(qtbot: QtBot, field: QAbstractSpinBox, value: int) -> None:
    field.selectAll()
    qtbot.keyClicks(field, str(value))
    qtbot.keyClick(field, Qt.Key.Key_Return)


def sampled(qtbot: QtBot, window: MainWindow, **settings: int) -> Tensor:
    """The samples in Reverse, x_0 (N, ...), run with numbers that are typed into its form."""
    find, reverse = finder(window), window.workspaces["reverse"]
    click(qtbot, find("workspace.reverse"))
    for name, value in settings.items():
        type_number(qtbot, find(f"reverse.{name}"), value)
    click(qtbot, find("reverse.run"))
    qtbot.waitUntil(lambda: reverse.recording is not None and reverse.idle, timeout=30_000)
    return reverse.recording.x_at(0)


def walk(qtbot: QtBot, reverse: ReverseWorkspace) -> None:
    """Run the chain that the controls say, to its end."""
    reverse.run(play=False)
    settle(qtbot, reverse)


def settle(qtbot: QtBot, reverse: ReverseWorkspace) -> None:
    """Wait until every chain on show has been walked."""
    qtbot.waitUntil(lambda: complete(reverse), timeout=30_000)


def complete(reverse: ReverseWorkspace) -> bool:
    return reverse.idle and all(each.complete for each in reverse.chain.recordings)
