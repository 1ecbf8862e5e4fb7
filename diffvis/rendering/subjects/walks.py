"""Jump and walk: one value over t by either way, and where all of them are at some t."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from diffvis.diffusion.schedule import NoiseSchedule
from diffvis.errors import UserError
from diffvis.rendering.chart import Chart, Curve
from diffvis.rendering.formats.registry import Kind
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.subjects.schedules import draw
from diffvis.rendering.subjects.subject import Content, limit_numbers, limit_times, view_of
from diffvis.rendering.walk_curves import path_curves
from diffvis.rendering.walks import (
    CENTRES,
    CHAINS,
    GRID,
    HIGH,
    Comparison,
    compare,
    density_of,
    stairs,
)


@dataclass(frozen=True, eq=False)
class Walks:
    """The value ``x0`` noised by the true chain q(x_t | x_{t-1}), and at once by q(x_t | x_0).

    Raises:
        UserError: the value is beyond what is plotted.
    """

    schedule: NoiseSchedule
    x0: float

    what = "walks"
    views = dict.fromkeys(("walks", "places"), ("picture", "drawing", "table", "numbers"))

    def __post_init__(self) -> None:
        if not abs(self.x0) <= HIGH:
            raise UserError(f"x_0 = {self.x0:g} is not possible", f"choose {-HIGH:g} to {HIGH:g}")

    @property
    def name(self) -> str:
        return f"{self.schedule.kind}-walks"

    def sources(self) -> dict[str, Any]:
        return {"schedule": self.schedule.to_json(), "x0": self.x0}

    def content(self, kind: Kind, spec: ExportSpec, device: str = "cpu") -> Content:
        view, T = view_of(self, spec), self.schedule.T
        limit_times(spec, T)
        if kind == "numbers":
            limit_numbers((T + 1) * CHAINS)
        return Content(1, lambda: self._pieces(view, kind, spec))

    def _pieces(self, view: str, kind: Kind, spec: ExportSpec) -> Iterator[Any]:
        made = compare(self.schedule, self.x0, spec.shown.seed)
        if kind == "numbers":
            yield {"walks": made.walks, "eps": made.eps, "x_0": np.float32(self.x0)}
            return
        if view == "places" and kind == "table":
            yield self._table(made, self._t(spec))
            return
        chart = self._over_t(made, spec) if view == "walks" else self._at_t(made, spec)
        yield (
            chart.table() if kind == "table" else chart if kind == "drawing" else draw(chart, spec)
        )

    def _t(self, spec: ExportSpec) -> int:
        return self.schedule.T // 3 if spec.shown.t is None else spec.shown.t

    def _table(self, made: Comparison, t: int) -> dict[str, np.ndarray]:
        """The densities in the middle of each bin."""
        return {
            "x_t": CENTRES,
            "walks": density_of(made.walks[t]),
            "jumps": density_of(made.jumps(t)),
            "q(x_t | x_0)": made.density(t, CENTRES),
        }

    def _words(self, spec: ExportSpec) -> str:
        kind, T = self.schedule.kind, self.schedule.T
        x0 = f"{self.x0:.2f}".replace("-", "−")
        words = f"x₀ = {x0} · {kind} schedule, T = {T} · seed {spec.shown.seed}"
        return words if spec.picture.caption else ""

    def _over_t(self, made: Comparison, spec: ExportSpec) -> Chart:
        return Chart(
            "Jump and walk: one value of xₜ over t", "t", "xₜ", path_curves(made),
            spec.picture.size, spec.look, caption=self._words(spec),
        )  # fmt: skip

    def _at_t(self, made: Comparison, spec: ExportSpec) -> Chart:
        t = self._t(spec)
        walks, jumps = density_of(made.walks[t]), density_of(made.jumps(t))
        curves = (
            Curve(f"{CHAINS:,} walks", *stairs(walks), "accent1"),
            Curve(f"{CHAINS:,} jumps", *stairs(jumps), "noise", "dot"),
            Curve("q(xₜ | x₀)", GRID, made.density(t), "text", "dash"),
        )
        return Chart(
            f"Jump and walk at t = {t}: one distribution", "xₜ", "density", curves,
            spec.picture.size, spec.look, caption=self._words(spec), top=made.top(t),
        )  # fmt: skip
