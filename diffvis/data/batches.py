"""Endless streams of training samples that depend on a seed and a position alone."""

import itertools
from collections.abc import Iterator

import torch
from torch import Tensor

from diffvis.data.dataset import Dataset, to_model_units

_RESIDENT_SHARE = 4  # sets up to this part of a GPU's free memory are kept whole on it
_RESIDENT_BYTES = 2 << 30  # the same for an accelerator that does not say what is free
_APART = 0x6A09E667F3BCC908  # keeps the seeds of draws away from those of epochs


def batches(
    dataset: Dataset,
    batch_size: int,
    generator: torch.Generator,
    device: torch.device | str = "cpu",
    start: int = 0,
    flip: bool = False,
) -> Iterator[tuple[Tensor, Tensor | None]]:
    """Batches of the train split, shuffled anew in every epoch, without end.

    Epochs follow each other without a gap, so that every batch is full: one that reaches over the
    end of an epoch goes on with the next. The order is a function of ``generator.initial_seed()``
    and the epoch; the generator itself is not advanced. A run that is resumed therefore gives
    ``start``, the number of batches it has already seen, and goes on as if it had never stopped.

    Args:
        start: how many batches to pass over, at no cost.
        flip: mirror each image left to right with probability one half, drawn anew in every epoch.

    Yields:
        x0: float32 (batch_size, ...) in model units on ``device``.
        labels: int64 (batch_size,) on ``device``, or None.
    """
    if batch_size < 1:
        raise ValueError(f"batch_size must be at least 1, got {batch_size}")
    if start < 0:
        raise ValueError(f"start must be at least 0, got {start}")
    return _batches(
        dataset, batch_size, generator.initial_seed(), torch.device(device), start, flip
    )


def _batches(
    dataset: Dataset, batch_size: int, seed: int, device: torch.device, start: int, flip: bool
) -> Iterator[tuple[Tensor, Tensor | None]]:
    values, labels = _near(dataset, device)
    flip = flip and not dataset.is_points
    epoch, position = divmod(start * batch_size, len(dataset.train))
    order, mirrored = _epoch(dataset.train, seed, epoch, values.device)
    while True:
        pieces, mirrors = [], []
        missing = batch_size
        while missing:
            piece = order[position : position + missing]
            pieces.append(piece)
            mirrors.append(mirrored[position : position + missing])
            missing -= len(piece)
            position += len(piece)
            if position == len(order):
                epoch, position = epoch + 1, 0
                order, mirrored = _epoch(dataset.train, seed, epoch, values.device)
        index = pieces[0] if len(pieces) == 1 else torch.cat(pieces)
        yield _taken(values, labels, index, torch.cat(mirrors) if flip else None, device)


def draws(
    dataset: Dataset,
    count: int,
    generator: torch.Generator,
    device: torch.device | str = "cpu",
    start: int = 0,
    flip: bool = False,
) -> Iterator[tuple[Tensor, Tensor | None]]:
    """Independent draws from the train split, the same sample perhaps twice, without end.

    Like ``batches`` in all else: what comes depends on ``generator.initial_seed()`` and the
    position alone.

    Yields:
        x0: float32 (count, ...) in model units on ``device``.
        labels: int64 (count,) on ``device``, or None.
    """
    device = torch.device(device)
    values, labels = _near(dataset, device)
    train = dataset.train.to(values.device)
    flip = flip and not dataset.is_points
    for position in itertools.count(start):
        own = _generator(generator.initial_seed() ^ _APART, position)
        chosen = torch.randint(len(train), (count,), generator=own).to(values.device)
        mirror = torch.rand(count, generator=own) < 0.5 if flip else None
        yield _taken(values, labels, train[chosen], mirror, device)


def _near(dataset: Dataset, device: torch.device) -> tuple[Tensor, Tensor | None]:
    """Values and labels, on ``device`` if there is room."""
    values, labels = dataset.values, dataset.labels
    if values.nbytes <= _room(device):
        values = values.to(device)
        labels = None if labels is None else labels.to(device)
    return values, labels


def _taken(
    values: Tensor,
    labels: Tensor | None,
    index: Tensor,
    mirror: Tensor | None,
    device: torch.device,
) -> tuple[Tensor, Tensor | None]:
    """What lies at ``index`` (N,), mirrored where ``mirror`` (N,) says so."""
    x0 = to_model_units(values[index].to(device))
    if mirror is not None:
        x0 = torch.where(mirror.to(device)[:, None, None, None], x0.flip(-1), x0)
    return x0, None if labels is None else labels[index].to(device)


def _room(device: torch.device) -> int:
    """Bytes of data that may lie on ``device`` beside all that training needs there."""
    if device.type != "cuda":
        return _RESIDENT_BYTES
    free, _ = torch.cuda.mem_get_info(device)
    return free // _RESIDENT_SHARE


def _epoch(train: Tensor, seed: int, epoch: int, device: torch.device) -> tuple[Tensor, Tensor]:
    """The order of one epoch and which of its samples are mirrored."""
    generator = _generator(seed, epoch)
    order = train[torch.randperm(len(train), generator=generator)]
    mirrored = torch.rand(len(train), generator=generator) < 0.5
    return order.to(device), mirrored.to(device)


def _generator(seed: int, place: int) -> torch.Generator:
    mixed = (seed + 0x9E3779B97F4A7C15 * place) % 2**63  # far apart for neighbouring seeds
    return torch.Generator().manual_seed(mixed)
