"""A widget that shows what the renderer draws, pixel for pixel, or a part of it enlarged."""

import logging
import math
import time
from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import (
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QSizePolicy, QToolTip, QWidget

from diffvis.app.theme import Theme
from diffvis.app.widgets.images import image_of
from diffvis.app.widgets.scrolling import scrolls_around
from diffvis.app.widgets.spoken import say_values
from diffvis.app.widgets.turning import draw_focus, turned_by
from diffvis.app.widgets.value_label import draw_value
from diffvis.app.widgets.zoom import NOTCH, Zoom
from diffvis.app.widgets.zoom_buttons import CornerButtons
from diffvis.rendering.geometry import Rect
from diffvis.rendering.pixels import blank
from diffvis.rendering.scene.marks import Scene
from diffvis.rendering.scene.noted import Shown, noting, shown_at, value_at
from diffvis.rendering.scene.recorder import scene_of
from diffvis.rendering.scene.said import Said, said_of
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
    turned = Signal(float, float)  # pixels to the right and down, where the picture ``turns``
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
        self._drawings = 0
        self._hurried_at = 0.0
        self._least = minimum or QSize(200, 120)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMouseTracking(True)
        self._zoom = Zoom()
        self._shown: list[Shown] = []
        self._pointed: QPointF | None = None
        self._pulled: tuple[QPointF, Zoom] | None = None  # where it was pressed, and what was seen
        self._last = QPointF()  # where the hand that pulls was last
        self._turns = False
        self._buttons: CornerButtons | None = None  # made when somebody first points here
        theme.changed.connect(self.refresh)

    @property
    def turns(self) -> bool:
        """Whether a hand that pulls turns what is on show, or the arrow keys do after Tab; it is
        clicked when it is let go. A click leaves the arrows to the transport.
        """
        return self._turns

    @turns.setter
    def turns(self, turns: bool) -> None:
        self._turns = turns
        policies = Qt.FocusPolicy
        self.setFocusPolicy(policies.TabFocus if turns else policies.NoFocus)

    def refresh(self, *_: object) -> None:
        """What is to be drawn has changed."""
        self._old = True
        self._drawings += 1
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
    def shown(self) -> tuple[Shown, ...]:
        """What the frame on show has, in the order in which it was drawn."""
        return tuple(self._shown)

    def shown_at(self, at: QPoint) -> Shown | None:
        """What the frame on show has at one of its pixels."""
        return shown_at(self._shown, at.x(), at.y())

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
            style = self._theme.style_of(self)
            if ratio != 1.0:
                style = style.scaled(ratio)
            self._style = style
            self._frame = self._drawn(size, style)
            self._drawings += 1
            self._old = False
        height, width = self._frame.shape[:2]
        image = QImage(self._frame.data, width, height, 3 * width, QImage.Format.Format_RGB888)
        image.setDevicePixelRatio(ratio)
        painter = QPainter(self)
        if self._zoom.whole:
            painter.drawImage(0, 0, image)
        else:
            painter.drawImage(QRectF(self.rect()), image, self._seen_of(image))
        if self._turns and self.hasFocus():
            draw_focus(painter, self.rect(), self._theme.style_of(self))
        if self._pointed is not None and (words := self.pointed_value):
            draw_value(painter, words, self._pointed, self.rect(), self._theme.style_of(self))
        painter.end()
        self.painted.emit()

    def _drawn(self, size: tuple[int, int], style: Style) -> np.ndarray:
        """The frame; an empty one where drawing failed, since an exception that leaves a paint
        event ends the process.
        """
        try:
            with noting() as self._shown:
                return np.ascontiguousarray(self._draw(size, style))
        except Exception as error:
            log.exception("%s could not be drawn", self.objectName())
            QTimer.singleShot(0, self, lambda error=error: self.failed.emit(error))
            return blank(size, style.panel)

    def picture(self, scale: float) -> QImage:
        """What is on show, drawn anew with so many pixels for each of the window's."""
        size = tuple(max(1, round(side * scale)) for side in self.size().toTuple())
        with noting():
            image = image_of(self._draw(size, self._theme.style_of(self).scaled(scale)))
        if self._zoom.whole:
            return image
        return image.copy(self._seen_of(image).toRect()).scaled(image.size())

    def scene(self) -> Scene:
        """The whole of what is on show as marks, in pixels of the window."""
        return self._recorded(self.accessibleName(), self.spoken_value())[0]

    def picture_number(self) -> int:
        return self._drawings

    def spoken_parts(self) -> tuple[Said, ...]:
        """What is on show, part by part, in pixels of the window."""
        return said_of(*self._recorded())

    def _recorded(self, title: str = "", alternative: str = "") -> tuple[Scene, list[Shown]]:
        """What is on show, drawn anew in pixels of the window, as marks and as what is noted."""
        size, style = self.size().toTuple(), self._theme.style_of(self)
        with noting() as shown:
            return scene_of(lambda: self._draw(size, style), title, alternative), shown

    def place_of(self, rect: Rect) -> QRect:
        """Where on the widget that part of the whole picture is seen; empty where it is not."""
        zoom, width, height = self._zoom, self.width(), self.height()
        left, top = rect.x - zoom.left * width, rect.y - zoom.top * height
        sides = (left, top, rect.width, rect.height)
        return QRectF(*(zoom.scale * side for side in sides)).toRect().intersected(self.rect())

    def _seen_of(self, image: QImage) -> QRectF:
        """The part of all that is drawn which the zoom shows, in pixels."""
        zoom, width, height = self._zoom, image.width(), image.height()
        return QRectF(zoom.left * width, zoom.top * height, width / zoom.scale, height / zoom.scale)

    # --- zoom and values ------------------------------------------------------------------

    @property
    def zoom(self) -> Zoom:
        """Which part of the picture is seen."""
        return self._zoom

    @property
    def pointed_value(self) -> str:
        """The value of what the mouse points at; "" for none."""
        if self._pointed is None or self._frame is None:
            return ""
        at = self._in_frame(self._pointed)
        return value_at(self._shown, at.x(), at.y())

    @Slot()
    def show_whole(self) -> None:
        self._look(Zoom())

    def _look(self, zoom: Zoom) -> None:
        self._zoom = zoom
        self._show_buttons()
        self.update()

    @Slot(float)
    def enlarge(self, by: float, at: QPointF | None = None) -> None:
        """Show it so many times larger; what is seen at a place, or in the middle, stays."""
        x, y = (0.5, 0.5) if at is None else (at.x() / self.width(), at.y() / self.height())
        self._look(self._zoom.enlarged(by, x, y))

    @Slot(float, float)
    def _move(self, x: float, y: float) -> None:
        self._look(self._zoom.moved(x, y))

    def _show_buttons(self) -> None:
        if self._buttons is None:
            if self._pointed is None and self._zoom.whole:
                return
            self._buttons = CornerButtons(self)
            self._buttons.enlarged.connect(self.enlarge)
            self._buttons.moved.connect(self._move)
            self._buttons.whole_wanted.connect(self.show_whole)
        self._buttons.show_for(pointed=self._pointed is not None, zoomed=not self._zoom.whole)

    def _in_frame(self, at: QPointF) -> QPoint:
        """The pixel of the frame that is seen at a place of the widget."""
        ratio = self.devicePixelRatioF()
        if self._zoom.whole:
            return (at * ratio).toPoint()
        x, y = self._zoom.picture_at(at.x() / self.width(), at.y() / self.height())
        return QPoint(int(x * self.width() * ratio), int(y * self.height() * ratio))

    def wheelEvent(self, event: QWheelEvent) -> None:
        if scrolls_around(self):  # there it is the panel's
            event.ignore()
            return
        notches = event.angleDelta().y() / 120
        self.enlarge(NOTCH**notches, event.position())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            if self._zoom.whole and not self.turns:
                self.clicked.emit(self._in_frame(event.position()))
            else:
                self._pulled = event.position(), self._zoom
                self._last = event.position()
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._pointed = event.position()
        if self._pulled is not None and self._zoom.whole:
            way, self._last = event.position() - self._last, event.position()
            self.turned.emit(way.x(), way.y())
        elif self._pulled is not None:
            way = event.position() - self._pulled[0]
            self._look(self._pulled[1].moved(way.x() / self.width(), way.y() / self.height()))
        else:
            self._show_buttons()
            self.update()
        super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """What was not dragged was clicked."""
        if self._pulled is not None and event.button() == Qt.MouseButton.LeftButton:
            way, self._pulled = event.position() - self._pulled[0], None
            if way.manhattanLength() < QApplication.startDragDistance():
                self.clicked.emit(self._in_frame(event.position()))
        super().mouseReleaseEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self._zoom.whole:
            super().mouseDoubleClickEvent(event)
        else:
            self.show_whole()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        way = turned_by(event) if self._turns else None
        if way is None:
            super().keyPressEvent(event)
        else:
            self.turned.emit(*way)

    def event(self, event: QEvent) -> bool:
        """A tip would lie over the value that is said beside the mouse."""
        if event.type() == QEvent.Type.ToolTip and self.pointed_value:
            QToolTip.hideText()
            return True
        return super().event(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._pointed = None
        self._show_buttons()
        self.update()
        super().leaveEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._buttons is not None:
            self._buttons.place()
