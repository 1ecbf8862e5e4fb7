"""Figures of the variational bound: its terms over t, its three parts, rate and distortion."""

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from diffvis.data.dataset import Dataset
from diffvis.diffusion.decoder import LEVELS
from diffvis.diffusion.estimate import estimate
from diffvis.diffusion.forward import q_sample
from diffvis.diffusion.likelihood import bound_terms
from diffvis.diffusion.noise import draw_noise
from diffvis.diffusion.seeds import seeded
from diffvis.evaluation.compared import share_classes
from diffvis.evaluation.evaluate import bound_variance
from diffvis.models.model import Model
from diffvis.rendering.chart import Chart, Curve
from diffvis.rendering.course.figure import Drawn, Made, Sources, register
from diffvis.rendering.course.page import of_charts
from diffvis.rendering.geometry import Rect
from diffvis.rendering.pixels import Pixels, blank, fill
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.style import Style
from diffvis.rendering.text import line_height, text_width, write
from diffvis.sampling.settings import ChainSettings

SAMPLES = 32  # held-out pictures, unless told
FAR_BELOW = 0.1  # of the least of the other terms
MOMENTS = 60  # at which distortion is measured


@dataclass(frozen=True, eq=False)
class _Terms:
    """Mean bits/dim of each term: that of L_T, and of x_t for t = 1..T."""

    prior: float
    bits: np.ndarray

    @property
    def whole(self) -> float:
        return self.prior + float(self.bits.sum())


@dataclass(frozen=True, eq=False)
class _Asked:
    """Held-out pictures x0 (N, C, H, W) as the model sees them, with their classes."""

    model: Model
    x0: Tensor
    labels: Tensor | None
    levels: int
    generator: torch.Generator

    @property
    def words(self) -> str:
        told = ", their classes given" if self.labels is not None else ""
        return f"{self.model.name}, {len(self.x0)} pictures that nobody trained on{told}"

    def terms(self) -> Generator[None, None, _Terms]:
        """All of them, a step of the work for each call of the network."""
        schedule = self.model.schedule
        prior, bits = 0.0, np.zeros(schedule.T)
        for term in bound_terms(
            self.model.denoiser, schedule, self.x0, generator=self.generator,
            variance=bound_variance(self.model, ChainSettings()), levels=self.levels,
            clip=ChainSettings().clip_for(self.model), labels=self.labels, span=self.model.range,
        ):  # fmt: skip
            mean = float(term.bits.double().mean())
            if term.name == "L_T":
                prior = mean
            else:
                bits[term.t - 1] = mean
            yield None
        return _Terms(prior, bits)


def _asked(of: Sources, spec: ExportSpec) -> _Asked:
    model, data = of.images, of.known
    index = _held_out(data, spec.shown.count or SAMPLES)
    labels = data.labels[index].to(of.device) if share_classes(model, data) else None
    x0 = model.seen(data.x0(index), data.scaling).to(of.device)
    return _Asked(model, x0, labels, data.levels or LEVELS, seeded(spec.shown.seed))


def _held_out(data: Dataset, count: int) -> Tensor:
    order = torch.randperm(len(data.test), generator=seeded(0))
    return data.test[order[:count]]


def _work(of: Sources, spec: ExportSpec) -> int:
    return of.model.schedule.T + 2


@register(
    "bound-terms",
    "Terms of the bound over t",
    "Nichol & Dhariwal 2021, figure 2",
    about="which t cost how many bits: nearly all of them the first few",
    work=_work,
    images=True,
)
def bound_by_t(of: Sources, spec: ExportSpec) -> Made:
    asked = _asked(of, spec)
    found = yield from asked.terms()
    t, T = np.arange(1, len(found.bits) + 1, dtype=float), len(found.bits)

    def charts(size: tuple[int, int], look: Style) -> list[Chart]:
        curves = [Curve("Lₜ₋₁, at t = 1 L₀", t, found.bits)]
        if found.prior > FAR_BELOW * found.bits.min():  # else the axis would be that of L_T
            curves.append(
                Curve("L_T", np.array([1.0, T]), np.full(2, found.prior), "noise", "dash")
            )
        return [Chart("Terms of the variational bound", "t", "bits/dim", tuple(curves), size, look,
                      log_x=True, log_y=True)]  # fmt: skip

    early = float(found.bits[: T // 10].sum()) / found.whole
    yield of_charts(
        charts,
        f"{asked.words}: the bound is {found.whole:.3f} bits/dim, of which L_T is "
        f"{found.prior:.2g} and L₀ {found.bits[0]:.3g}. The first tenth of all t makes "
        f"{early:.0%} of it.",
        lambda: {"t": t, "bits/dim": found.bits, "L_T": np.full(T, found.prior)},
    )


@register(
    "elbo-parts",
    "The three parts of the ELBO",
    "Ho et al. 2020, eq. 5",
    about="prior, steps and the last step as parts of the bound",
    work=_work,
    images=True,
)
def elbo_parts(of: Sources, spec: ExportSpec) -> Made:
    asked = _asked(of, spec)
    found = yield from asked.terms()
    parts = {
        "prior matching, L_{T}": found.prior,
        "denoising matching, the sum of L_{t−1}": float(found.bits[1:].sum()),
        "reconstruction, L_{0}": float(found.bits[0]),
    }
    values = list(parts.values())
    yield Drawn(
        lambda size, look: _bars(parts, size, look),
        f"{asked.words}: −log p(x₀) is at most {found.whole:.3f} bits/dim = {values[0]:.2g} "
        f"(prior matching, KL of q(x_T | x₀) to N(0, I)) + {values[1]:.3f} (denoising matching, KL "
        f"of each true step back to the network's) + {values[2]:.3g} (reconstruction of x₀ from "
        "x₁).",
        lambda: {
            "L_T": np.array(values[:1]), "sum of L_{t-1}": np.array(values[1:2]),
            "L_0": np.array(values[2:]), "bound": np.array([found.whole]),
        },
    )  # fmt: skip


def _bars(parts: dict[str, float], size: tuple[int, int], look: Style) -> Pixels:
    """A bar for each part below its name, its number behind it."""
    frame = blank(size, look.panel)
    width, height = size
    em = look.legible(min(width / 45, height / 16) * look.text_scale)
    pitch = height // len(parts)
    room = width - 2 * em - text_width("0.000 bits/dim", em) - em
    for place, (name, value) in enumerate(parts.items()):
        top = place * pitch + max(0, (pitch - 3 * em) // 2)
        write(frame, name, em, top + line_height(em) // 2, em, look.text)
        bar = Rect(em, top + round(1.5 * em), round(room * value / max(parts.values())), 2 * em)
        fill(frame, bar, (look.noise, look.signal, look.accents[0])[place % 3])
        number = f"{value:.3f} bits/dim" if value >= 0.001 else f"{value:.1e} bits/dim"
        write(frame, number, bar.right + em // 2, bar.centre[1], em, look.text, bold=True)
    return frame


@register(
    "rate-distortion", "Rate and distortion of progressive coding", "Ho et al. 2020, figure 5",
    about="how many bits tell how much of a picture",
    work=lambda of, spec: _work(of, spec) + min(MOMENTS, of.model.schedule.T),
    images=True,
)  # fmt: skip
def rate_distortion(of: Sources, spec: ExportSpec) -> Made:
    asked = _asked(of, spec)
    found = yield from asked.terms()
    model, x0 = asked.model, asked.x0
    T, (low, high) = model.schedule.T, model.range
    times = np.unique(np.linspace(1, T, min(T, MOMENTS)).round().astype(int))[::-1]
    distortion = []
    for t in times.tolist():
        x_t = q_sample(model.schedule, x0, t, draw_noise(x0, asked.generator))
        with torch.no_grad():
            x0_hat = estimate(
                model.denoiser, model.schedule, x_t, t, clip=ChainSettings().clip_for(model),
                labels=asked.labels,
            ).x0_hat  # fmt: skip
        distortion.append(float((x0_hat - x0).square().mean().sqrt()) * 255 / (high - low))
        yield None
    sent = found.prior + np.concatenate([[0.0], found.bits[::-1].cumsum()])  # before x_t, from T
    rate = sent[T - times]
    y = np.array(distortion)

    def charts(size: tuple[int, int], look: Style) -> list[Chart]:
        error = Curve("root mean square error of x̂₀", rate, y)
        sent = Curve("rate", T - times.astype(float), rate, "noise")
        return [
            Chart("Distortion over rate", "rate, bits/dim", "distortion of 255", (error,), size,
                  look, caption=model.name),
            Chart("Rate over the way back", "reverse steps, T − t", "bits/dim", (sent,), size, look,
                  caption=model.name),
        ]  # fmt: skip

    half = int(np.argmax(y < y[0] / 2)) if (y < y[0] / 2).any() else len(y) - 1
    yield of_charts(
        charts,
        f"{asked.words}: who has been sent x_T down to x_t knows x₀ to within x̂₀. The error falls "
        f"from {y[0]:.1f} of 255 at t = T to half of it after {rate[half]:.2g} bits/dim, and to "
        f"{y[-1]:.1f} after {rate[-1]:.3g}; L₀ takes another {found.bits[0]:.2g}.",
        lambda: {"t": times.astype(float), "rate": rate, "distortion": y},
    )
