"""Bits/dim of held-out data by the probability-flow ODE."""

import math
from collections.abc import Iterator

import torch
from torch import Tensor

from diffvis.data.dataset import Dataset
from diffvis.diffusion.seeds import seeded
from diffvis.evaluation.figures import SAMPLES, Figures
from diffvis.models.model import Model
from diffvis.sampling.flow_likelihood import FlowLikelihood, flow_likelihood

BATCH_IMAGES, BATCH_POINTS = 25, 1_000


def point_bits(
    figures: Figures, model: Model, points: Tensor, data: Dataset, device: str
) -> Iterator[tuple[int, int]]:
    """Of points (N, D) in the units of ``data``, in which the density is; with the exact trace.
    Yields how many of how many are done.
    """
    x0 = model.seen(data.scaling.to_model(points), data.scaling)
    scaling = data.scaling if model.reading is None else model.scaling
    unit = sum(map(math.log2, scaling.std)) / x0.shape[1]
    found: list[Tensor] = []
    for part in x0.split(BATCH_POINTS):
        likelihood = flow_likelihood(model.denoiser, model.schedule, part.to(device))
        found.append(likelihood.bits(x0.shape[1]) + unit)
        yield sum(map(len, found)), len(x0)
    title = f"bits/dim of {len(x0)} points (probability-flow ODE)"
    _add(figures, title, torch.cat(found), _of_noise(x0) + unit)


def image_bits(
    figures: Figures, model: Model, x0: Tensor, levels: int, labels: Tensor | None, seed: int
) -> Iterator[tuple[int, int]]:
    """Of images x0 (N, C, H, W) in model units, on the model's device: each value becomes one of
    its whole bin by uniform noise (Theis et al. 2016), so that a density counts as bits of one of
    ``levels``; one random direction for the trace. Yields how many of how many are done.
    """
    generator = seeded(seed)
    low, high = model.range
    width = (high - low) / (levels - 1)
    size = math.prod(x0.shape[1:])
    spread = torch.rand(x0.shape, generator=generator) - 0.5
    x0 = x0 + width * spread.to(x0)
    found: list[Tensor] = []
    for start in range(0, len(x0), BATCH_IMAGES):
        part = slice(start, start + BATCH_IMAGES)
        likelihood: FlowLikelihood = flow_likelihood(
            model.denoiser, model.schedule, x0[part], generator=generator,
            labels=None if labels is None else labels[part],
        )  # fmt: skip
        found.append(likelihood.bits(size) - math.log2(width))
        yield min(len(x0), start + BATCH_IMAGES), len(x0)
    given = "" if labels is None else ", their classes given"
    title = f"bits/dim of {len(x0)} test images (probability-flow ODE, {levels} levels{given})"
    _add(figures, title, torch.cat(found), _of_noise(x0.cpu()) - math.log2(width))


def _add(figures: Figures, title: str, bits: Tensor, noise: Tensor) -> None:
    for value, without in zip(bits.tolist(), noise.tolist(), strict=True):
        measured = {SAMPLES: value, "noise": without}
        figures.add("likelihood", title, measured=measured, digits=3)


def _of_noise(x0: Tensor) -> Tensor:
    """(N,): bits/dim of x0 (N, ...) for who knows no more than that it is N(0, I)."""
    square = x0.double().square().flatten(1).mean(1)
    return (square + math.log(math.tau)) / (2 * math.log(2))
