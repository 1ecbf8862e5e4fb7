"""What can be seen of a window: which widgets show, and whether what they say fits."""

from collections.abc import Iterator

from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QComboBox,
    QLabel,
    QScrollArea,
    QStyle,
    QStyleOptionComboBox,
    QWidget,
)

SPEAKING = (QLabel, QAbstractButton, QComboBox, QAbstractSpinBox)


def speaking(window: QWidget) -> Iterator[QWidget]:
    """Visible widgets that say something, without those inside a spin box or a plot."""
    for widget in window.findChildren(QWidget):
        inside = isinstance(widget.parentWidget(), QAbstractSpinBox | QComboBox)
        if isinstance(widget, SPEAKING) and not inside and widget.isVisibleTo(window):
            yield widget


def cut_off(window: QWidget) -> list[str]:
    """What is said but cannot be read whole, one line each."""
    found = []
    for widget in speaking(window):
        if scrolled_away(widget):
            continue
        room = widget.rect()
        if widget.visibleRegion().isEmpty():
            continue  # behind another workspace
        seen = widget.visibleRegion().boundingRect()
        if not _in_scroll_area(widget) and (
            seen.width() < room.width() - 1 or seen.height() < room.height() - 1
        ):
            found.append(f"{_name(widget)}: only {seen.size()} of {room.size()} is on show")
        needed = _needed(widget)
        if needed > _room(widget) + 1:
            found.append(f"{_name(widget)}: needs {needed} px, has {_room(widget)}")
    return found


def scrolled_away(widget: QWidget) -> bool:
    """Whether it can be reached by scrolling only."""
    return _in_scroll_area(widget) and widget.visibleRegion().isEmpty()


def _in_scroll_area(widget: QWidget) -> bool:
    while (widget := widget.parentWidget()) is not None:
        if isinstance(widget, QScrollArea) and widget.verticalScrollBar().maximum() > 0:
            return True  # one that need not scroll shows all that is in it
    return False


def _needed(widget: QWidget) -> int:
    """The width that its words take; of a text with lines, the height."""
    if isinstance(widget, QLabel):
        return widget.heightForWidth(widget.width()) if widget.wordWrap() else _hint(widget)
    if isinstance(widget, QComboBox):
        return widget.fontMetrics().horizontalAdvance(widget.currentText())
    if isinstance(widget, QAbstractSpinBox):
        return widget.fontMetrics().horizontalAdvance(widget.text())
    return _hint(widget) if widget.text() else 0


def _room(widget: QWidget) -> int:
    if isinstance(widget, QLabel) and widget.wordWrap():
        return widget.height()
    if isinstance(widget, QComboBox):
        option = QStyleOptionComboBox()
        widget.initStyleOption(option)
        field = QStyle.SubControl.SC_ComboBoxEditField
        kind = QStyle.ComplexControl.CC_ComboBox
        return widget.style().subControlRect(kind, option, field, widget).width()
    if isinstance(widget, QAbstractSpinBox):
        return widget.lineEdit().width()
    return widget.width()


def _hint(widget: QWidget) -> int:
    return widget.sizeHint().width() if widget.text() else 0


def _name(widget: QWidget) -> str:
    words = widget.currentText() if isinstance(widget, QComboBox) else widget.text()
    return f"{widget.objectName() or type(widget).__name__} {words!r}"
