"""Says over the whole window what a drop would do, while something is dragged over it."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from diffvis.app.theme import Theme, colour
from diffvis.data.kinds import is_model, is_picture
from diffvis.lectures.shelf import is_lecture
from diffvis.models.schedule_file import SUFFIX as SCHEDULE

INSET = 12  # pixels from the edge of the window
CORNER = 14.0


class DropSign(QWidget):
    """Lets every event through: the drop is the window's."""

    def __init__(self, window: QWidget, theme: Theme) -> None:
        super().__init__(window)
        self._theme = theme
        self.words = ""
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setObjectName("window.drop")
        self.hide()

    def show_for(self, mime: QMimeData) -> None:
        paths = [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()]
        self.words = where_it_goes(paths)
        self.setAccessibleName(self.words)
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
        painter.setPen(QPen(colour(style.signal), 3, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(frame, CORNER, CORNER)
        font = self.font()
        font.setPointSizeF(2 * font.pointSizeF())
        painter.setFont(font)
        painter.setPen(colour(style.text))
        words = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(frame.adjusted(40, 40, -40, -40), words, self.words)
        painter.end()


def where_it_goes(paths: Sequence[Path]) -> str:
    """What is done with these when they are dropped; none are a picture out of another program."""
    pictures = [path for path in paths if is_picture(path)]
    if not paths:
        return "Forward shows this picture"
    if len(pictures) > 1:
        return f"{len(pictures)} pictures become one data set"
    first = paths[0]
    if pictures:
        return f"Forward shows {first.name}"
    if is_model(first):
        return f"{first.name} becomes the model"
    if is_lecture(first):
        return f"{first.name} is opened as a lecture"
    if first.name.endswith(SCHEDULE):
        return f"{first.name} becomes the schedule"
    return f"{first.name} becomes the data"
