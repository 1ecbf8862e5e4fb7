"""Noise schedules: plots of one or several over each other, and their numbers."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from diffvis.diffusion.schedule import NoiseSchedule
from diffvis.rendering.chart import Chart, Curve, curve_look
from diffvis.rendering.formats.registry import Kind
from diffvis.rendering.palette import fewer_greys
from diffvis.rendering.quantities import QUANTITIES
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.subjects.subject import Content, view_of


@dataclass(frozen=True, eq=False)
class Schedules:
    """``schedules[0]`` is the one in use; the others are laid over it."""

    schedules: tuple[NoiseSchedule, ...]
    names: tuple[str, ...] = ()
    """What the legend says; their kinds if not given."""

    what = "schedule"
    views = dict.fromkeys(QUANTITIES, ("picture", "drawing", "table", "numbers"))

    @property
    def name(self) -> str:
        return "-".join([*dict.fromkeys(schedule.kind for schedule in self.schedules), "schedule"])

    def sources(self) -> dict[str, Any]:
        schedules = [schedule.to_json() for schedule in self.schedules]
        return {"schedules": schedules, "names": list(self.names)}

    def content(self, kind: Kind, spec: ExportSpec, device: str = "cpu") -> Content:
        key = view_of(self, spec)
        return Content(1, lambda: self._pieces(key, kind, spec))

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
        part = spec.plot.axis == "part"
        curves = []
        for place, schedule in enumerate(self.schedules):
            t = np.arange(schedule.T + 1, dtype=float)
            name = schedule.kind if same else f"{schedule.kind}, T = {schedule.T}"
            name = self.names[place] if place < len(self.names) else name
            x = t / schedule.T if part else t
            curves.append(Curve(name, x, quantity.values(schedule), *curve_look(place)))
        first = self.schedules[0]
        alone = f"{first.kind} schedule, T = {first.T}"
        words = alone if len(self.schedules) == 1 else f"T = {first.T}" if same else ""
        return Chart(
            quantity.says, "t / T" if part else "t", quantity.says.partition(":")[0],
            tuple(curves), spec.picture.size, spec.look,
            log_x=spec.plot.axis == "log", log_y=spec.plot.log and not quantity.signed,
            caption=words if spec.picture.caption else "",
        )  # fmt: skip


def draw(chart: Chart, spec: ExportSpec) -> np.ndarray:
    """The plot as pixels."""
    from diffvis.rendering.figure import draw_chart  # matplotlib takes its time

    return fewer_greys(draw_chart(chart, spec.picture.transparent), spec.picture.levels)
