"""Chains side by side from the same noise: samplers, models, schedules; or one with a bug."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from torch import Tensor

from diffvis.bugs.catalogue import bug_named
from diffvis.bugs.chains import chain_with
from diffvis.diffusion.schedule import NoiseSchedule
from diffvis.errors import UserError
from diffvis.models.model import Model
from diffvis.rendering.equation import type_size
from diffvis.rendering.factors import reach
from diffvis.rendering.footer import Foot
from diffvis.rendering.formats.registry import Kind
from diffvis.rendering.frames import angles, chain_words, paced
from diffvis.rendering.grids import draw_grid
from diffvis.rendering.identity import identify_guide, identify_model
from diffvis.rendering.markup import plain
from diffvis.rendering.paint import drawn_as
from diffvis.rendering.palette import Palette
from diffvis.rendering.pixels import Pixels, blank, paste
from diffvis.rendering.scatter import colour_of_noise
from diffvis.rendering.scene.marks import Scene
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.style import Style
from diffvis.rendering.subjects.reverse import chain_palette
from diffvis.rendering.subjects.subject import Content, view_of
from diffvis.rendering.terms import DEFAULT_EXTENT
from diffvis.rendering.text import escape, text_width, write
from diffvis.rendering.told import SEPARATOR, Told
from diffvis.sampling.beginning import Beginning, begin_of, run_chain_from
from diffvis.sampling.extent import extent_of
from diffvis.sampling.settings import ChainSettings

MOST = 4  # more could not be read
SMALLEST = 8  # letters of a title, in pixels


@dataclass(frozen=True, eq=False)
class ComparedChain:
    """One of the chains; where it has a ``bug``, that is said wherever it is shown."""

    model: Model
    settings: ChainSettings
    bug: str = ""

    def __post_init__(self) -> None:
        chain_with(self.bug)

    @property
    def mark(self) -> str:
        """``BUG clip-x-t · ``, before the other words of a title."""
        return f"{bug_named(self.bug).mark} · " if self.bug else ""


@dataclass(frozen=True, eq=False)
class Compare:
    """Chains of as many samples, from the noise of one seed or from one ``beginning``.

    Raises:
        UserError: they cannot be compared.
    """

    sides: tuple[ComparedChain, ...]
    beginning: Beginning | None = None
    """None: noise."""
    says: tuple[str, ...] = ()
    """What stands above the sides, where these stand in for others; () for their own words."""

    what = "compare"
    views = {"samples": ("film", "picture", "drawing")}  # noqa: RUF012 - nobody writes to it

    def __post_init__(self) -> None:
        if not 2 <= len(self.sides) <= MOST:
            raise UserError(f"{len(self.sides)} chains cannot be compared", f"choose 2 to {MOST}")
        if len({side.model.shape for side in self.sides}) > 1:
            raise UserError(
                "these models make samples of different sizes", "the same noise does not fit them"
            )
        begins = {(s.settings.seed, s.settings.count, s.settings.noise) for s in self.sides}
        if len(begins) > 1:
            raise UserError(
                "the chains begin from different noise", "give them one seed, count and noise"
            )

    @property
    def name(self) -> str:
        samplers = dict.fromkeys(side.settings.sampler for side in self.sides)
        bugs = dict.fromkeys(f"-bug-{side.bug}" for side in self.sides if side.bug)
        return "-or-".join(samplers) + "-compare" + "".join(bugs)

    def sources(self) -> dict[str, Any]:
        found: dict[str, Any] = {
            "sides": [
                {
                    "model": identify_model(side.model),
                    "schedule": side.model.schedule.to_json(),
                    "settings": side.settings.model_dump(),
                    **identify_guide(side.model, side.settings),
                    **({"bug": side.bug} if side.bug else {}),
                }
                for side in self.sides
            ]
        }
        if self.beginning is not None:
            found["beginning"] = self.beginning.to_json()
        return found

    def content(self, kind: Kind, spec: ExportSpec, device: str = "cpu") -> Content:
        view_of(self, spec)
        for side in self.sides:
            side.settings.times(side.model.schedule, begin_of(self._beginning_of(side)))
            side.settings.labels_for(side.model)
            side.settings.sampler_for(side.model)
        first = self.sides[0].model.schedule
        if spec.shown.t is not None and spec.shown.t > first.T:
            raise UserError(f"t = {spec.shown.t} is not possible", f"choose 0 to {first.T}")
        in_t = kind != "film" or spec.film.easing == "linear"  # a still is at t, as in the window
        if kind == "film":
            parts = paced(np.linspace(1, 0, spec.film.frames), spec.film.easing, falling=True)
            if self.beginning is not None:
                begin = begin_of(self._beginning_of(self.sides[0]))
                parts = parts * _places(first, in_t)[begin]
        else:
            parts = np.array([_places(first, in_t)[spec.shown.t or 0]])
        return Content(
            len(parts),
            lambda: self._frames(parts, in_t, spec, device, kind),
            lambda: self._palette(spec, device),
            len(parts),
            lambda: self._told(parts, in_t),
        )

    def _told(self, parts: Sequence[float], in_t: bool) -> Told:
        """Of sides that differ in t, or in T, that of each."""
        shown = [_times(side, self._beginning_of(side), parts, in_t) for side in self.sides]
        moments = tuple(f"t = {_each(times)}" for times in zip(*shown, strict=True))
        seed = f"seed {self.sides[0].settings.seed}"
        words = ["Side by side", " | ".join(map(plain, self.titles())), seed]
        whole = _each([side.model.schedule.T for side in self.sides])
        return Told(SEPARATOR.join(words), moments, f"of {whole}")

    def _beginning_of(self, side: ComparedChain) -> Beginning | None:
        """After the same part of its own way, as the window has it."""
        if self.beginning is None:
            return None
        T, own = self.sides[0].model.schedule.T, side.model.schedule.T
        return replace(self.beginning, t=-(-self.beginning.t * own // T))

    def _palette(self, spec: ExportSpec, device: str) -> Palette:
        return chain_palette(self.sides[0].model, spec, device, self.beginning)

    def _frames(
        self, parts: Sequence[float], in_t: bool, spec: ExportSpec, device: str, kind: Kind
    ) -> Iterator[Pixels | Scene]:
        sides = [_of_as_many(side, spec.shown.count) for side in self.sides]
        chains = [_states(side, self._beginning_of(side), parts, in_t, device) for side in sides]
        titles = self.titles()
        colours: Pixels | None = None
        said = self._told(parts, in_t)
        for place, moments in enumerate(zip(*chains, strict=True)):
            if colours is None and self.sides[0].model.is_points:
                colours = colour_of_noise(moments[0][2])
            yield drawn_as(
                kind,
                lambda look, moments=moments, colours=colours: self._draw(
                    moments, titles, spec, look, colours
                ),
                spec,
                "Side by side",
                said.still(place),
            )

    def titles(self) -> tuple[str, ...]:
        """What tells the sides apart: the model, the schedule, the sampler (markup)."""
        if self.says:
            return self.says
        titles = []
        models = {side.model.name for side in self.sides}
        schedules = {side.model.schedule.kind for side in self.sides}
        for side in self.sides:
            beginning = self._beginning_of(side)
            words = chain_words(side.settings, side.model, beginning).rpartition(" · ")[0]
            if len(schedules) > 1:
                words = f"{side.model.schedule.kind} schedule · {words}"
            if len(models) > 1:
                words = f"{escape(side.model.name)} · {words}"
            titles.append(side.mark + words)
        return tuple(titles)

    def _draw(
        self,
        moments: Sequence[tuple[int, Tensor, Tensor]],
        titles: Sequence[str],
        spec: ExportSpec,
        look: Style,
        colours: Pixels | None,
    ) -> Pixels:
        width, height = spec.picture.size
        frame = blank(spec.picture.size, look.panel)
        em = type_size(spec.picture.size, look)
        titled = spec.picture.caption or any(side.bug for side in self.sides)  # never unsaid
        top = round(2.6 * em) if titled else 0
        each = width // len(moments)
        for place, (side, (t, x, _)) in enumerate(zip(self.sides, moments, strict=True)):
            seed = f"seed {side.settings.seed}" if place == len(moments) - 1 else ""
            foot = Foot(t, side.model.schedule.T, seed) if spec.picture.caption else None
            far, extent = reach(side.model.schedule, t), extent_of(side.model)
            shown = look.showing(side.model.range if far == 1 else (-far, far))
            if far > 1 and side.model.is_points:
                extent = far * (extent or DEFAULT_EXTENT)
            part = draw_grid(
                x, spec, shown, colours=colours, foot=foot, extent=extent,
                size=(each, height - top),
            )  # fmt: skip
            paste(frame, part, place * each, top)
            if titled:
                title, size = _fitting(titles[place], round(1.25 * em), each - em)
                middle = place * each + each // 2
                tone = look.noise if side.bug else look.text
                write(
                    frame, title, middle, round(1.6 * em), size, tone,
                    bold=True, align="centre",
                )  # fmt: skip
        return frame


def _fitting(title: str, size: int, room: int) -> tuple[str, int]:
    """A title and the size of its letters: as large as there is room, and without its last words
    where even the smallest letters need more.
    """
    while text_width(title, size, True) > room:
        if size > SMALLEST:
            size -= 1
        elif SEPARATOR in title:
            title = title.rpartition(SEPARATOR)[0]
        else:
            break
    return title, size


def _of_as_many(side: ComparedChain, count: int | None) -> ComparedChain:
    """A side with ``count`` samples, or as many as it has."""
    return side if count is None else replace(side, settings=side.settings.changed(count=count))


def _states(
    side: ComparedChain,
    beginning: Beginning | None,
    parts: Sequence[float],
    in_t: bool,
    device: str,
) -> Iterator[tuple[int, Tensor, Tensor]]:
    """(t, x_t, x_T) of the chain at each of the falling ``parts`` of its way from noise, or, as in
    the window, at the time above it that the chain visits.
    """
    chain = run_chain_from(beginning, side.model, side.settings, device, chain_with(side.bug))
    step = next(chain)
    t, x, first = step.t, step.x_t, step.x_t
    for wanted in _times(side, beginning, parts, in_t):
        while t > wanted:
            t, x = step.s, step.x_s
            if t > 0:
                step = next(chain)
        yield t, x, first


def _times(
    side: ComparedChain, beginning: Beginning | None, parts: Sequence[float], in_t: bool
) -> Iterator[int]:
    """Which of the times that the chain visits is shown at each of the parts."""
    place = _places(side.model.schedule, in_t)
    visited = side.settings.times(side.model.schedule, begin_of(beginning))
    at = 0
    for part in parts:
        while visited[at] > 0 and place[visited[at + 1]] >= part - 1e-9:
            at += 1
        yield visited[at]


def _each(numbers: Sequence[int]) -> str:
    """One number where all are the same, or ``120 | 118``."""
    return " | ".join(map(str, numbers if len(set(numbers)) > 1 else numbers[:1]))


def _places(schedule: NoiseSchedule, in_t: bool) -> np.ndarray:
    """Which part of the way from data to noise each t is: of the angle that samples travel, or of
    t.
    """
    place = np.arange(schedule.T + 1.0) if in_t else angles(schedule)
    return place / place[-1]
