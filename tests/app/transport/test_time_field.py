"""The large t: a click, a number, Return."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from diffvis.app.shell.window import MainWindow
from diffvis.app.transport.time_field import TimeField


@pytest.fixture
def needed() -> tuple[str, ...]:
    return ()


def test_click_then_type_wherever_the_click_was(qtbot: QtBot, window: MainWindow) -> None:
    field = window.findChild(TimeField, "transport.t")
    line = field.lineEdit()
    for x, t in ((2, 7), (line.width() // 2, 12), (line.width() - 3, 3)):
        window.setFocus()
        QTest.mouseClick(line, Qt.MouseButton.LeftButton, pos=QPoint(x, line.height() // 2))
        QTest.keyClicks(field, str(t))
        QTest.keyClick(field, Qt.Key.Key_Return)
        assert window.session.t == t
