"""A drop-down that says with an ellipsis that its choice is longer than the room for it."""

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QFocusEvent, QHelpEvent, QKeyEvent, QMouseEvent, QPaintEvent
from PySide6.QtWidgets import (
    QComboBox,
    QLineEdit,
    QStyle,
    QStyleOptionComboBox,
    QStylePainter,
    QToolTip,
    QWidget,
)

from diffvis.app.widgets.entry_delegate import EntryDelegate
from diffvis.app.widgets.row_delegate import RowDelegate

LEAST_LETTERS = 5  # in a narrow place
_ICON_SPACING = 6  # what Qt leaves between a drop-down's icon and its text


class DropDown(QComboBox):
    """Leaves out the middle of a choice that does not fit, or the end where that is in brackets;
    the tooltip then says it whole. In one that is editable, Esc forgets what was typed.
    """

    _before = ""  # the text when the focus came

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setItemDelegate(RowDelegate(self))

    def setEditable(self, editable: bool) -> None:
        super().setEditable(editable)
        if editable:
            self.setLineEdit(_Line(self))

    def showPopup(self) -> None:
        """Rows that say more than a name are as wide as the widest, unlike the closed drop-down."""
        view = self.view()
        if isinstance(self.itemDelegate(), EntryDelegate):
            view.setMinimumWidth(view.sizeHintForColumn(0) + 2 * view.frameWidth() + 16)
        super().showPopup()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self._before = self.currentText()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.isEditable() and event.key() == Qt.Key.Key_Escape:
            self.setEditText(self._before)
            self.lineEdit().textEdited.emit(self._before)
            self.clearFocus()  # the keys are the transport's again
            return
        super().keyPressEvent(event)

    @property
    def shown(self) -> str:
        """What can be read while it is closed."""
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        return self._fitting(option)

    def minimumSizeHint(self) -> QSize:
        """Less than it asks for: an ellipsis says where there is no room."""
        spare = max(0, self.minimumContentsLength() - LEAST_LETTERS)
        letters = spare * self.fontMetrics().horizontalAdvance("X")
        return super().minimumSizeHint() - QSize(letters, 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.isEditable():
            super().paintEvent(event)
            return
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        option.currentText = self._fitting(option)
        painter = QStylePainter(self)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)
        painter.end()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            tip = self.toolTip()
            if not self.isEditable() and self.shown != self.currentText():
                tip = f"{self.currentText()}\n{tip}".strip()
            QToolTip.showText(event.globalPos(), tip, self)
            return True
        return super().event(event)

    def _fitting(self, option: QStyleOptionComboBox) -> str:
        """The choice, or as much of it as there is room for."""
        room = self.style().subControlRect(
            QStyle.ComplexControl.CC_ComboBox, option, QStyle.SubControl.SC_ComboBoxEditField, self
        )
        width = room.width()
        if not option.currentIcon.isNull():
            width -= option.iconSize.width() + _ICON_SPACING
        text, metrics = self.currentText(), option.fontMetrics
        name, bracket, _ = text.partition(" (")
        if bracket and metrics.horizontalAdvance(name + "…") <= width:
            return metrics.elidedText(text, Qt.TextElideMode.ElideRight, width)
        return metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, width)


class _Line(QLineEdit):
    """The text of an editable drop-down, which takes the focus by a click; its arrow does not."""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        super().mousePressEvent(event)
