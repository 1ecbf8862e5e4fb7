"""The large plot of Schedules: curves of any number of schedules, a readout, and a pencil."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QMouseEvent

from diffvis.app.theme import Theme
from diffvis.app.widgets.plots import CurvePlot
from diffvis.diffusion import NoiseSchedule
from diffvis.rendering.quantities import Quantity
from diffvis.rendering.schedule_curves import along, schedule_curves
from diffvis.viewing.drawn_curve import HIGHEST, LOWEST, DrawnCurve

DRAWING = "drawn"


@dataclass(frozen=True, eq=False)
class Line:
    """A schedule of the plot with its name in the legend."""

    name: str
    schedule: NoiseSchedule


class SchedulePlot(CurvePlot):
    """Pressing or dragging moves t; with the pencil it draws log SNR instead."""

    t_wanted = Signal(int)
    hovered = Signal(object)  # t under the mouse, or None when it has left
    drawn = Signal(object)  # NoiseSchedule

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "", cursor=True, legend=True)
        self.setMouseTracking(True)
        self.setToolTip("Press or drag to move t")
        self._lines: Sequence[Line] = ()
        self._axis = "t"
        self._pencil: DrawnCurve | None = None
        self._last: tuple[float, float] | None = None
        self._pressed = False

    @property
    def drawing(self) -> bool:
        return self._pencil is not None

    def show_lines(
        self, lines: Sequence[Line], quantity: Quantity, axis: str, *, log: bool
    ) -> None:
        """Draw a quantity of each schedule; the first, which is in use, in blue.

        ``axis`` is ``t``, ``log`` (t on a logarithmic axis) or ``part`` (t / T).
        """
        self._lines, self._axis = lines, axis
        for name in self.curve_names:
            self.remove_curve(name)
        self.set_log(x=axis == "log", y=log and not quantity.signed)
        self.set_title(quantity.title(line.schedule for line in lines))
        schedules, names = [line.schedule for line in lines], [line.name for line in lines]
        for curve in schedule_curves(schedules, names, quantity, axis):
            self.show_curve(curve)
        longest = max(line.schedule.T for line in lines)
        self.setXRange(*self._span(longest), padding=0.02)
        if self._pencil is None:
            self.enableAutoRange(axis="y")
        else:
            self.setYRange(LOWEST, HIGHEST, padding=0)

    def show_t(self, t: int) -> None:
        """Put the cursor at t of the schedule in use."""
        schedule = self._lines[0].schedule
        at = float(along(schedule, self._axis)[min(t, schedule.T)])
        if self._axis == "log":
            at = float(np.log10(max(t, 1)))
        self.set_cursor(at)

    def set_pencil(self, curve: DrawnCurve | None) -> None:
        """Take the pencil to this curve, or put it away (None)."""
        if curve is None or self._pencil is None:
            self._last = None
        self._pencil = curve
        self.setCursor(Qt.CursorShape.ArrowCursor if curve is None else Qt.CursorShape.CrossCursor)
        self.setToolTip(
            "Press or drag to move t" if curve is None else "Drag to draw log SNR over t"
        )

    def draw_to(self, t: int, value: float) -> None:
        """Draw without the mouse: a straight line from the last point to log SNR ``value`` at t."""
        if self._pencil is not None:
            self._draw_to((float(t), value))
            self.drawn.emit(self._pencil.schedule())

    # --- the mouse -----------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            super().mousePressEvent(event)
            return
        self._pressed = True
        self._last = None
        self._moved(event.position())
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed:
            self._moved(event.position())
        if self._lines:
            self.hovered.emit(self._time_at(self._place(event.position())[0]))
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._pressed and self._pencil is not None:
            self.drawn.emit(self._pencil.schedule())
        self._pressed = False
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.mousePressEvent(event)

    def leaveEvent(self, event: object) -> None:
        self.hovered.emit(None)
        super().leaveEvent(event)

    def _moved(self, at: QPointF) -> None:
        x, y = self._place(at)
        if self._pencil is None:
            if self._lines:
                self.t_wanted.emit(self._time_at(x))
            return
        self._draw_to((float(np.clip(x, 1, self._pencil.T)), float(np.clip(y, LOWEST, HIGHEST))))

    def _draw_to(self, here: tuple[float, float]) -> None:
        self._pencil.drag(self._last or here, here)
        self._last = here
        if DRAWING not in self.curve_names:
            self.curve(DRAWING, "noise")
        self.set_curve(DRAWING, np.arange(1, self._pencil.T + 1), self._pencil.values)

    def _place(self, at: QPointF) -> tuple[float, float]:
        """Where in the plot's own units a position of the widget is."""
        point = self.getPlotItem().vb.mapSceneToView(self.mapToScene(at.toPoint()))
        return point.x(), point.y()

    def _time_at(self, x: float) -> int:
        """The t of the schedule in use that stands at x."""
        T = self._lines[0].schedule.T
        if self._axis == "log":
            x = 10 ** min(x, 9.0)
        elif self._axis == "part":
            x *= T
        return int(np.clip(round(x), 0, T))

    def _span(self, longest: int) -> tuple[float, float]:
        if self._axis == "part":
            return 0.0, 1.0
        return (0.0, float(np.log10(max(2, longest)))) if self._axis == "log" else (0.0, longest)
