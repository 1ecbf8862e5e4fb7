"""How good samples of a run are: numbers that anybody understands."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from diffvis.data import Dataset, fresh_points
from diffvis.errors import UserError
from diffvis.evaluation.classifier import classifier_for
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
class Reader:
    """A classifier that says which class an image shows, or that it shows none."""

    share: Callable[[Tensor, Tensor], float]
    """Of samples (N, C, H, W) in model units, those taken for the classes (N,)."""
    real: float
    """That share of held-out images."""
    none: float
    """And of what is none, those taken for any class."""


LEARNED = 9000  # images, and two thirds as many of what is none


def reader(data: Dataset) -> Reader:
    """Of a data set whose classifier is shipped: in that one's features, a classifier that has also
    learned what is no image of the data. What is none: noise, images with much noise, with their
    pixels or their parts mixed up, and two images over each other or beside.
    """
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.svm import SVC

    generator = torch.Generator().manual_seed(0)
    judge = classifier_for(data.fingerprint)
    if judge is None:
        raise UserError(f"no classifier of {data.title} is shipped", "choose other data")

    def drawn(part: Tensor, count: int) -> Tensor:
        return part[torch.randperm(len(part), generator=generator)[:count]]

    def features(x: Tensor) -> np.ndarray:
        return judge.features(x.clamp(-1, 1)).numpy()

    images = drawn(data.train, LEARNED)
    nothing = _muddled(data.x0(drawn(data.train, 2 * LEARNED // 3)), generator)
    classifier = make_pipeline(StandardScaler(), SVC(C=10)).fit(
        np.concatenate([features(data.x0(images)), features(nothing)]),
        np.r_[data.labels[images].numpy(), np.full(len(nothing), -1)],
    )

    def share(x: Tensor, classes: Tensor) -> float:
        return float((classifier.predict(features(x)) == classes.numpy()).mean())

    held_out = drawn(data.test, LEARNED // 4)
    muddled = _muddled(data.x0(drawn(data.test, LEARNED // 4)), generator)
    taken = float((classifier.predict(features(muddled)) >= 0).mean())
    return Reader(share, share(data.x0(held_out), data.labels[held_out]), taken)


def _muddled(x: Tensor, generator: torch.Generator) -> Tensor:
    """Images (N, C, H, W) made into no images: a sixth of them in each way."""
    n, side = len(x) // 6, x.shape[-1] // 4
    noise, noisy, mixed, double, over, torn = (x[i * n : (i + 1) * n] for i in range(6))
    eps = torch.randn(noise.shape, generator=generator)
    order = torch.randperm(mixed[0].numel(), generator=generator)
    parts = functional.unfold(torn, side, stride=side)
    parts = parts[:, :, torch.randperm(parts.shape[2], generator=generator)]
    return torch.cat(
        [
            eps,
            0.7 * noisy + 0.7 * eps,
            mixed.flatten(1)[:, order].view_as(mixed),
            (double + double.roll(1, 0)) / 2,
            torch.maximum(over, over.roll(1, 0)),
            functional.fold(parts, torn.shape[2:], side, stride=side),
        ]
    ).clamp(-1, 1)


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
