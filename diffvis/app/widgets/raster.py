"""A widget that shows what the renderer draws, pixel for pixel."""

import logging
import math
import time
from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QPoint, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QImage, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from diffvis.app.theme import Theme
from diffvis.app.widgets.spoken import say_values
from diffvis.rendering.pixels import blank
from diffvis.rendering.style import Style

log = logging.getLogger(__name__)

Draw = Callable[[tuple[int, int], Style], np.ndarray]
Says = Callable[[], str]

HURRY_S = 0.012
"""From one hurried paint to the next at least; what is asked for sooner is painted with the rest.

Paints that were not hurried do not count: after one of them a drag would wait for the next, and be
a frame late from then on.
"""


class RasterView(QWidget):
    """Calls ``draw((width, height), style)`` in device pixels when it must be painted; ``says()``
    puts into words what is on show, for those who do not see it.

    ``refresh`` only marks the picture as old: however often it is called, a frame is drawn once
    per paint, which is what keeps a dragged slider smooth.
    """

    clicked = Signal(QPoint)  # in device pixels, as the drawn array has them
    painted = Signal()
    failed = Signal(object)  # the exception that kept the frame from being drawn

    def __init__(self, theme: Theme, draw: Draw, says: Says, minimum: QSize | None = None) -> None:
        super().__init__()
        self._theme = theme
        self._draw = draw
        self._says = says
        say_values()
        self._frame: np.ndarray | None = None
        self._style = theme.style
        self._old = True
        self._hurried_at = 0.0
        self._least = minimum or QSize(200, 120)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        theme.changed.connect(self.refresh)

    def refresh(self, *_: object) -> None:
        """What is to be drawn has changed."""
        self._old = True
        self.update()

    @Slot()
    def paint_now(self) -> None:
        """Paint an old picture before everything else that waits: the hand must not wait for it.

        Everything else that is old in the window is painted as well. So this is for when all that
        was to change has changed, never for the middle of a change.
        """
        now = time.monotonic()
        if self._old and self.isVisible() and now - self._hurried_at >= HURRY_S:
            self._hurried_at = now
            self.repaint()

    def spoken_value(self) -> str:
        return self._says()

    @property
    def frame(self) -> np.ndarray | None:
        """The frame on show: uint8 (height, width, 3)."""
        return self._frame

    @property
    def style_drawn(self) -> Style:
        """The style of the frame on show, which says how large its text is in device pixels."""
        return self._style

    def minimumSizeHint(self) -> QSize:
        return self._least

    def sizeHint(self) -> QSize:
        return self._least * 2

    def paintEvent(self, event: QPaintEvent) -> None:
        ratio = self.devicePixelRatioF()
        # Half a pixel at the edge, as 1.5 pixels a point make, would otherwise stay black.
        size = tuple(max(1, math.ceil(side * ratio - 1e-6)) for side in self.size().toTuple())
        if self._old or self._frame is None or self._frame.shape[:2] != size[::-1]:
            style = self._theme.style
            if ratio != 1.0:
                style = style.scaled(ratio)
            self._style = style
            self._frame = self._drawn(size, style)
            self._old = False
        height, width = self._frame.shape[:2]
        image = QImage(self._frame.data, width, height, 3 * width, QImage.Format.Format_RGB888)
        image.setDevicePixelRatio(ratio)
        painter = QPainter(self)
        painter.drawImage(0, 0, image)
        painter.end()
        self.painted.emit()

    def _drawn(self, size: tuple[int, int], style: Style) -> np.ndarray:
        """The frame; an empty one where drawing failed, since an exception that leaves a paint
        event ends the process.
        """
        try:
            return np.ascontiguousarray(self._draw(size, style))
        except Exception as error:
            log.exception("%s could not be drawn", self.objectName())
            QTimer.singleShot(0, self, lambda error=error: self.failed.emit(error))
            return blank(size, style.panel)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.clicked.emit((event.position() * self.devicePixelRatioF()).toPoint())
        super().mousePressEvent(event)
