"""Two-dimensional toys: sets of points that a small network learns in seconds.

Every toy lies in about [-1, 1]^2 in its own units, so that distances between samples mean the same
for all of them.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Generator, Tensor

from diffvis.data.dataset import Dataset, fingerprint_of
from diffvis.data.scaling import standardising
from diffvis.data.splits import random_split


class Cloud(NamedTuple):
    """x: (n, 2) in data units; origin: (n,) in [0, 1], the place on the shape; labels: (n,)."""

    x: Tensor
    origin: Tensor
    labels: Tensor | None = None


@dataclass(frozen=True)
class Toy:
    """A shape that points can be drawn from without end."""

    name: str
    title: str
    description: str
    draw: Callable[[int, float, Generator], Cloud]
    """(n, noise, generator) -> Cloud"""
    noise: float
    """Standard deviation of the noise around the shape, in data units."""
    classes: tuple[str, ...] = ()


def _swiss_roll(n: int, noise: float, generator: Generator) -> Cloud:
    """The spiral of Sohl-Dickstein et al. 2015, figure 1: angle and radius grow together."""
    origin = torch.rand(n, generator=generator)
    angle = 1.5 * math.pi * (1 + 2 * origin)
    roll = torch.stack([angle * angle.cos(), angle * angle.sin()], dim=1) / 15
    return Cloud(roll + noise * torch.randn(n, 2, generator=generator), origin)


TOYS = {
    toy.name: toy
    for toy in (
        Toy(
            "swiss-roll",
            "Swiss roll",
            "A spiral; the set of the first diffusion paper",
            _swiss_roll,
            noise=0.02,
        ),
    )
}


def open_toy(
    toy: Toy, source: str, *, n: int = 10_000, noise: float | None = None, seed: int = 0
) -> Dataset:
    """The set of ``n`` points that the seed gives, standardised."""
    cloud = draw(toy, n, torch.Generator().manual_seed(seed), noise)
    scaling = standardising(cloud.x)
    values = scaling.to_model(cloud.x)
    split = random_split(n)
    return Dataset(
        name=toy.name,
        title=toy.title,
        source=source,
        values=values,
        labels=cloud.labels,
        classes=toy.classes,
        colour=cloud.origin,
        scaling=scaling,
        train=split.train,
        validation=split.validation,
        test=split.test,
        fingerprint=fingerprint_of(values, cloud.labels),
    )


def draw(toy: Toy, n: int, generator: Generator, noise: float | None = None) -> Cloud:
    """``n`` points in data units, from a CPU generator."""
    return toy.draw(n, toy.noise if noise is None else noise, generator)
