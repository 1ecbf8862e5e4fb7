"""Is the step back a Gaussian? The true q(x_s | x_t) beside what the chain draws from."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from diffvis.data.dataset import Dataset
from diffvis.diffusion import NoiseSchedule
from diffvis.errors import UserError
from diffvis.rendering.chart import Chart
from diffvis.rendering.formats.registry import Kind
from diffvis.rendering.identity import identify_data
from diffvis.rendering.pixels import Pixels, blank, paste
from diffvis.rendering.scene.recorder import scene_of
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.step_curves import density_curves, divergence_curves
from diffvis.rendering.subjects.schedules import draw
from diffvis.rendering.subjects.subject import Content, limit_times, view_of
from diffvis.rendering.true_step import (
    Divergence,
    Step,
    mixture_for,
    over_strides,
    over_times,
    step_along,
    widest,
)

MOST_PANELS = 6


def _opaque(picture: Pixels) -> Pixels:
    """(h, w, 3) of a picture with or without opacity."""
    return picture if picture.shape[2] == 3 else picture[..., :3]


@dataclass(frozen=True, eq=False)
class TrueStep:
    """At the point ``x_t`` at t, over ``data`` of points: a mixture of Gaussians as it is, other
    data as a finite set.

    Raises:
        UserError: the data are images, or x_t or t do not fit.
    """

    data: Dataset
    schedule: NoiseSchedule
    x_t: tuple[float, ...]
    t: int

    what = "true-reverse"
    views = {  # noqa: RUF012 - as in all subjects
        "steps": ("picture", "drawing", "table"),
        "divergence": ("picture", "drawing", "table"),
        "over-t": ("picture", "drawing", "table"),
    }

    def __post_init__(self) -> None:
        if not self.data.is_points:
            raise UserError(
                f"{self.data.title} holds images", "choose points, whose true step is known"
            )
        if len(self.x_t) != self.data.shape[0] or not np.isfinite(self.x_t).all():
            raise UserError(
                f"x_t = {self.x_t} is no point of {self.data.title}",
                f"give {self.data.shape[0]} numbers",
            )
        if not 2 <= self.t <= self.schedule.T:
            raise UserError(
                f"t = {self.t} is not possible", f"choose 2 to {self.schedule.T}", field="t"
            )

    @property
    def name(self) -> str:
        return f"{self.data.name}-true-reverse"

    def sources(self) -> dict[str, Any]:
        return {
            "schedule": self.schedule.to_json(),
            "data": identify_data(self.data),
            "x_t": list(self.x_t),
            "t": self.t,
        }

    def content(self, kind: Kind, spec: ExportSpec, device: str = "cpu") -> Content:
        view = view_of(self, spec)
        limit_times(spec, self.schedule.T)
        ends = self._ends(spec)
        return Content(1, lambda: self._pieces(view, kind, spec, ends))

    def _ends(self, spec: ExportSpec) -> tuple[int, ...]:
        """The s of each panel, the smallest stride first."""
        t = self.t
        if spec.shown.times is None:
            return tuple(sorted({max(1, t - max(1, t // k)) for k in (100, 4, 1)}, reverse=True))
        ends = tuple(sorted(set(spec.shown.times), reverse=True))
        if not ends or min(ends) < 1 or max(ends) >= t or len(ends) > MOST_PANELS:
            raise UserError(
                f"steps from t = {t} to {', '.join(map(str, ends)) or 'nowhere'} are not possible",
                f"give one to {MOST_PANELS} times from 1 to {t - 1}",
                field="times",
            )
        return ends

    def _pieces(
        self, view: str, kind: Kind, spec: ExportSpec, ends: Sequence[int]
    ) -> Iterator[Any]:
        mixture = mixture_for(self.data, self.schedule)
        x_t = torch.tensor(self.x_t, dtype=torch.float64)
        direction = widest(mixture, x_t, self.t, min(ends))
        if view != "steps":
            if view == "divergence":
                found = over_strides(mixture, x_t, self.t, direction, _silent)
                axis = "stride t − s"
            else:
                stride = self.t - min(ends)
                found = over_times(mixture, x_t, stride, _silent)
                axis = f"t, of steps by {stride}"
            chart = self._divergence(found, axis, spec)
            yield (
                chart.table() if kind == "table" else chart if kind == "drawing" else
                draw(chart, spec)
            )  # fmt: skip
            return
        steps = [step_along(mixture, x_t, self.t, s, direction) for s in ends]
        if kind == "table":
            yield self._table(steps)
            return
        if kind == "drawing":
            said = f"The true step back beside the Gaussian of DDPM: {self._words()}."
            yield scene_of(lambda: self._panels(steps, spec), "True reverse step", said)
        else:
            yield self._panels(steps, spec)

    def _panels(self, steps: Sequence[Step], spec: ExportSpec) -> Pixels:
        width, height = spec.picture.size
        frame = blank(spec.picture.size, spec.look.panel)
        for place, step in enumerate(steps):
            left, right = (width * k // len(steps) for k in (place, place + 1))
            chart = self._panel(step, spec, (right - left, height), place == len(steps) - 1)
            paste(frame, _opaque(draw(chart, spec)), left, 0)
        return frame

    def _panel(self, step: Step, spec: ExportSpec, size: tuple[int, int], last: bool) -> Chart:
        curves = density_curves(step)
        top = 1.15 * float(max(curves[0].y.max(), curves[1].y.max()))
        words = self._words() if last and spec.picture.caption else ""
        return Chart(
            f"s = t − {step.t - step.s}", "xₛ", "", curves, size, spec.look, caption=words, top=top
        )

    def _words(self) -> str:
        return f"{self.data.title} · {self.schedule.kind}, T = {self.schedule.T} · t = {self.t}"

    def _table(self, steps: Sequence[Step]) -> dict[str, np.ndarray]:
        """For each s the places, the true density there, and both of the chain."""
        found = {}
        for step in steps:
            x, end = step.grid(), f"s = {step.s}"
            found[f"x, {end}"] = x
            found[f"true, {end}"] = step.density(x)
            found[f"large, {end}"] = step.gaussian(x, step.large)
            found[f"small, {end}"] = step.gaussian(x, step.small)
        return found

    def _divergence(self, found: Divergence, axis: str, spec: ExportSpec) -> Chart:
        """Over the stride, or over t; strides are told apart by their powers of ten."""
        return Chart(
            "KL of the true step back to a Gaussian", axis, "nats along xₛ",
            divergence_curves(found),
            spec.picture.size, spec.look, log_x=axis.startswith("stride"), log_y=True,
            caption=self._words() if spec.picture.caption else "",
        )  # fmt: skip


def _silent(done: int, total: int) -> None:
    """Nobody hears how far it is."""
