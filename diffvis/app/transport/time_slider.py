"""The slider of the shared t: marked times, the range that is played, how far a chain has got."""

from collections.abc import Sequence
from functools import cached_property

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Slot
from PySide6.QtGui import (
    QColor,
    QFontMetrics,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QSlider, QToolTip

from diffvis.app.session import Session
from diffvis.app.theme import Theme, colour
from diffvis.app.transport.player import Player
from diffvis.app.transport.time_span import SpanBrackets
from diffvis.app.transport.transport_keys import Wheel, handle_transport_key

SNAP_PX = 7
NUMBERS = 0.8  # of the type around: what is written at the slider
Number = tuple[int, float]
"""A t that is written at the slider, and where its first digit begins, in pixels."""


class TimeSlider(QSlider):
    """A click jumps there; a drag catches at the marks unless Alt is held.

    Keys are the transport's, so that Left and Right follow play.
    """

    def __init__(self, session: Session, player: Player, theme: Theme) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._session = session
        self._player = player
        self._theme = theme
        self._wheel = Wheel(player)
        self._brackets = SpanBrackets(player, theme)
        self._span_from: int | None = None  # the end that stays while the other is dragged
        self._pulled: bool | None = None  # by its bracket, and moved since; None: drawn anew
        self._numbers_key: tuple[object, ...] | None = None
        self._numbers_placed: tuple[Number, ...] = ()
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        for changed in (
            player.mode_changed,
            player.clock_changed,
            session.preferences.marks_changed,
        ):
            changed.connect(self._changed)
        theme.changed.connect(self._restyle)
        self._changed()

    def sizeHint(self) -> QSize:
        return QSize(20 * self._em, round(2.9 * self._em))

    def minimumSizeHint(self) -> QSize:
        return QSize(6 * self._em, self.sizeHint().height())

    @cached_property
    def _em(self) -> int:
        """Everything is painted in this; it is asked for forty times a frame."""
        return max(8, self.fontMetrics().ascent())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.__dict__.pop("_em", None)

    @property
    def _radius(self) -> float:
        return 0.75 * self._em

    @property
    def _axis(self) -> float:
        """Where the groove runs, from the top."""
        return 1.15 * self._em

    def x_of(self, t: float) -> float:
        """Where ``t`` stands, in pixels from the left."""
        part = (t - self.minimum()) / max(1, self.maximum() - self.minimum())
        part = 1 - part if self.invertedAppearance() else part
        return self._radius + 1 + part * (self.width() - 2 * self._radius - 2)

    def t_at(self, x: float) -> int:
        """The t that stands at ``x`` pixels from the left."""
        room = max(1.0, self.width() - 2 * self._radius - 2)
        part = min(max((x - self._radius - 1) / room, 0.0), 1.0)
        part = 1 - part if self.invertedAppearance() else part
        return round(self.minimum() + part * (self.maximum() - self.minimum()))

    # --- what the person does ------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not handle_transport_key(self._player, event):
            event.ignore()  # digits and all the rest are the window's

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._wheel.take(event)
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        if self._is_of_t and event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._span_from, self._pulled = self.t_at(event.position().x()), None
            return
        self._span_from = self._end_beyond(event.position())
        if self._span_from is not None:
            self._pulled = False
            return
        self.setSliderDown(True)
        self._drag_to(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._span_from is not None:
            self._drag_span(event)
        elif self.isSliderDown():
            self._drag_to(event)
        elif self._end_beyond(event.position()) is not None:
            self.setCursor(Qt.CursorShape.SizeHorCursor)
        else:
            self.unsetCursor()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        clicked = self._span_from is not None and self._pulled is False
        self._span_from = self._pulled = None
        if clicked:  # a bracket that was not dragged is in nobody's way
            self.setSliderDown(True)
            self._drag_to(event)
        self.setSliderDown(False)

    def _drag_span(self, event: QMouseEvent) -> None:
        if self._pulled is None:
            self._player.set_span((self._span_from, self.t_at(event.position().x())))
            return
        t = self._wanted(event)
        if t not in (self._span_from, *(self._player.span or ())):
            self._pulled = True
            self._player.set_span((self._span_from, t))

    def _end_beyond(self, at: QPointF) -> int | None:
        """The end of the range that stays when the bracket at ``at`` is dragged."""
        ends = self._ends
        if ends is None:
            return None
        return self._brackets.fixed_end(at, ends, self.x_of(self.value()), self._axis, self._em)

    @property
    def _is_of_t(self) -> bool:
        """Only t is played over a range."""
        return self._player.clock is self._player

    @property
    def _ends(self) -> tuple[float, float] | None:
        span = self._player.span if self._is_of_t else None
        return None if span is None else (self.x_of(span[0]), self.x_of(span[1]))

    def _drag_to(self, event: QMouseEvent) -> None:
        self.setSliderPosition(self._wanted(event))

    def _wanted(self, event: QMouseEvent) -> int:
        """The t under the mouse, caught at a mark unless Alt is held."""
        x = event.position().x()
        free = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        return self.t_at(x) if free else self._caught(x)

    def _caught(self, x: float) -> int:
        """The t at ``x``, or the marked one close by."""
        marks = self._player.clock.marks if self._session.preferences.snap else ()
        near = [mark for mark in marks if abs(self.x_of(mark) - x) <= SNAP_PX]
        return min(near, key=lambda mark: abs(self.x_of(mark) - x)) if near else self.t_at(x)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            clock, at = self._player.clock, self.t_at(event.pos().x())
            QToolTip.showText(event.globalPos(), f"{clock.symbol}{at}\n{clock.tip}", self)
            return True
        return super().event(event)

    @Slot()
    def _changed(self) -> None:
        """The marks or the range: what is painted of them is said as well."""
        marks = ", ".join(map(str, self._player.clock.marks))
        says = f"marked at {marks}; {self._player.played}"
        self.setAccessibleDescription(says if self._is_of_t else self._player.clock.tip)
        self.update()

    # --- painting ------------------------------------------------------------------------

    def _restyle(self) -> None:
        self.updateGeometry()
        self.update()

    def paintEvent(self, event: QEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_groove(painter)
        self._paint_stops(painter)
        self._paint_marks(painter)
        if self._ends is not None:
            self._brackets.paint(painter, self._ends, self._axis, self._em)
        self._paint_handle(painter)
        painter.end()

    def _paint_groove(self, painter: QPainter) -> None:
        style, timeline = self._theme.style, self._player.clock.timeline
        thick = 0.45 * self._em
        left, right = self.x_of(self.minimum()), self.x_of(self.maximum())
        self._bar(painter, left, right, thick, colour(style.border))
        if timeline.frontier is not None:  # what the chain has not walked yet is a thin line
            self._bar(painter, self.x_of(timeline.end), self.x_of(timeline.frontier), thick + 2,
                      colour(style.panel))  # fmt: skip
            self._bar(painter, self.x_of(timeline.end), self.x_of(timeline.frontier), 2,
                      colour(style.muted))  # fmt: skip
        self._bar(painter, min(left, right), self.x_of(self.value()), thick, colour(style.signal))

    def _paint_stops(self, painter: QPainter) -> None:
        """A dot at each t that playing goes through, where these are not all and there is room."""
        stops = self._stops
        if not stops:
            return
        style, timeline = self._theme.style, self._player.clock.timeline
        painter.setPen(Qt.PenStyle.NoPen)
        for t, x in zip(timeline.times, stops, strict=True):
            there = timeline.limit(t) == t
            painter.setBrush(colour(style.panel if there else style.muted))
            painter.drawEllipse(QPointF(x, self._axis), 0.13 * self._em, 0.13 * self._em)

    @property
    def _stops(self) -> list[float]:
        """Where the times of the timeline are; nothing where they are all, or too many to see."""
        times = self._player.clock.timeline.times
        apart = self.width() / len(times)
        if len(times) > self.maximum() - self.minimum() or apart < 0.4 * self._em:
            return []
        return [self.x_of(t) for t in times]

    def _paint_marks(self, painter: QPainter) -> None:
        """A tick at each marked t, and the numbers of those that there is room for."""
        style, em = self._theme.style, self._em
        font = self.font()
        font.setPointSizeF(font.pointSizeF() * NUMBERS)
        painter.setFont(font)
        metrics = painter.fontMetrics()
        marks = self._player.clock.marks
        painter.setPen(QPen(colour(style.muted), max(1.0, em / 9)))
        top = self._axis + 0.45 * em
        for x in map(self.x_of, marks):
            painter.drawLine(QPointF(x, top), QPointF(x, top + 0.35 * em))
        row = self._axis + 0.9 * em + metrics.ascent()
        for t, left in self._numbers(marks, metrics):
            painter.setPen(colour(style.text if t == self.value() else style.muted))
            painter.drawText(QPointF(left, row), str(t))

    def _numbers(self, marks: Sequence[int], metrics: QFontMetrics) -> tuple[Number, ...]:
        """The marked t, then 0 and T, and where each begins; as long as nothing moves, the same."""
        key = (self.size(), self.minimum(), self.maximum(), self.invertedAppearance(), tuple(marks),
               self._em)  # fmt: skip
        if key != self._numbers_key:
            placed: list[tuple[int, float, float]] = []
            apart = metrics.horizontalAdvance("0") / 2
            for t in dict.fromkeys((*reversed(marks), 0, self.maximum())):
                wide = metrics.horizontalAdvance(str(t))
                left = min(max(self.x_of(t) - wide / 2, 0), self.width() - wide)
                if all(left > b + apart or left + wide < a - apart for _, a, b in placed):
                    placed.append((t, left, left + wide))
            self._numbers_placed = tuple((t, left) for t, left, _ in placed)
            self._numbers_key = key
        return self._numbers_placed

    def _paint_handle(self, painter: QPainter) -> None:
        style, centre = self._theme.style, QPointF(self.x_of(self.value()), self._axis)
        painter.setPen(QPen(colour(style.panel), 2))
        painter.setBrush(colour(style.text))
        painter.drawEllipse(centre, self._radius, self._radius)
        if self.hasFocus():
            painter.setPen(QPen(colour(style.signal), max(2.0, self._em / 5)))
            painter.drawEllipse(centre, self._radius - 1, self._radius - 1)

    def _bar(self, painter: QPainter, a: float, b: float, thick: float, fill: QColor) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(fill)
        rect = QRectF(min(a, b), self._axis - thick / 2, abs(b - a), thick)
        painter.drawRoundedRect(rect, thick / 2, thick / 2)
