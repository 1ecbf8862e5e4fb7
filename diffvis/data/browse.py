"""Leafing through a data set, or the samples of one class: one after another, or spread."""

import math

import torch
from torch import Tensor

from diffvis.data.dataset import Dataset

_GOLDEN = (math.sqrt(5) - 1) / 2


def members(dataset: Dataset, label: int | None = None) -> Tensor:
    """The numbers of all samples, or of those of class ``label``, ascending; int64 (n,)."""
    if label is None or dataset.labels is None:
        return torch.arange(len(dataset))
    return (dataset.labels == label).nonzero()[:, 0]


def samples_from(
    dataset: Dataset, count: int, first: int, label: int | None = None, spread: bool = False
) -> Tensor:
    """The numbers of ``count`` samples from number ``first`` on, and round the end; int64.

    They follow each other, or are ``spread`` over the data: number ``first`` is then the first of
    them. With a ``label`` only samples of that class count. There are fewer where the data has
    fewer.
    """
    found = members(dataset, label)
    if len(found) == 0:
        return found
    start = int(torch.searchsorted(found, first))
    count = min(count, len(found))
    places = spread_places(len(found), count) if spread else torch.arange(count)
    return found[(start + places) % len(found)]


def spread_places(n: int, count: int) -> Tensor:
    """``count`` of the places 0..n-1, or all where there are fewer: ascending, 0 first, int64.

    One lies in each of ``count`` equal parts, but not where the others lie in theirs: an even
    stride would meet one class alone where data takes its classes in turn. The multiples of the
    golden ratio fill [0, 1) as evenly as numbers can, one after the other.
    """
    count = min(count, n)
    part = torch.arange(count + 1) * n // max(1, count)
    within = (torch.arange(count, dtype=torch.float64) * _GOLDEN) % 1
    return part[:-1] + (within * part.diff()).long()


def leaf(dataset: Dataset, first: int, by: int, label: int | None = None) -> int:
    """The number of the sample that is ``by`` samples (of the class) after ``first``."""
    found = members(dataset, label)
    if len(found) == 0:
        return first
    return int(found[(int(torch.searchsorted(found, first)) + by) % len(found)])
