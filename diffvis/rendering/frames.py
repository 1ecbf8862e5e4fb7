"""The frames of the reverse process, at times between which the picture changes evenly."""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import torch
from torch import Tensor

from diffvis.data.dataset import Dataset
from diffvis.diffusion.reverse import ReverseStep
from diffvis.diffusion.schedule import NoiseSchedule
from diffvis.models.model import Model
from diffvis.rendering.chain_cloud import (
    MOST_PATHS,
    MOST_TAILS,
    Layers,
    draw_chain_cloud,
    path_of,
    tails_of,
)
from diffvis.rendering.chain_layers import (
    behind,
    class_of_field,
    class_of_guidance,
    field_of,
    sharpened_at,
    some_data,
)
from diffvis.rendering.factors import reach
from diffvis.rendering.footer import Foot
from diffvis.rendering.grids import draw_grid
from diffvis.rendering.paint import drawn_as
from diffvis.rendering.pixels import Pixels
from diffvis.rendering.reverse import draw_reverse
from diffvis.rendering.samples import draw_prediction
from diffvis.rendering.scatter import colour_of_noise
from diffvis.rendering.scene.marks import Scene
from diffvis.rendering.space import Camera, draw_space
from diffvis.rendering.space_of_chain import chain_space
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.style import Style
from diffvis.rendering.terms import DEFAULT_EXTENT
from diffvis.rendering.text import escape
from diffvis.rendering.told import Told
from diffvis.sampling.beginning import Beginning, begin_of, run_chain_from
from diffvis.sampling.extent import extent_of
from diffvis.sampling.registry import SAMPLERS
from diffvis.sampling.settings import EVERY_CLASS, ChainSettings, chain_settings
from diffvis.settings import settings_of

NO_LAYERS = Layers()
AT_THE_END = np.log2(3)  # the power by which half of the frames are for the last third


def even_timesteps(
    schedule: NoiseSchedule,
    n: int,
    times: Sequence[int] | None = None,
    easing: str = "even",
    falling: bool = False,
) -> list[int]:
    """At most n of ``times`` (ascending; 0..T if None) with the first and the last of them, in the
    order of a film: from the last on where they are ``falling``.

    Between neighbours the angle arctan(noise_t / signal_t) grows evenly. For data of variance 1 it
    is the length of the path that x_t = cos x_0 + sin eps travels, so pictures change evenly, and
    the many almost pure noises at the end of a schedule do not become as many frames. ``smooth``
    begins and ends slowly, ``end`` gives half of the frames to the last third of that path,
    ``linear`` is even in t instead.
    """
    where = np.asarray(range(schedule.T + 1) if times is None else times)
    place = where.astype(float) if easing == "linear" else angles(schedule)[where]
    chosen = where[spread(place, n, easing, falling)].tolist()
    return chosen[::-1] if falling else chosen


def angles(schedule: NoiseSchedule) -> np.ndarray:
    """arctan(noise_t / signal_t), t = 0..T: 0 for data, almost pi/2 for noise."""
    return np.arccos(np.clip(schedule.signal_share.sqrt().numpy(), 0, 1))


def paced(part: np.ndarray, easing: str, falling: bool = False) -> np.ndarray:
    """Even parts (n,) of a way, 0 to 1, as ``easing`` spreads them; it ends at 0 where the film is
    ``falling``.
    """
    if easing == "smooth":
        return part * part * (3 - 2 * part)
    if easing == "end":
        return part**AT_THE_END if falling else 1 - (1 - part) ** AT_THE_END
    return part


def spread(place: np.ndarray, n: int, easing: str = "even", falling: bool = False) -> list[int]:
    """Ascending indices of at most n of the ascending ``place`` (m,), the first and the last among
    them, so that these grow evenly or as ``easing`` says.
    """
    if n >= len(place):
        return list(range(len(place)))
    if n == 1:
        return [len(place) - 1]
    part = paced(np.linspace(0, 1, n), easing, falling)
    wanted = place[0] + (place[-1] - place[0]) * part
    chosen: list[int] = []
    for i, target in enumerate(wanted):
        low = chosen[-1] + 1 if chosen else 0
        high = len(place) - (n - i)  # leave one for each frame that follows
        chosen.append(low + int(np.abs(place[low : high + 1] - target).argmin()))
    return chosen


def reverse_frames(
    model: Model,
    spec: ExportSpec,
    times: Sequence[int],
    device: torch.device | str = "cpu",
    beginning: Beginning | None = None,
    data: Dataset | None = None,
    chain: Iterable[ReverseStep] | None = None,
    says: str = "",
    kind: str = "film",
) -> Iterator[Pixels | Scene | None]:
    """The reverse chain at falling ``times``, a frame for each; None for each step without one. Of
    the kind drawing a frame is a scene.

    ``chain``: its steps, where it has been walked; ``says``: the caption, where it is to be that of
    another chain. Points of ``data``, noised to the same t, lie
    below those of the chain as a shade.
    """
    settings = spec.chain_settings(model.is_points)
    wanted = set(times)
    colours: Pixels | None = None
    layers = _LayersOf(model, spec, settings, device, data)
    if chain is None:
        chain = run_chain_from(beginning, model, settings, device)
    for place, step in enumerate(chain):
        if model.is_points and place == 0:
            colours = colours_of(step.x_t, beginning)
        shown = [t for t in (step.t, step.s) if t in wanted and (t == step.t or t == 0)]
        if not shown:
            yield None
        for t in shown:
            if spec.shown.view == "space":
                words = says or reverse_words(settings, model, beginning)
                yield draw_in_space(layers.passed(step, t), model, spec, colours, words, kind)
                continue
            around = layers.at(step, t)
            yield draw_moment(step, t, model, spec, colours, beginning, around, says, kind)
        layers.leave(step)
        if step.s < times[-1]:
            return


def colours_of(x: Tensor, beginning: Beginning | None) -> Pixels | None:
    """Points have the colour of the direction in which they begin; branches begin all in one."""
    return None if beginning is not None and beginning.frozen else colour_of_noise(x)


class _LayersOf:
    """What is drawn with the points of a chain as ``spec`` says."""

    def __init__(
        self, model: Model, spec: ExportSpec, settings: ChainSettings,
        device: torch.device | str, data: Dataset | None,
    ) -> None:  # fmt: skip
        self._model, self._spec, self._settings, self._device = model, spec, settings, device
        self._data = None
        if data is not None:
            self._data = model.seen(some_data(data, class_of_field(settings)), data.scaling)
        self._of_all: Tensor | None = None
        """All classes of the data, where guidance has a sharpened law."""
        if data is not None and self._has_sharpened_law:
            label = class_of_guidance(model, settings)
            self._data = model.seen(some_data(data, label), data.scaling)
            self._of_all = model.seen(some_data(data), data.scaling)
        self._past: list[tuple[int, Tensor]] = []  # (t, points) before the step that is drawn

    @property
    def _has_sharpened_law(self) -> bool:
        """Guidance to a class is often said to sample one; of a weaker model nobody knows it."""
        points = self._spec.points
        return points.field == "guidance" and points.contours and not self._settings.guide_by

    def leave(self, step: ReverseStep) -> None:
        """The chain goes on from there."""
        points = self._spec.points
        in_space = self._spec.shown.view == "space"
        if (points.paths or points.tails or in_space) and self._model.is_points:
            kept = MOST_TAILS if points.tails else MOST_PATHS
            self._past.append((step.t, step.x_t[:kept].cpu().clone()))

    def passed(self, step: ReverseStep, t: int) -> list[tuple[int, Tensor]]:
        """(t, points) of all moments so far, with that of t."""
        now = [(step.t, step.x_t)] if t == step.t else [(step.t, step.x_t), (step.s, step.x_s)]
        return [*self._past, *now]

    def at(self, step: ReverseStep, t: int) -> Layers:
        model, spec = self._model, self._spec
        paths = field = tails = None
        if len(model.shape) != 1 or model.shape == (1,) or spec.shown.view not in ("", "samples"):
            return Layers()
        moments = self.passed(step, t)
        if spec.points.paths:
            paths = path_of([x for _, x in moments], MOST_PATHS)
        if spec.points.tails:
            tails = tails_of(moments, model.schedule.T)
        if spec.points.field:
            field = field_of(model, self._settings, t, spec.points.field, self._device)
        data, density = behind(
            self._data, model.schedule, t, spec.points.contours, extent_of(model)
        )
        if self._of_all is not None and self._data is not None:
            scale = self._settings.guidance
            density = sharpened_at(
                self._of_all, self._data, model.schedule, t, scale, extent_of(model)
            )
            return Layers(None, field, paths, density, tails, sharpened=True)
        return Layers(data, field, paths, density, tails)


def draw_moment(
    step: ReverseStep,
    t: int,
    model: Model,
    spec: ExportSpec,
    colours: Pixels | None = None,
    beginning: Beginning | None = None,
    layers: Layers = NO_LAYERS,
    says: str = "",
    kind: str = "film",
) -> Pixels | Scene:
    """The chain at ``t``, which is ``step.t``, or 0 for where the last step arrives."""
    settings = spec.chain_settings(model.is_points)
    words = says or reverse_words(settings, model, beginning)
    foot = Foot(t, model.schedule.T, words) if spec.picture.caption else None
    x, x0_hat = (step.x_t, step.x0_hat) if t == step.t else (step.x_s, step.x_s)

    extent = extent_of(model)
    far = reach(model.schedule, t)
    wide = far * (extent or DEFAULT_EXTENT) if far > 1 and model.is_points else extent

    def draw(look: Style) -> Pixels:
        parts = spec.shown.view in ("step", "prediction")  # each of which has a reach of its own
        look = look.showing(model.range if far == 1 or parts else (-far, far))
        if spec.shown.view == "step":
            return draw_reverse(
                step, spec.picture.size, look, spec.sample.selected,
                colours=colours, extent=extent, foot=foot, schedule=model.schedule,
            )  # fmt: skip
        if spec.shown.view == "prediction":
            return draw_prediction(
                x, x0_hat, t, spec.picture.size, look, colours=colours, extent=extent, foot=foot,
                reach=far,
            )  # fmt: skip
        if layers:
            return draw_chain_cloud(
                x,
                layers,
                spec.picture.size,
                look,
                extent=wide or DEFAULT_EXTENT,
                colours=colours,
                foot=foot,
            )
        return draw_grid(x, spec, look, colours=colours, extent=wide, foot=foot)

    said = Told.counted("Reverse process", words, [t], model.schedule.T).still()
    return drawn_as(kind, draw, spec, "Reverse process", said)


def draw_in_space(
    moments: Sequence[tuple[int, Tensor]],
    model: Model,
    spec: ExportSpec,
    colours: Pixels | None,
    words: str,
    kind: str = "film",
) -> Pixels | Scene:
    """The chain in space at the last of its ``moments`` so far, (t, points) each; ``words`` say
    what it is.
    """
    foot = Foot(moments[-1][0], model.schedule.T, words) if spec.picture.caption else None
    extent = extent_of(model) or DEFAULT_EXTENT
    camera = Camera(spec.points.turn, spec.points.tilt)

    def draw(look: Style) -> Pixels:
        scene = chain_space(moments, model.schedule, extent, colours, look)
        return draw_space(
            scene.points, camera, spec.picture.size, look, extent=scene.extent, colours=colours,
            ways=scene.ways, names=scene.names, foot=foot,
        )  # fmt: skip

    said = Told.counted("Reverse process", words, [moments[-1][0]], model.schedule.T).still()
    return drawn_as(kind, draw, spec, "Reverse process", said)


def reverse_words(settings: ChainSettings, model: Model, beginning: Beginning | None = None) -> str:
    """The model and what decides its chain (markup)."""
    return f"{escape(model.name)} · {chain_words(settings, model, beginning)}"


def chain_words(settings: ChainSettings, model: Model, beginning: Beginning | None = None) -> str:
    """What decides a chain, for people: ``DDIM η = 0.5, 50 steps · seed 3``."""
    sampler = SAMPLERS[settings.sampler]
    own = settings_of(sampler).values()
    symbols = [f" {s.symbol} = {settings[s.name]:g}" for s in own if s.symbol]
    count = settings.steps or model.schedule.T
    steps = f"{count} step{'s' * (count != 1)}"
    words = [f"{sampler.title}{''.join(symbols)}, {steps}{_calls(settings, model, beginning)}"]
    words.append(_said(settings, "shift"))
    if settings.spacing == "karras":  # the others were never told
        words += [_said(settings, "spacing"), _said(settings, "rho")]
    if beginning is not None:
        words.append(escape(beginning.words))
    words += [_said(settings, s.name) for s in own if not s.symbol]
    words.append(_said(settings, "clip"))
    if settings.label is not None and settings.label != EVERY_CLASS:
        known = settings.label < len(model.classes)
        words.append(escape(model.classes[settings.label]) if known else f"class {settings.label}")
    if settings.label is not None or settings.guide_by:
        words.append(_said(settings, "guidance"))
    if settings.guidance != 1:
        words.append(escape(_said(settings, "guide_by")))
    return " · ".join([*filter(None, words), f"seed {settings.seed}"])


def _said(settings: ChainSettings, name: str) -> str:
    """What its declaration says of a setting's value."""
    words = chain_settings()[name].words
    return "" if words is None else words(settings[name])


def _calls(settings: ChainSettings, model: Model, beginning: Beginning | None) -> str:
    """How often the network is asked, where that is not once in each step."""
    times = settings.times(model.schedule, begin_of(beginning))
    calls = settings.make_sampler().calls(model.schedule, times)
    return "" if calls == len(times) - 1 else f" ({calls} network calls)"
