"""The frames of a film, one by one, at times between which the picture changes evenly."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from diffvis.data.browse import samples_from
from diffvis.data.dataset import Dataset
from diffvis.diffusion.forward import q_path, q_sample
from diffvis.diffusion.reverse import ReverseStep
from diffvis.diffusion.schedule import NoiseSchedule
from diffvis.errors import UserError
from diffvis.rendering.footer import Foot
from diffvis.rendering.forward import draw_forward
from diffvis.rendering.grids import draw_grid
from diffvis.rendering.paint import paint
from diffvis.rendering.pixels import Pixels
from diffvis.rendering.reverse import draw_reverse
from diffvis.rendering.samples import draw_prediction
from diffvis.rendering.scatter import colour_of_noise, colour_of_origin
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.style import Style
from diffvis.rendering.terms import DEFAULT_EXTENT
from diffvis.rendering.text import escape
from diffvis.training.beginning import Beginning, run_chain_from
from diffvis.training.model import Model
from diffvis.training.sampling import EVERY_CLASS, ChainSettings


def even_timesteps(
    schedule: NoiseSchedule, n: int, times: Sequence[int] | None = None, easing: str = "even"
) -> list[int]:
    """At most n of ``times`` (ascending; 0..T if None) with the first and the last of them.

    Between neighbours the angle arccos sqrt(alpha_bar_t) grows evenly. For data of variance 1 it is
    the length of the path that x_t = cos x_0 + sin eps travels, so pictures change evenly, and the
    many almost pure noises at the end of a schedule do not become as many frames. ``smooth`` begins
    and ends slowly, ``linear`` is even in t instead.
    """
    where = np.asarray(range(schedule.T + 1) if times is None else times)
    place = where.astype(float) if easing == "linear" else angles(schedule)[where]
    return where[spread(place, n, smooth=easing == "smooth")].tolist()


def angles(schedule: NoiseSchedule) -> np.ndarray:
    """arccos sqrt(alpha_bar_t), t = 0..T: 0 for data, almost pi/2 for noise."""
    return np.arccos(np.clip(schedule.sqrt_alpha_bar.numpy(), 0, 1))


def spread(place: np.ndarray, n: int, smooth: bool = False) -> list[int]:
    """Indices of at most n of the ascending ``place`` (m,), the first and the last among them, so
    that these grow evenly, or slowly at both ends.
    """
    if n >= len(place):
        return list(range(len(place)))
    if n == 1:
        return [len(place) - 1]
    part = np.linspace(0, 1, n)
    if smooth:
        part = part * part * (3 - 2 * part)
    wanted = place[0] + (place[-1] - place[0]) * part
    chosen: list[int] = []
    for i, target in enumerate(wanted):
        low = chosen[-1] + 1 if chosen else 0
        high = len(place) - (n - i)  # leave one for each frame that follows
        chosen.append(low + int(np.abs(place[low : high + 1] - target).argmin()))
    return chosen


@dataclass(frozen=True, eq=False)
class Origin:
    """Samples of a data set with the noise that drowns them."""

    x0: Tensor
    eps: Tensor
    colours: Pixels | None
    """The colour of origin of points, uint8 (n, 3)."""
    extent: float | None
    """Of the axes of points."""


def choose_samples(
    dataset: Dataset, count: int, first: int, seed: int, of_class: int | None = None
) -> Origin:
    """``count`` samples (of a class) from number ``first`` on, and eps drawn with ``seed``.

    Raises:
        UserError: the class has no samples.
    """
    index = samples_from(dataset, count, first % len(dataset), of_class)
    if not len(index):
        known = dataset.classes[of_class] if of_class in range(dataset.num_classes) else of_class
        raise UserError(f"{dataset.title} has no sample of class {known}", "choose another class")
    x0 = dataset.x0(index)
    eps = torch.randn(x0.shape, generator=torch.Generator().manual_seed(seed))
    if not dataset.is_points:
        return Origin(x0, eps, None, None)
    colours = None if dataset.colour is None else colour_of_origin(dataset.colour[index])
    return Origin(x0, eps, colours, max(DEFAULT_EXTENT, 1.05 * float(x0.abs().max())))


def forward_frames(
    dataset: Dataset, schedule: NoiseSchedule, spec: ExportSpec, times: Sequence[int]
) -> Iterator[Pixels | None]:
    """The noising at ascending ``times``, a frame for each.

    With ``spec.chain`` there is None for each step of the chain that has no frame.
    """
    count = spec.samples(dataset.is_points)
    origin = choose_samples(dataset, count, spec.first, spec.seed, spec.of_class)
    words = [escape(dataset.title), f"{schedule.kind} schedule", f"seed {spec.seed}"]
    if spec.chain:
        words.append("true chain")
    caption = " · ".join(words) if spec.caption else None

    def draw(t: int, eps: Tensor, x_t: Tensor) -> Pixels:
        return paint(
            lambda look: draw_forward(
                schedule, t, origin.x0, eps, x_t, spec.size, look,
                colours=origin.colours, extent=origin.extent, caption=caption,
            ),
            spec,
        )  # fmt: skip

    if not spec.chain:
        for t in times:
            yield draw(t, origin.eps, q_sample(schedule, origin.x0, t, origin.eps))
        return
    wanted = set(times)
    generator = torch.Generator().manual_seed(spec.seed)
    for t, x_t in enumerate(q_path(schedule, origin.x0, generator)):
        if t in wanted:
            yield draw(t, apparent_noise(schedule, origin.x0, x_t, t), x_t)
        else:
            yield None
        if t >= times[-1]:
            return


def apparent_noise(schedule: NoiseSchedule, x0: Tensor, x_t: Tensor, t: int) -> Tensor:
    """The eps with which the closed form arrives at x_t; zeros at t = 0."""
    if t == 0:
        return torch.zeros_like(x_t)
    signal, noise = float(schedule.sqrt_alpha_bar[t]), float(schedule.sqrt_one_minus_alpha_bar[t])
    return (x_t - signal * x0) / noise


def reverse_frames(
    model: Model,
    spec: ExportSpec,
    times: Sequence[int],
    device: torch.device | str = "cpu",
    beginning: Beginning | None = None,
) -> Iterator[Pixels | None]:
    """The reverse chain at falling ``times``, a frame for each; None for each step without one."""
    settings = spec.chain_settings(model.is_points)
    wanted = set(times)
    colours: Pixels | None = None
    for step in run_chain_from(beginning, model, settings, device):
        if model.is_points and colours is None:
            colours = colour_of_noise(step.x_t)
        shown = [t for t in (step.t, step.s) if t in wanted and (t == step.t or t == 0)]
        if not shown:
            yield None
        for t in shown:
            yield draw_moment(step, t, model, spec, colours, beginning)
        if step.s < times[-1]:
            return


def draw_moment(
    step: ReverseStep,
    t: int,
    model: Model,
    spec: ExportSpec,
    colours: Pixels | None = None,
    beginning: Beginning | None = None,
) -> Pixels:
    """The chain at ``t``, which is ``step.t``, or 0 for where the last step arrives."""
    settings = spec.chain_settings(model.is_points)
    words = f"{escape(model.name)} · {chain_words(settings, model, beginning)}"
    foot = Foot(t, model.schedule.T, words) if spec.caption else None
    x, x0_hat = (step.x_t, step.x0_hat) if t == step.t else (step.x_s, step.x_s)

    def draw(look: Style) -> Pixels:
        if spec.view == "step":
            return draw_reverse(step, spec.size, look, spec.selected, colours=colours, foot=foot)
        if spec.view == "prediction":
            return draw_prediction(x, x0_hat, t, spec.size, look, colours=colours, foot=foot)
        return draw_grid(x, spec, look, colours=colours, foot=foot)

    return paint(draw, spec)


def chain_words(settings: ChainSettings, model: Model, beginning: Beginning | None = None) -> str:
    """What decides a chain, for people: ``DDIM η = 0.5, 50 steps · seed 3``."""
    names = {"ddpm": "DDPM", "ddim": f"DDIM η = {settings.eta:g}", "dpm-solver": "DPM-Solver++"}
    words = [f"{names[settings.sampler]}, {settings.steps or model.schedule.T} steps"]
    if beginning is not None:
        words.append(escape(beginning.words))
    if settings.variance != "auto" and settings.sampler == "ddpm":
        words.append(f"{settings.variance} variance")
    if settings.clip != "auto":
        words.append("not clipped" if settings.clip == "none" else f"{settings.clip} clipping")
    if settings.label is not None and settings.label != EVERY_CLASS:
        known = settings.label < len(model.classes)
        words.append(escape(model.classes[settings.label]) if known else f"class {settings.label}")
    if settings.label is not None and settings.guidance != 1.0:
        words.append(f"guidance {settings.guidance:g}")
    return " · ".join([*words, f"seed {settings.seed}"])
