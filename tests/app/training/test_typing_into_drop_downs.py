"""Rates that are typed into a drop-down, clicked into as a person does."""

import pytest
from driving import Find, choose, click
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QWidget
from pytestqt.qtbot import QtBot

from diffvis.app.shell.window import MainWindow
from diffvis.app.training.form import TrainingForm

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def needed() -> tuple[str, ...]:
    return ("training",)


def press(field: QComboBox) -> None:
    """Click where the text of a drop-down stands: the window says who gets the click."""
    line = field.lineEdit()
    window = field.window()
    at = line.mapTo(window, line.rect().center())
    QTest.mouseClick(window.windowHandle(), LEFT, Qt.KeyboardModifier.NoModifier, at)


def write(window: QWidget, text: str) -> None:
    """Type on the keyboard; the window says who gets the keys."""
    for letter in text:
        QTest.keyClick(window.windowHandle(), letter)
    QApplication.processEvents()


@pytest.fixture
def rate(qtbot: QtBot, window: MainWindow, find: Find) -> QComboBox:
    """The learning rate of the run to come."""
    click(qtbot, find("workspace.training"))
    window.session.set_t(40)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow, timeout=5_000)
    return find("training.learning_rate")


def test_a_rate_is_typed_where_it_was_clicked(
    qtbot: QtBot, window: MainWindow, rate: QComboBox
) -> None:
    press(rate)
    assert rate.hasFocus()
    rate.lineEdit().selectAll()
    write(window, "7e-4")
    assert rate.currentText() == "7e-4"
    assert window.findChild(TrainingForm).config().lr == pytest.approx(7e-4)
    QTest.keyClick(window.windowHandle(), Qt.Key.Key_Return)
    assert not rate.hasFocus() and rate.currentText() == "7e-4"
    assert window.session.t == 40
    write(window, "1")
    assert window.findChild(QWidget, "transport.t").hasFocus(), "the keys are the transport's"


def test_escape_forgets_what_was_typed(qtbot: QtBot, window: MainWindow, rate: QComboBox) -> None:
    before = rate.currentText()
    press(rate)
    write(window, "9")
    assert rate.currentText() != before
    QTest.keyClick(window.windowHandle(), Qt.Key.Key_Escape)
    assert not rate.hasFocus() and rate.currentText() == before
    assert window.findChild(TrainingForm).config().lr == float(before)
    assert window.session.t == 40


def test_the_arrow_takes_no_focus(rate: QComboBox) -> None:
    assert rate.focusPolicy() == Qt.FocusPolicy.TabFocus
    choose(rate, "1e-2")
    assert not rate.hasFocus()


def test_a_rate_from_now_on_can_be_typed_and_left(
    qtbot: QtBot, window: MainWindow, find: Find, rate: QComboBox
) -> None:
    find("training.steps").setValue(1_000_000)
    find("training.batch_size").setValue(16)
    click(qtbot, find("training.start"))
    record = window.workspaces["training"]
    qtbot.waitUntil(lambda: record.record and record.record.step > 2, timeout=60_000)
    now = find("training.lr_now")
    qtbot.waitUntil(lambda: now.isVisible() and now.isEnabled(), timeout=5_000)
    press(now)
    write(window, "3x")
    QTest.keyClick(window.windowHandle(), Qt.Key.Key_Return)
    assert now.property("state") == "error" and now.hasFocus(), "to be put right"
    QTest.keyClick(window.windowHandle(), Qt.Key.Key_Escape)
    assert (now.currentText(), now.property("state")) == ("", "")
    press(now)
    write(window, "2e-4")
    QTest.keyClick(window.windowHandle(), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(record.record.events), timeout=30_000)
    assert record.record.events[0].kind == "learning rate" and not now.hasFocus()
    assert window.session.t == 40
    click(qtbot, find("training.stop"))
