"""How good samples of a run are: numbers that anybody understands."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from diffvis.data import Dataset, fresh_points
from diffvis.evaluation.distances import sliced_wasserstein


def distance_to_fresh(data: Dataset) -> Callable[[Tensor], float]:
    """The sliced Wasserstein distance of points (N, 2) in model units to 10,000 that are as fresh,
    in units of the data.
    """
    fresh = fresh_points(data.name, 10_000, torch.Generator().manual_seed(1))

    def distance(x: Tensor) -> float:
        generator = torch.Generator().manual_seed(2)
        return float(sliced_wasserstein(data.scaling.to_data(x), fresh, generator=generator))

    return distance


@dataclass(frozen=True)
class Recogniser:
    """A classifier that has also learned what is no image of the data."""

    share: Callable[[Tensor], float]
    """Of samples (N, C, H, W) in model units, those taken for one of the classes."""
    real: float
    """That share of held-out images."""
    none: float
    """And of what is none."""


def recogniser(data: Dataset) -> Recogniser:
    """Of digits, say. What is none: noise, images with much noise, with their pixels mixed up, and
    two images over each other.
    """
    from sklearn.svm import SVC

    generator = torch.Generator().manual_seed(0)

    def none_of(x: Tensor) -> Tensor:
        eps = torch.randn(x.shape, generator=generator)
        mixed = x.flatten(1)[:, torch.randperm(x[0].numel(), generator=generator)].view_as(x)
        other = x[torch.randperm(len(x), generator=generator)]
        return torch.cat([eps, 0.7 * x + 0.7 * eps, mixed, (x + other) / 2]).clamp(-1, 1)

    images, nothing = data.x0(data.train), none_of(data.x0(data.train))
    classifier = SVC().fit(
        torch.cat([images, nothing]).flatten(1).numpy(),
        np.r_[data.labels[data.train].numpy(), np.full(len(nothing), -1)],
    )

    def share(x: Tensor) -> float:
        return float((classifier.predict(x.clamp(-1, 1).flatten(1).numpy()) >= 0).mean())

    held_out = data.x0(data.test)
    return Recogniser(share, share(held_out), share(none_of(held_out)))
