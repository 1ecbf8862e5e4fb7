"""Predict, then reveal: what covers a picture until the class has said what is there."""

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from diffvis.app.theme import Theme, colour

ASKS = "What will be here?"
HOW = "Predict, then R, Space or a click"
PART = 12  # of the picture's height, for the question


class Cover(QWidget):
    """Lies over a picture, wherever that stands, and goes when it is revealed."""

    revealed = Signal()

    def __init__(self, view: QWidget, theme: Theme) -> None:
        super().__init__(view)
        self._theme = theme
        self.setObjectName("lecture.cover")
        self.setAccessibleName(f"{ASKS} {HOW}")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setGeometry(view.rect())
        view.installEventFilter(self)
        theme.changed.connect(self._look_again)
        self.show()
        self.raise_()

    def reveal(self) -> None:
        """Show what is there."""
        self.parent().removeEventFilter(self)
        self.hide()
        self.deleteLater()
        self.revealed.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self.setGeometry(self.parentWidget().rect())
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.reveal()
        else:
            event.ignore()  # the others are the window's

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()
        self.reveal()

    def paintEvent(self, event: QPaintEvent) -> None:
        style, room = self._theme.style, self.rect()
        painter = QPainter(self)
        painter.fillRect(room, colour(style.panel))
        font = self.font()
        for text, size, part in ((ASKS, 1.0, 0.46), (HOW, 0.5, 0.62)):
            wanted = min(room.height() / PART, room.width() / (0.7 * len(ASKS)))
            font.setPixelSize(max(11, round(wanted * size)))
            painter.setFont(font)
            painter.setPen(colour(style.text if size == 1 else style.muted))
            line = room.adjusted(8, 0, -8, 0)
            line.setTop(round(room.height() * part) - font.pixelSize())
            line.setHeight(2 * font.pixelSize())
            painter.drawText(line, Qt.AlignmentFlag.AlignCenter, text)
        painter.end()

    def _look_again(self, *_: object) -> None:
        self.update()
