"""Doing with widgets what a person does, for the tests of the window."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractSpinBox, QComboBox, QWidget
from pytestqt.qtbot import QtBot


def click(qtbot: QtBot, button: QWidget) -> None:
    assert button.isEnabled(), f"{button.objectName()} is not enabled"
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def choose(box: QComboBox, text: str) -> None:
    """Choose an item: ``activated`` follows, which ``setCurrentIndex`` alone does not say."""
    index = box.findText(text)
    assert index >= 0, f"{box.objectName()} has no {text}"
    box.setCurrentIndex(index)
    box.activated.emit(index)


def type_number(qtbot: QtBot, field: QAbstractSpinBox, value: int) -> None:
    field.selectAll()
    qtbot.keyClicks(field, str(value))
    qtbot.keyClick(field, Qt.Key.Key_Return)
