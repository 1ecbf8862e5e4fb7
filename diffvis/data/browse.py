"""Leafing through a data set: all of it, or the samples of one class."""

import torch
from torch import Tensor

from diffvis.data.dataset import Dataset


def members(dataset: Dataset, label: int | None = None) -> Tensor:
    """The numbers of all samples, or of those of class ``label``, ascending; int64 (n,)."""
    if label is None or dataset.labels is None:
        return torch.arange(len(dataset))
    return (dataset.labels == label).nonzero()[:, 0]


def samples_from(dataset: Dataset, count: int, first: int, label: int | None = None) -> Tensor:
    """The numbers of ``count`` samples from number ``first`` on, and round the end; int64.

    With a ``label`` only samples of that class count. There are fewer where the data has fewer.
    """
    found = members(dataset, label)
    if len(found) == 0:
        return found
    start = int(torch.searchsorted(found, first))
    return found[(start + torch.arange(min(count, len(found)))) % len(found)]


def leaf(dataset: Dataset, first: int, by: int, label: int | None = None) -> int:
    """The number of the sample that is ``by`` samples (of the class) after ``first``."""
    found = members(dataset, label)
    if len(found) == 0:
        return first
    return int(found[(int(torch.searchsorted(found, first)) + by) % len(found)])
