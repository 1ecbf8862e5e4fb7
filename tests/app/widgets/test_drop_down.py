"""Drop-downs whose choice is longer than the room for it."""

from PySide6.QtCore import QPoint
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from diffvis.app.theme import Theme
from diffvis.app.widgets.drop_down import DropDown
from diffvis.app.widgets.entry_delegate import fitting_parts
from diffvis.app.widgets.fields import combo

NAME = "Run flowers-2026-11-21-a-long-name-of-a-run-of-some-afternoon"
TIP = "What predicts"


def _box(qtbot: QtBot, width: int) -> DropDown:
    box = combo("test.box", "Box", [(NAME, 1)], TIP)
    qtbot.addWidget(box)
    box.resize(width, 30)
    box.show()
    return box


def _tip_of(box: DropDown) -> str:
    QToolTip.hideText()
    QApplication.sendEvent(
        box, QHelpEvent(QHelpEvent.Type.ToolTip, QPoint(5, 5), box.mapToGlobal(QPoint(5, 5)))
    )
    said = QToolTip.text()
    QToolTip.hideText()
    return said


def test_a_long_choice_loses_its_middle_and_the_tooltip_has_it(qtbot: QtBot, theme: Theme) -> None:
    box = _box(qtbot, 200)
    assert box.shown.startswith("Run fl") and box.shown.endswith("noon") and "…" in box.shown
    assert box.fontMetrics().horizontalAdvance(box.shown) < 200
    assert _tip_of(box) == f"{NAME}\n{TIP}"
    assert box.currentText() == NAME


def test_what_is_in_brackets_goes_first(qtbot: QtBot, theme: Theme) -> None:
    box = _box(qtbot, 170)
    box.setItemText(0, "Checkerboard (n = 50000)")
    assert box.shown.startswith("Checkerboard") and box.shown.endswith("…")
    box.resize(90, 30)  # not even the name fits
    assert not box.shown.endswith("…") and "…" in box.shown


def test_what_is_painted_is_what_fits(qtbot: QtBot, theme: Theme) -> None:
    narrow, said = _box(qtbot, 200), _box(qtbot, 200)
    said.setItemText(0, narrow.shown)
    assert narrow.grab().toImage() == said.grab().toImage()


def test_with_room_the_choice_is_whole(qtbot: QtBot, theme: Theme) -> None:
    box = _box(qtbot, 900)
    assert box.shown == NAME
    assert _tip_of(box) == TIP


def test_it_asks_for_more_room_than_it_must_have(qtbot: QtBot, theme: Theme) -> None:
    box = _box(qtbot, 200)
    assert box.minimumSizeHint().width() < box.sizeHint().width()
    box.resize(box.minimumSizeHint())
    assert "…" in box.shown


def test_a_card_leaves_out_whole_parts(qtbot: QtBot) -> None:
    """Half a number is another number."""
    box = DropDown()
    qtbot.addWidget(box)
    metrics = box.fontMetrics()
    line = "classified as asked 99.7 % · with guidance 100.0 % · coverage 96.1 %"
    for width in range(metrics.horizontalAdvance(line) + 1, 200, -7):
        parts = fitting_parts(line, metrics, width).split(" · ")
        assert all(part in (*line.split(" · "), "…") for part in parts)
    assert fitting_parts(line, metrics, 4_000) == line
