"""What samples are compared with: data that nobody trained on, and as many real samples.

Real samples of the classes that were asked for: with the classes by chance, real data would be
farther from the held-out data than samples with as many of each class can be.
"""

import torch
from torch import Generator, Tensor

from diffvis.data.catalogue import fresh_cloud
from diffvis.data.dataset import Dataset
from diffvis.data.options import split_source
from diffvis.data.points import TOYS
from diffvis.diffusion.seeds import seeded
from diffvis.errors import UserError
from diffvis.models.model import Model
from diffvis.sampling.settings import ChainSettings

LEAST = 6
"""Samples and held-out data that every figure can be measured of: five neighbours and oneself."""
_ORDER = 0  # seed of the order of the held-out data
_FRESH = 0x9E3779B9  # changes the seed of fresh points: a person's own seed gave the learned ones


def is_toy(dataset: Dataset) -> bool:
    """Whether points like those of the data can be drawn without end."""
    name, _ = split_source(dataset.source)
    return name in TOYS


def share_classes(model: Model, dataset: Dataset) -> bool:
    """Whether a class that is asked of the model is that class of the data."""
    return dataset.labels is not None and 0 < dataset.num_classes == model.num_classes


def held_out(model: Model, dataset: Dataset, settings: ChainSettings) -> Tensor:
    """Indices of the test data, of the class that was asked for if that was one, in an order that
    tells nothing of how they are stored.

    Raises:
        UserError: there are too few.
    """
    index = dataset.test[_shuffled(len(dataset.test), torch.Generator().manual_seed(_ORDER))]
    if (label := _only(model, dataset, settings)) is not None:
        index = index[dataset.labels[index] == label]
    if len(index) < LEAST:
        raise UserError(
            f"{dataset.title} has {len(index)} samples to compare with, which nobody trained on",
            f"give data with {LEAST} such samples: 60 in all",
        )
    return index


def real_samples(dataset: Dataset, count: int, asked: Tensor | None, seed: int) -> Tensor:
    """Indices of ``count`` training samples, or of all where there are fewer."""
    generator = seeded(seed)
    if asked is None:
        return dataset.train[_shuffled(len(dataset.train), generator)[:count]]
    return dataset.train[as_asked(dataset.labels[dataset.train], asked, generator)]


def points_to_compare(
    model: Model, dataset: Dataset, settings: ChainSettings, asked: Tensor | None, seed: int
) -> tuple[Tensor, Tensor]:
    """Points (n, 2) in data units: those to compare with, and as many real ones as samples."""
    if not is_toy(dataset):
        known = held_out(model, dataset, settings)
        real = real_samples(dataset, settings.count, asked, seed)
        return tuple(dataset.scaling.to_data(dataset.x0(index)) for index in (known, real))
    generator = seeded(seed ^ _FRESH)
    one_class = asked if _only(model, dataset, settings) is not None else None

    def fresh(classes: Tensor | None) -> Tensor:
        if classes is None:
            return fresh_cloud(dataset.source, settings.count, generator).x
        cloud = fresh_cloud(dataset.source, 2 * dataset.num_classes * len(classes), generator)
        return cloud.x[as_asked(cloud.labels, classes, generator)]

    return fresh(one_class), fresh(asked)


def as_asked(labels: Tensor, asked: Tensor, generator: Generator) -> Tensor:
    """Indices into ``labels`` (N,) of as many of each class as ``asked`` (n,) has, as far as there
    are, without repetition and in random order."""
    order = _shuffled(len(labels), generator)
    chosen = [
        order[labels[order] == label][:count] for label, count in enumerate(torch.bincount(asked))
    ]
    found = torch.cat(chosen)
    return found[_shuffled(len(found), generator)]


def _only(model: Model, dataset: Dataset, settings: ChainSettings) -> int | None:
    """The class that was asked for, where it was one and the data know it."""
    one = settings.label is not None and settings.label >= 0
    return settings.label if one and share_classes(model, dataset) else None


def _shuffled(n: int, generator: Generator) -> Tensor:
    return torch.randperm(n, generator=generator)
