"""The loss that no network can get below on a data set, estimated in small pieces of work."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch

from diffvis.data.dataset import Dataset, sampled
from diffvis.diffusion.floor import loss_floor
from diffvis.diffusion.ideal import ExactDenoiser
from diffvis.diffusion.prediction import Prediction
from diffvis.training.asked import blueprint_of
from diffvis.training.config import TrainConfig

MOST_TIMES = 24  # spread evenly over 1..T
KNOWN_NUMBERS = 4_000_000  # of the members that the exact denoiser knows, at most
SAMPLES_POINTS, SAMPLES_IMAGES = 1_024, 64  # at each time: points have few numbers each
_SEED = 20_201_209


@dataclass(frozen=True, eq=False)
class Floor:
    """``t`` (n,) are the times looked at, ``loss`` (n,) the floor of L_simple at each."""

    t: np.ndarray
    loss: np.ndarray
    known: int
    """How many training samples the perfect denoiser was given."""
    of: int
    """How many there are; where it was given fewer, the true floor is a little higher."""
    predicts: Prediction

    @property
    def mean(self) -> float:
        """Of L_simple with t drawn evenly from 1..T."""
        return float(self.loss.mean())

    def binned(self, T: int, bins: int) -> np.ndarray:
        """Means over equal parts of 1..T (bins,), by linear interpolation between the times. A t
        that lies in several parts counts in each as much as it lies there.
        """
        at = np.interp(np.arange(1, T + 1), self.t, self.loss)
        means: np.ndarray = np.repeat(at, bins).reshape(bins, T).mean(1)
        return means


def floor(config: TrainConfig, dataset: Dataset) -> Iterator[Floor | None]:
    """The floor of L_simple over the training samples: what is left of the loss when the network
    answers with E[x_0 | x_t]. Nothing depends on how or for how long a network was trained.

    Yields:
        None after each time but the last, then the floor.
    """
    blueprint = blueprint_of(config, dataset)
    count = max(1, KNOWN_NUMBERS // int(np.prod(dataset.shape)))
    index = sampled(dataset.train, count)
    x0 = dataset.x0(index)
    labels = None
    if blueprint.num_classes and dataset.labels is not None:
        labels = dataset.labels[index]
    exact = ExactDenoiser(x0, blueprint.schedule, labels=labels)
    generator = torch.Generator().manual_seed(_SEED)
    wanted = min(len(x0), SAMPLES_POINTS if dataset.is_points else SAMPLES_IMAGES)
    chosen = torch.randperm(len(x0), generator=generator)[:wanted]
    T = blueprint.schedule.T
    number = min(T, MOST_TIMES)
    t = [(2 * k + 1) * T // (2 * number) + 1 for k in range(number)]
    found: list[float] = []
    for _, loss in loss_floor(
        exact,
        blueprint.schedule,
        x0[chosen],
        t,
        predicts=config.predict,
        generator=generator,
        labels=None if labels is None else labels[chosen],
    ):
        found.append(float(loss.mean()))
        if len(found) < number:
            yield None
    yield Floor(np.array(t), np.array(found), len(x0), len(dataset.train), config.predict)
