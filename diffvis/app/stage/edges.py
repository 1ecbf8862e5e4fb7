"""The edges of the stage: the mouse there, or a key, brings the controls, which lie over the
pictures and move nothing.
"""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRect, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import QApplication, QFrame, QVBoxLayout, QWidget

from diffvis.app.stage.loan import Loan

REACH = 6  # pixels from the edge of the screen
LINGER_MS = 600  # that controls stay when the mouse has left them


class Edge(QWidget):
    """Nothing to be seen: it notices that the mouse has come to the edge."""

    reached = Signal()

    def __init__(self, stage: QWidget, name: str) -> None:
        super().__init__(stage)
        self.setObjectName(name)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.reached.emit()


class EdgePanel(QFrame):
    """Controls that are borrowed while it is open. It closes when the mouse has left it, unless it
    was opened by a key.
    """

    closed = Signal()

    def __init__(self, stage: QWidget, name: str, says: str) -> None:
        super().__init__(stage)
        self.setObjectName(name)
        self.setAccessibleName(says)
        self.setProperty("role", "panel")
        self._loans: tuple[Loan, ...] = ()
        self._stays = False
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 6, 8, 6)
        column.setSpacing(6)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(LINGER_MS)
        self._timer.timeout.connect(self._close_if_left)
        self.hide()

    def open(self, controls: Sequence[QWidget], stays: bool) -> None:
        """Borrow these and show them; ``stays`` until it is told to close."""
        self._stays = self._stays or stays
        if self._loans:
            return
        self._loans = tuple(Loan(control) for control in controls)
        for loan in self._loans:
            loan.lend_to(self.layout())
        self.show()
        self.raise_()

    @Slot()
    def close_panel(self) -> None:
        """Give the controls back."""
        self._timer.stop()
        self._stays = False
        had_focus = self.isAncestorOf(QApplication.focusWidget() or self)
        self.hide()
        for loan in self._loans:
            loan.give_back()
        was_open, self._loans = bool(self._loans), ()
        if was_open and had_focus:
            self.closed.emit()

    @property
    def is_open(self) -> bool:
        return bool(self._loans)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        if not self._stays:
            self._timer.start()

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self._timer.stop()

    @Slot()
    def _close_if_left(self) -> None:
        """A list that has dropped down of it, a menu or a dialog is still it."""
        if QApplication.activePopupWidget() or QApplication.activeModalWidget():
            self._timer.start()
        elif not self.underMouse():
            self.close_panel()


def along_top(room: QRect) -> QRect:
    return QRect(room.left(), room.top(), room.width(), REACH)


def along_right(room: QRect) -> QRect:
    return QRect(room.right() + 1 - REACH, room.top(), REACH, room.height())
