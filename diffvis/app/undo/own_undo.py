"""Ctrl+Z in a field that is being edited is the field's own, until nothing typed is left there."""

from PySide6.QtCore import QEvent, QObject, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QComboBox, QLineEdit, QWidget

STANDARD = QKeySequence.StandardKey


class OwnUndo(QObject):
    """Qt's fields take the keys of undo whether or not they have anything to undo: this asks first,
    of the field that has the focus.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._field: QWidget | None = None
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._focus_changed)

    @Slot(QWidget, QWidget)
    def _focus_changed(self, before: QWidget | None, now: QWidget | None) -> None:
        if self._field is not None and self._field is before:
            self._field.removeEventFilter(self)
        self._field = now if now is not None and _line_of(now) is not None else None
        if self._field is not None:
            self._field.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The keys are the window's where the field would do nothing with them."""
        if event.type() != QEvent.Type.ShortcutOverride or not isinstance(event, QKeyEvent):
            return False
        line = _line_of(watched)
        if line is None:
            return False
        idle = (event.matches(STANDARD.Undo) and not line.isUndoAvailable()) or (
            event.matches(STANDARD.Redo) and not line.isRedoAvailable()
        )
        if idle:
            event.ignore()
        return idle


def _line_of(widget: QObject) -> QLineEdit | None:
    if isinstance(widget, QLineEdit):
        return widget
    if isinstance(widget, QAbstractSpinBox | QComboBox):
        return widget.lineEdit()
    return None
