"""The first picture: a name, and how far the start has got. Imports nothing but Qt."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QLabel

GROUND, SIGNAL, BAR, WORDS = (
    QColor(20, 23, 27),
    QColor(86, 180, 233),
    QColor(58, 64, 72),
    QColor(150, 158, 168),
)
MARGIN, THICK = 60, 4
LETTERS = 9.0  # points


class Splash(QLabel):
    """``say`` paints at once: between two imports no event is handled."""

    def __init__(self) -> None:
        super().__init__("diffvis", None, Qt.WindowType.SplashScreen)
        self._part, self._words = 0.0, ""
        colours = QPalette()
        colours.setColor(QPalette.ColorRole.Window, GROUND)
        colours.setColor(QPalette.ColorRole.WindowText, SIGNAL)
        self.setPalette(colours)
        self.setWindowTitle("diffvis")
        self.setMargin(MARGIN)
        font = self.font()
        font.setPointSize(32)
        self.setFont(font)
        self.adjustSize()
        screen = QGuiApplication.primaryScreen().availableGeometry()
        self.move(screen.center() - self.rect().center())

    @property
    def part(self) -> float:
        """How far it says that the start has got, 0 to 1."""
        return self._part

    def say(self, part: float, words: str) -> None:
        """So far it is, and this comes next."""
        self._part, self._words = part, words
        self.setAccessibleDescription(words)
        self.repaint()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        room = self.width() - 2 * MARGIN
        top = self.height() - 0.72 * MARGIN
        painter = QPainter(self)
        painter.fillRect(QRectF(MARGIN, top, room, THICK), BAR)
        painter.fillRect(QRectF(MARGIN, top, self._part * room, THICK), SIGNAL)
        font = self.font()
        font.setPointSizeF(LETTERS)
        painter.setFont(font)
        painter.setPen(WORDS)
        below = QRectF(0, top + 2 * THICK, self.width(), 2 * LETTERS)
        painter.drawText(below, Qt.AlignmentFlag.AlignCenter, self._words)
        painter.end()
