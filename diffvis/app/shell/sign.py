"""Words over the whole window."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from diffvis.app.theme import Theme, colour

INSET = 12  # pixels from the edge of the window
CORNER = 14.0


class Sign(QWidget):
    """Lies over everything until it is hidden."""

    def __init__(self, window: QWidget, theme: Theme, name: str) -> None:
        super().__init__(window)
        self._theme = theme
        self.words = ""
        self.line = Qt.PenStyle.SolidLine
        self.setObjectName(name)
        self.hide()

    def say(self, words: str) -> None:
        self.words = words
        self.setAccessibleName(words)
        self.setGeometry(self.parentWidget().rect())
        self.raise_()
        self.show()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        style = self._theme.style
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), colour(style.background, 215))
        frame = self.rect().adjusted(INSET, INSET, -INSET, -INSET)
        painter.setPen(QPen(colour(style.signal), 3, self.line))
        painter.drawRoundedRect(frame, CORNER, CORNER)
        font = self.font()
        font.setPointSizeF(2 * font.pointSizeF())
        painter.setFont(font)
        painter.setPen(colour(style.text))
        words = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(frame.adjusted(40, 40, -40, -40), words, self.words)
        painter.end()
