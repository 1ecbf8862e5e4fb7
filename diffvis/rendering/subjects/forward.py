"""The forward process of a data set: films, stills, strips and numbers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from torch import Tensor

from diffvis.data.browse import spread_places
from diffvis.data.dataset import Dataset
from diffvis.diffusion.forward import q_sample
from diffvis.diffusion.schedule import NoiseSchedule
from diffvis.errors import UserError
from diffvis.rendering.factors import reach
from diffvis.rendering.formats.registry import Kind
from diffvis.rendering.forward_film import forward_frames, forward_words
from diffvis.rendering.frames import even_timesteps
from diffvis.rendering.identity import identify_data
from diffvis.rendering.ordered import in_order
from diffvis.rendering.origin import Origin, apparent_noise, choose_samples, forward_moments
from diffvis.rendering.paint import drawn_as
from diffvis.rendering.palette import (
    Palette,
    all_pixels,
    grey_palette,
    picture_palette,
    points_palette,
    seen_palette,
)
from diffvis.rendering.pixels import noise_to_uint8, to_uint8
from diffvis.rendering.sheet import Sheet, draw_sheet
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.strip import StripFrame, strip_sheet, strip_times
from diffvis.rendering.style import Style
from diffvis.rendering.subjects.subject import Content, limit_numbers, limit_times, view_of
from diffvis.rendering.told import Told

_PROBED = 16  # samples whose colours make the palette


@dataclass(frozen=True, eq=False)
class Forward:
    """Samples of ``dataset`` drown in noise as ``schedule`` says."""

    dataset: Dataset
    schedule: NoiseSchedule
    span: tuple[float, float] = (-1.0, 1.0)
    """The values of black and white in images, as a model sees them."""

    what = "forward"

    @property
    def name(self) -> str:
        return f"{self.dataset.name}-forward"

    @property
    def views(self) -> dict[str, tuple[Kind, ...]]:
        film: tuple[Kind, ...] = ("film", "picture", "drawing", "numbers")
        alone: tuple[str, ...] = ("cloud", "density") if self.dataset.is_points else ("large",)
        if self.dataset.shape == (1,):
            alone = ("heatmap",)
        if self.dataset.shape == (3,):
            alone = (*alone, "space")
        return {
            "equation": film,
            **dict.fromkeys(alone, film),
            "strip": ("picture", "drawing", "numbers"),
        }

    def sources(self) -> dict[str, Any]:
        return {
            "data": identify_data(self.dataset),
            "schedule": self.schedule.to_json(),
            **({} if self.span == (-1, 1) else {"span": list(self.span)}),
        }

    def content(self, kind: Kind, spec: ExportSpec, device: str = "cpu") -> Content:
        view = view_of(self, spec)
        limit_times(spec, self.schedule.T)
        if (spec.points.paths or spec.forward.kernel is not None) and view not in (
            "cloud",
            "density",
        ):
            raise UserError(
                "paths and a kernel are drawn over points x_t alone", "choose cloud or density"
            )
        if spec.forward.velocity and spec.forward.kernel is None:
            raise UserError("no point says whose velocity is drawn", "add --kernel, its number")
        if spec.forward.kernel is not None:
            shown = len(self._origin(spec).x0)
            if spec.forward.kernel >= shown:
                raise UserError(
                    f"there is no point {spec.forward.kernel + 1}", f"{shown:,} are shown"
                )
        if kind == "numbers":
            return self._numbers(spec, view)
        if view == "strip":
            times = strip_times(self.schedule.T, spec.shown.times)
            steps = times[-1] + 1 if spec.forward.chain else 1
            return Content(steps + 1, lambda: self._strip(times, kind, spec))
        if kind == "film" and spec.shown.at is not None:
            return self._in_order(spec, spec.shown.at)
        if kind == "film":
            times = even_timesteps(self.schedule, spec.film.frames, easing=spec.film.easing)
        else:
            times = [self.schedule.T // 3 if spec.shown.t is None else spec.shown.t]
        return Content(
            times[-1] + 1 if spec.forward.chain else len(times),
            lambda: forward_frames(self.dataset, self.schedule, spec, times, self.span, kind),
            lambda: self._palette(spec),
            len(times),
            lambda: self._told(times, spec),
        )

    def _in_order(self, spec: ExportSpec, at: Sequence[int]) -> Content:
        """A film whose frames are told one by one."""
        times = sorted(set(at))
        work = times[-1] + 1 if spec.forward.chain else len(times)
        return Content(
            work + len(at),
            lambda: in_order(forward_frames(self.dataset, self.schedule, spec, times), times, at),
            lambda: self._palette(spec),
            len(at),
            lambda: self._told(at, spec),
        )

    def _told(self, times: Sequence[int], spec: ExportSpec) -> Told:
        caption = forward_words(self.dataset, self.schedule, spec, self._origin(spec))
        return Told.counted("Forward process", caption, times, self.schedule.T)

    def share(self, spec: ExportSpec) -> str:
        """How many samples of how many are shown; empty where it is all, or one."""
        return self._origin(spec).share

    def _origin(self, spec: ExportSpec) -> Origin:
        count = spec.samples(self.dataset.is_points)
        return choose_samples(
            self.dataset,
            count,
            spec.forward.first,
            spec.shown.seed,
            spec.forward.of_class,
            spec.forward.spread,
            self.span,
        )

    def _moments(
        self, spec: ExportSpec, origin: Origin, times: Sequence[int]
    ) -> Iterator[tuple[int, Tensor] | None]:
        walk_seed = spec.shown.seed if spec.forward.chain else None
        return forward_moments(self.schedule, origin, times, walk_seed)

    def _strip(self, times: list[int], kind: Kind, spec: ExportSpec) -> Iterator[Any]:
        origin = self._origin(spec)
        moments = []
        for made in self._moments(spec, origin, times):
            if made is not None:
                moments.append(StripFrame(f"t = {made[0]}", made[1], reach(self.schedule, made[0])))
            if spec.forward.chain:
                yield None
        if not spec.forward.chain:
            yield None
        words = [self.dataset.title, f"{self.schedule.kind} schedule, T = {self.schedule.T}"]
        words += [f"seed {spec.shown.seed}"] + ["true chain"] * spec.forward.chain
        if spec.forward.spread and origin.share:
            words.insert(1, origin.share)
        caption = " · ".join(words) if spec.picture.caption else ""

        def sheet(look: Style) -> Sheet:
            return strip_sheet(
                moments, spec, look.showing(self.span),
                colours=origin.colours, extent=origin.extent, caption=caption,
                title=f"{self.dataset.title}: forward process",
            )  # fmt: skip

        said = f"{', '.join(words)}: at {', '.join(moment.label for moment in moments)}."
        yield drawn_as(
            kind, lambda look: draw_sheet(sheet(look)), spec,
            f"{self.dataset.title}: forward process", said,
        )  # fmt: skip

    def _numbers(self, spec: ExportSpec, view: str) -> Content:
        if view == "strip":
            times = strip_times(self.schedule.T, spec.shown.times)
        else:
            times = even_timesteps(self.schedule, spec.film.frames, easing=spec.film.easing)
        count = spec.samples(self.dataset.is_points)
        arrays = 2 if spec.forward.chain else 1  # of as many numbers as x_t
        limit_numbers(arrays * len(times) * count * int(np.prod(self.dataset.shape)))

        def pieces() -> Iterator[dict[str, np.ndarray] | None]:
            origin = self._origin(spec)
            x_t, eps = [], []
            for made in self._moments(spec, origin, times):
                if made is not None:
                    t, x = made
                    x_t.append(x.numpy())
                    if spec.forward.chain:  # draws noise of its own at each step
                        eps.append(apparent_noise(self.schedule, origin.x0, x, t).numpy())
                yield None
            yield {
                "t": np.array(times), "x_t": np.stack(x_t), "x_0": origin.x0.numpy(),
                "eps": np.stack(eps) if spec.forward.chain else origin.eps.numpy(),
                "alpha_bar": self.schedule.alpha_bar.numpy()[times],
            }  # fmt: skip

        return Content((times[-1] + 1 if spec.forward.chain else len(times)) + 1, pieces)

    def _palette(self, spec: ExportSpec) -> Palette:
        if spec.shown.view in ("cloud", "density", "heatmap", "space"):
            return self._cloud_palette(spec)
        origin = self._origin(spec)
        if self.dataset.is_points:
            return points_palette(spec.look, origin.colours)
        if self.dataset.shape[0] != 3:
            return grey_palette(spec.look, spec.picture.levels)
        spread = spec.forward.spread
        probed = spread_places(len(origin.x0), _PROBED) if spread else slice(_PROBED)
        x0, eps = origin.x0[probed], origin.eps[probed]
        times = even_timesteps(self.schedule, 4)
        moments = [to_uint8(q_sample(self.schedule, x0, t, eps), self.span) for t in times]
        seen = all_pixels([to_uint8(x0, self.span), *moments, noise_to_uint8(eps)])
        return picture_palette(spec.look, seen, spec.picture.levels)

    def _cloud_palette(self, spec: ExportSpec) -> Palette:
        """Dots, shades, marginals and paths: the colours that a few frames are found to have."""
        times = even_timesteps(self.schedule, 4)
        drawn = forward_frames(
            self.dataset, self.schedule, spec.changed(chain=False), times, self.span
        )
        return seen_palette(spec.look, (f for f in drawn if f is not None), spec.picture.levels)
