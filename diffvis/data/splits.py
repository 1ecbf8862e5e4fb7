"""Which samples train, validate and test: always the same for the same seed."""

from typing import NamedTuple

import torch
from torch import Tensor

SEED = 20150312  # the day Sohl-Dickstein et al. put the first diffusion model on arXiv
LEAST = 10  # samples of which some are held back: of fewer, one would be more than a tenth


class Split(NamedTuple):
    """int64 indices, each sorted; together every sample once."""

    train: Tensor
    validation: Tensor
    test: Tensor


def random_split(n: int, seed: int = SEED) -> Split:
    """80 / 10 / 10 per cent. Fewer than ``LEAST`` all train: none validates, none tests."""
    if n < LEAST:
        return all_train(n)
    held_out = n // 10
    order = torch.randperm(n, generator=torch.Generator().manual_seed(seed))
    parts = order.split([n - 2 * held_out, held_out, held_out])
    return Split(*(part.sort().values for part in parts))


def all_train(n: int) -> Split:
    """A split that holds nothing back."""
    none = torch.arange(0)
    return Split(torch.arange(n), none, none)


def course_split(
    n_train: int, n_test: int, seed: int = SEED, *, validation: int | None = None
) -> Split:
    """For sets that come with a test part, stored after the train part.

    ``validation`` images of the train part validate; by default a sixth of them, so that MNIST
    becomes 50,000 / 10,000 / 10,000. Of fewer than ``LEAST`` all train, and none validates.
    """
    test = torch.arange(n_train, n_train + n_test)
    if n_train < LEAST:
        return all_train(n_train)._replace(test=test)
    held_out = max(1, n_train // 6 if validation is None else validation)
    order = torch.randperm(n_train, generator=torch.Generator().manual_seed(seed))
    train, validation = order.split([n_train - held_out, held_out])
    return Split(train.sort().values, validation.sort().values, test)


def given_split(n_train: int, n_validation: int, n_test: int) -> Split:
    """For sets that come in parts, stored in this order. A part that is not there is taken out of
    the train part: a tenth of it to test; to validate, as ``course_split`` and ``random_split`` do.
    """
    if n_validation == 0:
        return course_split(n_train, n_test) if n_test else random_split(n_train)
    validation = torch.arange(n_train, n_train + n_validation)
    if n_test:
        first = n_train + n_validation
        return Split(torch.arange(n_train), validation, torch.arange(first, first + n_test))
    train, test, _ = course_split(n_train, 0, validation=n_train // 10)
    return Split(train, validation, test)
