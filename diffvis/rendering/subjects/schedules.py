"""Noise schedules: plots of one or several over each other, and their numbers."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from diffvis.data.dataset import Dataset
from diffvis.diffusion.schedule import NoiseSchedule
from diffvis.rendering.chart import Chart
from diffvis.rendering.formats.registry import Kind
from diffvis.rendering.identity import identify_data
from diffvis.rendering.origin import choose_samples
from diffvis.rendering.paint import drawn_as
from diffvis.rendering.palette import fewer_greys
from diffvis.rendering.pixels import Pixels, blank, paste
from diffvis.rendering.quantities import QUANTITIES
from diffvis.rendering.scene.marks import Scene
from diffvis.rendering.schedule_curves import schedule_curves
from diffvis.rendering.schedule_strips import POINTS, moment, rows_of
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.strip import strip_times
from diffvis.rendering.strips import draw_strips
from diffvis.rendering.style import Style
from diffvis.rendering.subjects.subject import Content, limit_times, view_of
from diffvis.rendering.text import write

STRIPS = "strips"  # the view that is no plot


@dataclass(frozen=True, eq=False)
class Schedules:
    """``schedules[0]`` is the one in use; the others are laid over it."""

    schedules: tuple[NoiseSchedule, ...]
    names: tuple[str, ...] = ()
    """What the legend says; their kinds if not given."""

    data: Dataset | None = None
    """Whose samples drown under each of the schedules, in a strip for each."""

    what = "schedule"

    @property
    def views(self) -> dict[str, tuple[Kind, ...]]:
        plots: tuple[Kind, ...] = ("picture", "drawing", "table", "numbers")
        strips: dict[str, tuple[Kind, ...]] = (
            {} if self.data is None else {STRIPS: ("picture", "drawing")}
        )
        return {**dict.fromkeys(QUANTITIES, plots), **strips}

    @property
    def name(self) -> str:
        return "-".join([*dict.fromkeys(schedule.kind for schedule in self.schedules), "schedule"])

    def sources(self) -> dict[str, Any]:
        schedules = [schedule.to_json() for schedule in self.schedules]
        found = {"schedules": schedules, "names": list(self.names)}
        return found if self.data is None else {**found, "data": identify_data(self.data)}

    def content(self, kind: Kind, spec: ExportSpec, device: str = "cpu") -> Content:
        key = view_of(self, spec)
        if key == STRIPS and self.data is not None:
            limit_times(spec, self.schedules[0].T)
            data = self.data
            names = ", ".join(self._names())
            said = f"{data.title} drowns in noise under each schedule: {names}."

            def drawn() -> Pixels | Scene:
                return drawn_as(
                    kind, lambda look: self._strips(data, spec, look), spec,
                    "Noise schedules", said,
                )  # fmt: skip

            return Content(1, lambda: iter([drawn()]))
        return Content(1, lambda: self._pieces(key, kind, spec))

    def _strips(self, data: Dataset, spec: ExportSpec, look: Style) -> Pixels:
        """A strip for each schedule: the same samples and the same noise."""
        width, height = spec.picture.size
        T, seed = self.schedules[0].T, spec.shown.seed
        count = spec.shown.count or (POINTS if data.is_points else 1)
        origin = choose_samples(data, count, 0, seed)
        times = strip_times(T, spec.shown.times)
        moments = [[moment(made, t, T, origin) for t in times] for made in self.schedules]
        t = T // 3 if spec.shown.t is None else spec.shown.t
        rows = rows_of(self.schedules, self._names(), moments, t, origin)
        em = max(8, round(height / 45 * look.text_scale))
        foot = 2 * em if spec.picture.caption else 0
        frame = blank(spec.picture.size, look.panel)
        large = look.scaled(look.text_scale * max(1.0, height / 450))
        drawn = draw_strips(
            rows, t, times, (width - 2 * em, height - foot - em), large,
            colours=origin.colours, extent=origin.extent,
        )  # fmt: skip
        paste(frame, drawn, em, em // 2)
        if spec.picture.caption:
            words = f"{data.title} · T = {T} · seed {seed}"
            write(frame, words, width - em, height - em, em, look.muted, align="right")
        return frame

    def _names(self) -> list[str]:
        """What the legend says of each."""
        same = len({schedule.T for schedule in self.schedules}) == 1
        own = [made.kind if same else f"{made.kind}, T = {made.T}" for made in self.schedules]
        return [*self.names, *own[len(self.names) :]]

    def _pieces(self, key: str, kind: Kind, spec: ExportSpec) -> Iterator[Any]:
        chart = self.chart(key, spec)
        if kind == "table":
            yield chart.table()
        elif kind == "numbers":
            yield {
                f"{place}_{name}": quantity.values(schedule)
                for place, schedule in enumerate(self.schedules)
                for name, quantity in QUANTITIES.items()
            }
        elif kind == "drawing":
            yield chart
        else:
            yield draw(chart, spec)

    def chart(self, key: str, spec: ExportSpec) -> Chart:
        """The plot of one quantity over t, or over t/T."""
        quantity = QUANTITIES[key]
        same = len({schedule.T for schedule in self.schedules}) == 1
        curves = schedule_curves(self.schedules, self._names(), quantity, spec.plot.axis)
        first = self.schedules[0]
        alone = f"{first.kind} schedule, T = {first.T}"
        words = alone if len(self.schedules) == 1 else f"T = {first.T}" if same else ""
        title = quantity.title(self.schedules)
        return Chart(
            title, "t / T" if spec.plot.axis == "part" else "t", title.partition(":")[0],
            curves, spec.picture.size, spec.look,
            log_x=spec.plot.axis == "log", log_y=spec.plot.log and not quantity.signed,
            caption=words if spec.picture.caption else "",
        )  # fmt: skip


def draw(chart: Chart, spec: ExportSpec) -> np.ndarray:
    """The plot as pixels."""
    from diffvis.rendering.figure import draw_chart  # matplotlib takes its time

    return fewer_greys(draw_chart(chart, spec.picture.transparent), spec.picture.levels)
