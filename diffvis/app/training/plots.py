"""One plot over the training steps: curves, events, and a place that the mouse or a film marks."""

from dataclasses import replace

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, Qt, Signal, Slot
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QLabel

from diffvis.app.theme import Theme, colour, in_points
from diffvis.app.training.axes import (
    LEAST,
    finite_range,
    linear_ticks,
    log_limits,
    log_ticks,
    positive,
    round_up,
)
from diffvis.app.training.marks import Marks
from diffvis.app.widgets.fields import identify, label
from diffvis.app.widgets.legend import Legend
from diffvis.app.widgets.plots import CurvePlot
from diffvis.rendering.chart import Curve
from diffvis.rendering.style import Style
from diffvis.viewing.pyramid import Pyramid
from diffvis.viewing.training_record import Event

MOST_STEPS = 1_050_000_000  # what a run may have and some room; farther out there is nothing to see
ABOVE, FOR_WORDS = 0.04, 0.24  # of the values' range, left free over the curves
AXIS_WIDTH = 50  # of all plots alike, so that their steps stand under each other


class StepPlot(CurvePlot):
    """Over training steps, on an x axis that several plots share."""

    pointed = Signal(object)  # the step under the mouse, float, or None where it has left
    zoomed = Signal()  # by the person
    whole_wanted = Signal()  # a double click
    faint = 0.45  # what is only to be guessed behind the others

    def __init__(self, theme: Theme, name: str, says: str, words: str, legend: bool = False):
        self._hover = pg.InfiniteLine(angle=90, movable=False)
        self._moment = pg.InfiniteLine(angle=90, movable=False)
        self._marks = Marks(self)
        self._log, self._few = False, not legend  # a strip has room for few ticks
        self._range: tuple[float, float] | None = None
        self._words: QLabel = label(words, "hint")  # stands over the plot, beside its axis
        self._words.setStyleSheet("background: transparent;")
        super().__init__(theme, says, legend=legend)
        identify(self, name, says)
        self._words.setParent(self)
        self._words.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setMinimumHeight(52)
        self.restyle(theme.style)
        box = self.getPlotItem().getViewBox()
        box.setMouseEnabled(x=True, y=False)
        box.setLimits(xMin=-1, xMax=MOST_STEPS, minXRange=2)
        box.sigRangeChangedManually.connect(self._zoomed)
        box.sigRangeChanged.connect(self._arrange_marks)
        box.sigResized.connect(self._arrange_marks)
        box.sigResized.connect(self._set_ticks)
        for line in (self._hover, self._moment):
            line.hide()
            self.addItem(line, ignoreBounds=True)
        self.scene().sigMouseMoved.connect(self._mouse_moved)

    @property
    def legend(self) -> Legend | None:
        return self._legend

    def show_whole(self, steps: float) -> None:
        """Show the steps from 0 on."""
        self.setXRange(0, max(1.0, steps), padding=0.01)

    @Slot(float)
    def move_on(self, by: float) -> None:
        """Show steps later by so many times those in view, or earlier, but not before the first."""
        low, high = self.shown_steps
        shift = max(by * (high - low), -1 - low)
        self.setXRange(low + shift, high + shift, padding=0)

    @property
    def shown_steps(self) -> tuple[float, float]:
        (low, high), _ = self.getPlotItem().getViewBox().viewRange()
        return low, high

    def set_log_axis(self, log: bool) -> None:
        self._log, self._range = log, None
        self.set_log(y=log)

    def fit(self, *parts: np.ndarray, least: float = LEAST, zero: bool = True) -> None:
        """Show all of these values. The limits are round, so that axes are drawn again seldom."""
        found = finite_range(*parts)
        if found is None:
            return
        low, high = found
        if self._log:
            limits = log_limits(low, high, least)
        else:
            limits = (0.0 if zero else low, round_up(max(high, 1e-9)))
        if limits != self._range:
            self._range = limits
            bottom, top = limits
            above, below = FOR_WORDS if self._marks.speak else ABOVE, 0.0
            if self._few:
                above, below = 0.9, 0.2  # for the words over it
            bottom, top = bottom - below * (top - bottom), top + above * (top - bottom)
            self.setYRange(bottom, top, padding=0.02)
            self._set_ticks()
            self._arrange_marks()

    @Slot()
    def _set_ticks(self) -> None:
        """As many as there is room for."""
        if self._range is None:
            return
        if not self._log:
            self.set_ticks("left", linear_ticks(self._range[1]) if self._few else None)
            return
        box = self.getPlotItem().getViewBox()
        _, (bottom, top) = box.viewRange()
        apart = (top - bottom) * self.fontMetrics().height() / max(1.0, box.height())
        self.set_ticks("left", log_ticks(*self._range, few=self._few, apart=apart))

    def clear_range(self) -> None:
        """No ticks, until there are values to fit."""
        self._range = None
        self.set_ticks("left", ())

    def show_curve(self, curve: Curve, says: str = "") -> None:
        """As a file has it, but that a logarithmic axis has a place for a loss of zero, and that a
        faint one is grey: a screen's pixels leave no room beside it in its own colour.
        """
        y = positive(curve.y, LEAST) if self._log else curve.y
        colour = "muted" if curve.faint else curve.colour
        super().show_curve(replace(curve, y=y, colour=colour), says)

    def set_line(self, name: str, x: np.ndarray, y: np.ndarray, least: float = LEAST) -> None:
        self.set_curve(name, x, positive(y, least) if self._log else y)

    # --- marks ------------------------------------------------------------------------------

    def show_events(self, events: tuple[Event, ...], texts: bool = False) -> None:
        """A dotted line at each event; ``texts`` writes above the curves what happened."""
        if self._marks.show(events, texts):
            self._range = None  # with words it is another one
            self._style_marks(self.look)
            self._arrange_marks()

    @property
    def said(self) -> tuple[str, ...]:
        """The words of events that can be read."""
        return self._marks.shown

    @Slot()
    def _arrange_marks(self) -> None:
        if self._range is not None:
            self._marks.arrange(self._range[1])

    def point_at(self, step: float | None) -> None:
        """Mark where the mouse is, also when it is over another plot."""
        self._hover.setVisible(step is not None)
        if step is not None:
            self._hover.setPos(step)

    def set_moment(self, step: float | None) -> None:
        """Mark the step whose samples are on show."""
        self._moment.setVisible(step is not None)
        if step is not None:
            self._moment.setPos(step)

    def show_title(self) -> None:
        self.getPlotItem().setTitle(None)  # words over the plot take no room of their own

    def restyle(self, style: Style) -> None:
        super().restyle(style)
        axis = round(AXIS_WIDTH * style.text_scale)
        self.getAxis("left").setWidth(axis)
        self._words.move(axis + 8, 0)
        self._words.adjustSize()
        self._style_marks(style)

    def _style_marks(self, style: Style) -> None:
        wide = self.line_width(1, 2)
        self._hover.setPen(pg.mkPen(colour(style.text, 150), width=wide))
        dashed = Qt.PenStyle.DashLine
        self._moment.setPen(pg.mkPen(colour(style.signal), width=2 * wide, style=dashed))
        self._marks.restyle(style, in_points(self.font(), 8.5, style), wide)
        self._arrange_marks()

    # --- the mouse --------------------------------------------------------------------------

    @Slot(object)
    def _mouse_moved(self, at: QPointF) -> None:
        box = self.getPlotItem().getViewBox()
        inside = box.sceneBoundingRect().contains(at)
        self.pointed.emit(box.mapSceneToView(at).x() if inside else None)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.pointed.emit(None)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        super().mouseDoubleClickEvent(event)
        self.whole_wanted.emit()

    @Slot()
    def _zoomed(self) -> None:
        self.zoomed.emit()


def outline(pyramid: Pyramid, steps: np.ndarray, part: tuple[int, int], limit: int) -> tuple:
    """x and y of a line up and down through the lowest and highest value of each stretch."""
    found = pyramid.stretches(*part, limit)
    x = steps[found.start]
    if found.low is found.high:
        return x, found.low
    return x.repeat(2), np.stack([found.low, found.high], 1).ravel()


def middle(pyramid: Pyramid, steps: np.ndarray, part: tuple[int, int], limit: int) -> tuple:
    """x and y of a line through the mean of each stretch; the last point is the newest."""
    found = pyramid.stretches(*part, limit)
    x, y = steps[found.start], found.mean
    if len(x) and part[1] > 0 and found.low is not found.high:
        x = np.append(x, steps[min(part[1], len(steps)) - 1])
        y = np.append(y, y[-1])
    return x, y
