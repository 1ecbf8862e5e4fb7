"""The forward process under two schedules, one film strip over the other."""

import numpy as np
import torch
from PySide6.QtCore import QPoint, QSize, Slot

from diffvis.app.schedules.plot import Line
from diffvis.app.session import Session
from diffvis.app.theme import Theme
from diffvis.app.widgets.raster import RasterView
from diffvis.app.widgets.symbols import in_letters
from diffvis.diffusion import NoiseSchedule
from diffvis.rendering.origin import Origin, choose_samples
from diffvis.rendering.schedule_strips import POINTS, moment, rows_of
from diffvis.rendering.strips import StripRow, draw_strips
from diffvis.rendering.style import Style
from diffvis.rendering.terms import moment_name


class ScheduleStrips(RasterView):
    """The same sample and the same noise in each row, at the shared t and at the marked ones."""

    def __init__(self, session: Session, theme: Theme) -> None:
        super().__init__(theme, self._draw_rows, self._words, QSize(300, 120))
        self.setObjectName("schedules.strips")
        self.setAccessibleName("Film strips of the schedule in use and of another")
        self.setToolTip(
            "The same sample and noise under both schedules; click a picture to go to t"
        )
        self._session = session
        self._lines: tuple[Line, ...] = ()
        self._origin: Origin | None = None
        self._moments: list[list[torch.Tensor]] | None = None
        session.data_changed.connect(self._origin_changed)
        session.seed_changed.connect(self._origin_changed)
        session.preferences.marks_changed.connect(self._forget_moments)
        self.clicked.connect(self._go_there)

    @property
    def lines(self) -> tuple[Line, ...]:
        """The schedules of its rows."""
        return self._lines

    def show_lines(self, *lines: Line) -> None:
        self._lines = lines
        self._forget_moments()

    def moment(self, schedule: NoiseSchedule, t: int) -> torch.Tensor:
        """The strip's samples at t of the schedule in use, in a schedule of any T."""
        return moment(schedule, t, self._session.schedule.T, self._samples())

    def _samples(self) -> Origin:
        if self._origin is None:
            data = self._session.data
            count = POINTS if data.is_points else 1
            self._origin = choose_samples(data, count, 0, self._session.seed)
        return self._origin

    def times(self) -> list[int]:
        T = self._session.schedule.T
        return sorted({0, *self._session.preferences.marks_for(T), T})

    def rows(self) -> list[StripRow]:
        if self._moments is None:  # the same tensors each time, so that pictures can be kept
            times = self.times()
            self._moments = [[self.moment(line.schedule, t) for t in times] for line in self._lines]
        schedules = [line.schedule for line in self._lines]
        names = [line.name for line in self._lines]
        return rows_of(schedules, names, self._moments, self._session.t, self._samples())

    def _draw_rows(self, size: tuple[int, int], style: Style) -> np.ndarray:
        origin = self._samples()
        return draw_strips(
            self.rows(), self._session.t, self.times(), size, style,
            colours=origin.colours, extent=origin.extent,
        )  # fmt: skip

    def _words(self) -> str:
        rows = (f"{row.name}, {in_letters(row.number)}" for row in self.rows())
        return f"t = {self._session.t}: {'; '.join(rows)}"

    @Slot()
    def _origin_changed(self) -> None:
        self._origin = None
        self._forget_moments()

    @Slot()
    def _forget_moments(self) -> None:
        self._moments = None
        self.refresh()

    @Slot(QPoint)
    def _go_there(self, at: QPoint) -> None:
        shown = self.shown_at(at)
        times = {moment_name(t): t for t in self.times()}
        if shown is not None and shown.name in times:
            self._session.set_t(times[shown.name])
