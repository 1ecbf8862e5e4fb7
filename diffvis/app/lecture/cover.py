"""Predict, then reveal: what covers a picture until the class has said what is there."""

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from diffvis.app.theme import Theme, colour
from diffvis.app.widgets.plots import CurvePlot
from diffvis.app.widgets.raster import RasterView

ASKS = "What will be here?"
HOW = "Predict, then R, Space or a click"
PART = 12  # of the picture's height, for the question
MIDDLE = 0.4  # of the height, where it begins
MARGIN = 8  # pixels
WRAPPED = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap


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

    def fonts(self) -> tuple[QFont, QFont]:
        """Of the question, and of how it is answered."""
        style = self._theme.style_of(self)
        wanted = min(self.height() / PART, self.width() / (0.7 * len(ASKS)))
        made = QFont(self.font()), QFont(self.font())
        for font, size in zip(made, (wanted, wanted / 2), strict=True):
            font.setPixelSize(style.legible(size))
        return made

    def paintEvent(self, event: QPaintEvent) -> None:
        style, fonts = self._theme.style_of(self), self.fonts()
        painter = QPainter(self)
        painter.fillRect(self.rect(), colour(style.panel))
        line = self.rect().adjusted(MARGIN, round(self.height() * MIDDLE), -MARGIN, 0)
        for text, font, tone in zip((ASKS, HOW), fonts, (style.text, style.muted), strict=True):
            painter.setFont(font)
            painter.setPen(colour(tone))
            painter.drawText(line, WRAPPED, text)
            line.setTop(line.top() + 2 * font.pixelSize())
        painter.end()

    def _look_again(self, *_: object) -> None:
        self.update()


def pictures_of(inside: QWidget) -> list[QWidget]:
    """The pictures and plots that have a name, by which a scene can cover them."""
    views = [view for kind in (RasterView, CurvePlot) for view in inside.findChildren(kind)]
    return [view for view in views if view.objectName()]


def covered(window: QWidget, name: str) -> QWidget | None:
    """The picture or plot of a window that a scene covers."""
    return next((view for view in pictures_of(window) if view.objectName() == name), None)
