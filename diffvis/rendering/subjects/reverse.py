"""The reverse process of a model: films, stills, strips, samples and numbers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from torch import Tensor

from diffvis.data.dataset import Dataset
from diffvis.diffusion.reverse import ReverseStep
from diffvis.errors import UserError
from diffvis.models.model import Model
from diffvis.rendering.factors import reach
from diffvis.rendering.formats.registry import Kind
from diffvis.rendering.frames import (
    chain_words,
    colours_of,
    even_timesteps,
    reverse_frames,
    reverse_words,
)
from diffvis.rendering.heat_chain import reverse_heat_frames
from diffvis.rendering.identity import identify_data, identify_model
from diffvis.rendering.markup import plain
from diffvis.rendering.ordered import in_order
from diffvis.rendering.paint import drawn_as
from diffvis.rendering.palette import (
    Palette,
    all_pixels,
    grey_palette,
    picture_palette,
    points_palette,
    seen_palette,
)
from diffvis.rendering.pixels import Pixels, to_uint8
from diffvis.rendering.scatter import colour_of_origin
from diffvis.rendering.scene.marks import Scene
from diffvis.rendering.sheet import Sheet, draw_sheet
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.strip import StripFrame, strip_sheet, strip_times
from diffvis.rendering.style import Style
from diffvis.rendering.subjects.subject import Content, limit_numbers, limit_times, view_of
from diffvis.rendering.told import Told
from diffvis.sampling.beginning import Beginning, begin_of, run_chain_from
from diffvis.sampling.extent import extent_of
from diffvis.sampling.recording import Recording
from diffvis.sampling.settings import ChainSettings, check_sample, shown_time

_PROBE_STEPS, _PROBED = 10, 16


@dataclass(frozen=True, eq=False)
class Reverse:
    """Samples emerge from noise as ``model`` steps back from T, or from a ``beginning``, to 0.

    Raises:
        UserError: there are data, and they or what the model makes are no points.
    """

    model: Model
    beginning: Beginning | None = None
    """None: noise."""
    data: Dataset | None = None
    """Points whose density, noised to the same t, is a shade below those of the chain, or drawn
    with contours.
    """
    walked: Recording | None = None
    """Of a chain that somebody has watched: it is shown from there where it is the one wanted."""
    says: str = ""
    """Its caption, where this chain stands in for another one in a film; "" for its own."""

    def __post_init__(self) -> None:
        if self.data is not None and not (self.data.is_points and self.model.is_points):
            raise UserError(
                f"{self.data.title} cannot be a shade below {self.model.name}",
                "a shade is of points, below points",
            )
        if self.data is not None and self.data.shape != tuple(self.model.shape):
            raise UserError(
                f"{self.data.title} has points of another dimension than {self.model.name}",
                "choose data of the same",
            )

    what = "reverse"

    @property
    def name(self) -> str:
        return f"{self.model.name}-reverse"

    @property
    def views(self) -> dict[str, tuple[Kind, ...]]:
        film: tuple[Kind, ...] = ("film", "picture", "drawing", "numbers")
        shown: dict[str, tuple[Kind, ...]] = {
            "samples": film,
            "prediction": film,
            "step": film,
            "strip": ("picture", "drawing", "numbers"),
        }
        if self.model.shape == (1,):
            shown["heatmap"] = film
        elif self.model.is_points:
            shown["space"] = film
        if not self.model.is_points:
            shown["single"] = ("picture", "drawing", "numbers")
        return shown

    def sources(self) -> dict[str, Any]:
        found = {
            "model": identify_model(self.model),
            "schedule": self.model.schedule.to_json(),
        }
        if self.beginning is not None:
            found["beginning"] = self.beginning.to_json()
        if self.data is not None:
            found["data"] = identify_data(self.data)
        return found

    def content(self, kind: Kind, spec: ExportSpec, device: str = "cpu") -> Content:
        view = view_of(self, spec)
        T = self.model.schedule.T
        settings = self._settings(spec)
        limit_times(spec, T)
        if spec.points.any and self.model.shape == (1,):
            raise UserError("nothing is drawn around points on a line", "choose the view heatmap")
        if spec.points.contours and self.data is None:
            raise UserError(
                "contours are those of the data, and there is none", "give the data as well"
            )
        if view in ("step", "single"):
            check_sample(settings, spec.sample.selected)
        visited = settings.times(self.model.schedule, begin_of(self.beginning))[::-1]  # ascending
        if view == "step" and kind != "numbers":
            visited = visited[1:]  # no step begins at 0
        at = spec.shown.at if kind == "film" else None
        at = None if at is None else [shown_time(visited, t) for t in at]
        if at is not None:
            times = sorted(set(at), reverse=True)
        elif view == "strip":
            times = sorted(
                {shown_time(visited, t) for t in strip_times(T, spec.shown.times)}, reverse=True
            )
        elif kind == "film" or (kind == "numbers" and view != "single"):
            times = even_timesteps(
                self.model.schedule, spec.film.frames, visited, spec.film.easing, falling=True
            )
        else:
            times = [shown_time(visited, spec.shown.t or 0)]
        if kind == "numbers":
            count = 1 if view == "single" else settings.count
            limit_numbers(2 * len(times) * count * int(np.prod(self.model.shape)))
            return self._page(times, visited, lambda m: _numbers(m, self.model), spec, device)
        alone = view == "samples" and not (spec.points.any or self.data is not None)
        if (kind == "drawing" and alone) or view in ("strip", "single"):
            return self._page(times, visited, lambda m: self._drawn(m, kind, spec), spec, device)
        if view == "heatmap":
            return self._heat(times, at, kind, spec, device)
        steps = sum(v > times[-1] for v in visited) + (1 if times[-1] > 0 else 0)
        arrival = 1 if 0 in times and len(visited) > 1 and visited[1] in times else 0

        def frames() -> Iterator[Pixels | Scene | None]:
            chain = self._chain(settings, device, view)
            return reverse_frames(
                self.model, spec, times, device, self.beginning, self.data, chain, self.says, kind
            )  # fmt: skip

        return Content(
            steps + arrival + (0 if at is None else len(at)),
            frames if at is None else lambda: in_order(frames(), times, at),
            lambda: self._palette(spec, device),
            len(times if at is None else at),
            lambda: Told.counted(
                "Reverse process", self.caption(spec), times if at is None else at, T
            ),
        )  # fmt: skip

    def _heat(
        self, times: Sequence[int], at: Sequence[int] | None, kind: Kind, spec: ExportSpec,
        device: str,
    ) -> Content:  # fmt: skip
        """The map over (t, x) at falling ``times``, in the order ``at`` where there is one."""
        settings, schedule = self._settings(spec), self.model.schedule
        shown, caption = times if at is None else at, self.caption(spec)

        def frames() -> Iterator[Pixels | Scene | None]:
            chain = self._chain(settings, device, "heatmap")
            return reverse_heat_frames(
                self.model, spec, times, chain, caption, device, self.beginning, self.data, kind
            )

        return Content(
            len(settings.times(schedule, begin_of(self.beginning))) + len(times) + len(at or ()),
            frames if at is None else lambda: in_order(frames(), times, at),
            lambda: seen_palette(
                spec.look, (f for f in frames() if f is not None), spec.picture.levels
            ),
            len(shown),
            lambda: Told.counted("Reverse process", caption, shown, schedule.T),
        )

    def remembers(self, settings: ChainSettings, view: str) -> bool:
        """Whether a chain need not be walked again to be shown exactly as it would be."""
        kept = self.walked
        if kept is None or not kept.holds(self.model, settings, self.beginning):
            return False
        return view != "step" or kept.is_exact

    def caption(self, spec: ExportSpec) -> str:
        """What stands below its frames (markup)."""
        return self.says or reverse_words(self._settings(spec), self.model, self.beginning)

    def _chain(self, settings: ChainSettings, device: str, view: str) -> Iterator[ReverseStep]:
        if self.walked is not None and self.remembers(settings, view):
            return self.walked.replay()
        return run_chain_from(self.beginning, self.model, settings, device)

    def _palette(self, spec: ExportSpec, device: str) -> Palette:
        surrounded = spec.points.field or spec.points.tails or spec.shown.view == "space"
        if self.data is None and not surrounded:
            return chain_palette(self.model, spec, device, self.beginning)
        T = self.model.schedule.T
        short = spec.changed(steps=min(4, T))
        times = short.chain_settings(True).times(self.model.schedule, begin_of(self.beginning))
        drawn = reverse_frames(self.model, short, times, device, self.beginning, self.data)
        return seen_palette(spec.look, (f for f in drawn if f is not None), spec.picture.levels)

    def _settings(self, spec: ExportSpec) -> ChainSettings:
        settings = spec.chain_settings(self.model.is_points)
        settings.times(self.model.schedule, begin_of(self.beginning))  # raise what does not fit
        settings.labels_for(self.model)
        settings.sampler_for(self.model)
        return settings

    def _page(
        self, times: Sequence[int], visited: Sequence[int], make: Any, spec: ExportSpec, device: str
    ) -> Content:
        """One thing that is made of the chain's moments at falling ``times``."""
        steps = sum(v > times[-1] for v in visited) + (1 if times[-1] > 0 else 0)

        def pieces() -> Iterator[Any]:
            kept: list[tuple[int, Tensor, Tensor]] = []
            first: Tensor | None = None
            settings = self._settings(spec)
            for step in self._chain(settings, device, view_of(self, spec)):
                first = step.x_t if first is None else first
                if step.t in times:
                    kept.append((step.t, step.x_t.cpu(), step.x0_hat.cpu()))
                if step.s == 0 and 0 in times:
                    kept.append((0, step.x_s.cpu(), step.x_s.cpu()))
                yield None
                if step.s < times[-1] or step.s == 0:
                    break
            assert first is not None
            if view_of(self, spec) == "single":
                one = slice(spec.sample.selected, spec.sample.selected + 1)
                kept = [(t, x[one], x0_hat[one]) for t, x, x0_hat in kept]
            yield make((kept, first))

        return Content(steps + 1, pieces)

    def _drawn(self, made: Any, kind: Kind, spec: ExportSpec) -> Scene | Pixels:
        kept, first = made
        view = view_of(self, spec)
        colours = colours_of(first, self.beginning) if self.model.is_points else None
        schedule = self.model.schedule
        moments = [StripFrame(f"t = {t}", x, reach(schedule, t)) for t, x, _ in kept]
        chain = chain_words(self._settings(spec), self.model, self.beginning)
        words = f"{self.model.name} · {chain}"

        def sheet(look: Style) -> Sheet:
            return strip_sheet(
                moments, spec, look.showing(self.model.range),
                colours=colours, extent=extent_of(self.model),
                caption=words if spec.picture.caption else "", title=f"{self.model.name}: {view}",
            )  # fmt: skip

        said = f"{plain(words)}: at {', '.join(moment.label for moment in moments)}."
        return drawn_as(
            kind, lambda look: draw_sheet(sheet(look)), spec, f"{self.model.name}: {view}", said
        )


def _numbers(made: Any, model: Model) -> dict[str, np.ndarray]:
    kept, _ = made
    last = kept[-1]
    found = {
        "t": np.array([t for t, _, _ in kept]),
        "x_t": np.stack([x.numpy() for _, x, _ in kept]),
        "x0_hat": np.stack([x0.numpy() for _, _, x0 in kept]),
    }
    if last[0] == 0:  # in the units of the data, as ``diffvis sample`` gives them
        found["x0"] = model.scaling.to_data(last[1]).numpy()
    return found


def chain_palette(
    model: Model, spec: ExportSpec, device: str, beginning: Beginning | None = None
) -> Palette:
    """Which colours the model will paint with: those of a short chain of its own."""
    if model.is_points:
        return points_palette(spec.look, colour_of_origin(np.linspace(0, 1, 64)))
    if model.shape[0] != 3:
        return grey_palette(spec.look, spec.picture.levels)
    T = model.schedule.T
    settings = spec.chain_settings(False).changed(steps=min(_PROBE_STEPS, T), count=_PROBED)
    seen = [
        to_uint8(step.x_s, model.range)
        for step in run_chain_from(beginning, model, settings, device)
    ]
    some = all_pixels([seen[0], seen[len(seen) // 2], seen[-1], seen[-1]])
    return picture_palette(spec.look, some, spec.picture.levels)
