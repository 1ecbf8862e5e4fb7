"""The black screen that has the class look at the lecturer; any key takes it away."""

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget


class Curtain(QWidget):
    """Black in both themes: a projector then gives no light."""

    opened = Signal()

    def __init__(self, stage: QWidget) -> None:
        super().__init__(stage)
        self.setObjectName("stage.curtain")
        self.setAccessibleName("Black screen: any key brings the pictures back")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.BlankCursor)
        self.hide()

    def draw(self) -> None:
        """Cover everything."""
        self.setGeometry(self.parentWidget().rect())
        self.show()
        self.raise_()
        self.setFocus()

    def open(self) -> None:
        """Show the pictures again."""
        if not self.isHidden():
            self.hide()
            self.opened.emit()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()  # the keys of actions, too, only take it away
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        event.accept()
        if not event.isAutoRepeat():  # nor does the key that has drawn it, while it is held
            self.open()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()
        self.open()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), Qt.GlobalColor.black)
        painter.end()
