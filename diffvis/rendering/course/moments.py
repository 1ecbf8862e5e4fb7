"""Figures of samples at moments of a process, side by side."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from torch import Tensor

from diffvis.diffusion.forward import q_sample
from diffvis.diffusion.reverse import ReverseStep
from diffvis.rendering.course.figure import Drawn, Made, Sources, Table, register
from diffvis.rendering.origin import choose_samples
from diffvis.rendering.pixels import Pixels, to_numpy
from diffvis.rendering.scatter import colour_of_noise
from diffvis.rendering.sheet import draw_sheet
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.strip import StripFrame, strip_sheet
from diffvis.rendering.style import Style
from diffvis.sampling.chain import run_chain
from diffvis.sampling.extent import extent_of
from diffvis.sampling.settings import EVERY_CLASS, ChainSettings, shown_time

PICTURES, POINTS = 4, 1_000
STEPS = 10, 20, 50, 100  # of DDIM from one x_T; then all of them


def table_of(kinds: Mapping[str, Mapping[int, Tensor]]) -> Table:
    """All values: of what and when they are, of which sample, where in it; points have x and y."""
    rows: list[tuple[Any, ...]] = []
    known = list(kinds)
    for kind, moments in kinds.items():
        for t, x in moments.items():
            values = to_numpy(x).reshape(len(x), -1)
            sample, place = np.indices(values.shape)
            of = np.full(values.size, known.index(kind)), np.full(values.size, t)
            rows.append((*of, sample.ravel(), place.ravel(), values.ravel()))
    columns = [np.concatenate(column) for column in zip(*rows, strict=True)]
    named = dict(zip(("row", "t", "sample", "place", "value"), columns, strict=True))
    if len(known) == 1:
        del named["row"]
    return named


def strip(
    frames: Sequence[StripFrame], caption: str, table: Table, of: Sources, colours: Pixels | None,
    extent: float | None = None,
) -> Drawn:  # fmt: skip
    """Moments in a row, as high as they need."""

    def draw(size: tuple[int, int], look: Style) -> Pixels:
        sheet = strip_sheet(
            frames, ExportSpec(size=size, columns=1), look.showing(of.model.range),
            colours=colours, extent=extent or extent_of(of.model),
        )  # fmt: skip
        return draw_sheet(sheet)

    return Drawn(draw, caption, lambda: table)


def settings_of(of: Sources, spec: ExportSpec, **values: Any) -> ChainSettings:
    """The chain that is shown: all classes in turn, of as many samples as can be told apart."""
    count = spec.shown.count or (POINTS if of.model.is_points else PICTURES)
    label = EVERY_CLASS if of.model.num_classes else None
    return spec.chain.changed(count=count, label=label, **values)


@register(
    "noising",
    "Pictures at t = 0, 20, 50, 100, 300",
    "CS180 B 1.2; MIT; KAIST",
    about="data at a few times, until only noise is left",
)
def noising(of: Sources, spec: ExportSpec) -> Made:
    data, schedule = of.known, of.model.schedule
    times = spec.shown.times or _usual(schedule.T, (0, 20, 50, 100, 300))
    count = spec.shown.count or (POINTS if data.is_points else PICTURES)
    origin = choose_samples(data, count, 0, spec.shown.seed)
    moments = {t: q_sample(schedule, origin.x0, t, origin.eps) for t in times}
    left = ", ".join(f"{float(schedule.signal[t]):.3f}" for t in times)
    yield strip(
        [StripFrame(f"t = {t}", x) for t, x in moments.items()],
        f"{data.title}, the same noise at t = {', '.join(map(str, times))} of {schedule.T} "
        f"({schedule.kind} schedule): what is left of x₀ is {left} times it. "
        f"Seed {spec.shown.seed}.",
        table_of({"x_t": moments}), of, origin.colours, origin.extent,
    )  # fmt: skip


def _chain_work(of: Sources, spec: ExportSpec) -> int:
    settings = settings_of(of, spec)
    return len(settings.times(of.model.schedule))


@register(
    "denoising",
    "xₜ on the way back",
    "Ho et al. 2020",
    about="samples at a few times on their way from noise",
    work=_chain_work,
    data=False,
)
def denoising(of: Sources, spec: ExportSpec) -> Made:
    return _walked(of, spec, "x_t", (300, 100, 50, 20, 0))


@register(
    "progressive", "Progressive generation: x̂₀ over t", "Ho et al. 2020, figure 6",
    about="what the network aims at: first what is large, then the details",
    work=_chain_work, data=False,
)  # fmt: skip
def progressive(of: Sources, spec: ExportSpec) -> Made:
    return _walked(of, spec, "x0_hat", (300, 250, 200, 150, 100, 50, 0))


def _walked(of: Sources, spec: ExportSpec, what: str, usual: Sequence[int]) -> Made:
    model, settings = of.model, settings_of(of, spec)
    visited = settings.times(model.schedule)[::-1]
    asked = spec.shown.times or _usual(model.schedule.T, usual)
    times = sorted({shown_time(visited, t) for t in asked}, reverse=True)
    found: dict[int, Tensor] = {}
    first: Tensor | None = None
    for step in run_chain(model, settings, of.device):
        first = step.x_t.cpu() if first is None else first
        for t in (step.t, step.s):
            if t in times and (t == step.t or t == 0):
                found[t] = _of_step(step, t, what).cpu()
        yield None
    assert first is not None
    last = found[min(found)]
    apart = {t: float((x - last).square().mean().sqrt()) for t, x in found.items()}
    said = ", ".join(f"{away:.2f} at t = {t}" for t, away in apart.items() if t)
    symbol = "x̂₀, where the network thinks that samples go," if what == "x0_hat" else "xₜ"
    yield strip(
        [StripFrame(f"t = {t}", x) for t, x in found.items()],
        f"{model.name}: {symbol} on the way from noise, {settings.make_sampler().title}. Root mean "
        f"square from what comes out: {said}. Seed {settings.seed}.",
        table_of({what: found}), of, colour_of_noise(first) if model.is_points else None,
    )  # fmt: skip


def _of_step(step: ReverseStep, t: int, what: str) -> Tensor:
    if t == step.s:
        return step.x_s
    return step.x_t if what == "x_t" else step.x0_hat


def _counts(of: Sources) -> list[int]:
    T = of.model.schedule.T
    return [*(n for n in STEPS if n < T), T]


@register(
    "same-noise", "The same x_T in more steps of DDIM", "Song et al. 2021 (DDIM), figure 5",
    about="one x_T in more and more steps: what is large stays as it is",
    work=lambda of, spec: sum(_counts(of)), data=False,
)  # fmt: skip
def same_noise(of: Sources, spec: ExportSpec) -> Made:
    model, counts = of.model, _counts(of)
    found: dict[int, Tensor] = {}
    first: Tensor | None = None
    for steps in counts:
        settings = settings_of(of, spec, sampler="ddim", eta=0.0, steps=steps)
        for step in run_chain(model, settings, of.device):
            first = step.x_t.cpu() if first is None else first
            found[steps] = step.x_s.cpu()
            yield None
    assert first is not None
    best = found[counts[-1]]
    apart = [float((x - best).square().mean().sqrt()) for x in found.values()]
    said = ", ".join(f"{away:.3f} in {n}" for n, away in zip(counts[:-1], apart, strict=False))
    yield strip(
        [StripFrame(f"{n} steps", x) for n, x in found.items()],
        f"{model.name}: DDIM (η = 0) from the same noise in {', '.join(map(str, counts))} steps. "
        f"What it becomes is in the noise: the root mean square from the last is {said}. "
        f"Seed {spec.shown.seed}.",
        _in_steps(found), of, colour_of_noise(first) if model.is_points else None,
    )  # fmt: skip


def _in_steps(found: Mapping[int, Tensor]) -> Table:
    table = table_of({"x0": found})
    return {("steps" if name == "t" else name): column for name, column in table.items()}


def _usual(T: int, times: Sequence[int]) -> tuple[int, ...]:
    """Moments of a process of 300 steps in one of T, each once."""
    return tuple(dict.fromkeys(round(t * T / 300) for t in times))
