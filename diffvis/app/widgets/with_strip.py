"""Pictures with a film strip below them that grows with the room there is."""

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLayout, QVBoxLayout, QWidget

SHARE = 0.231  # of the height: at 1280 x 720 enough for 28 pixels three times enlarged
FLATTEST = 5  # a strip that is less wide for its height would have room below its pictures


class WithStrip(QWidget):
    """``pictures`` take what the ``strip`` leaves them."""

    def __init__(self, pictures: QWidget | QLayout, strip: QWidget) -> None:
        super().__init__()
        self._strip = strip
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        if isinstance(pictures, QLayout):
            column.addLayout(pictures, 1)
        else:
            column.addWidget(pictures, 1)
        column.addWidget(strip)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._strip.setFixedHeight(strip_height(event.size(), self._strip.minimumSizeHint()))


def strip_height(room: QSize, least: QSize) -> int:
    """Of a strip in a room of this size, in pixels."""
    return max(least.height(), round(min(SHARE * room.height(), room.width() / FLATTEST)))
