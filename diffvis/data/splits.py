"""Which samples train, validate and test: always the same for the same seed."""

from typing import NamedTuple

import torch
from torch import Tensor

SEED = 20150312  # the day Sohl-Dickstein et al. put the first diffusion model on arXiv


class Split(NamedTuple):
    """int64 indices, each sorted; together every sample once."""

    train: Tensor
    validation: Tensor
    test: Tensor


def random_split(n: int, seed: int = SEED) -> Split:
    """80 / 10 / 10 per cent. Fewer than three samples all serve all purposes."""
    if n < 3:
        everything = torch.arange(n)
        return Split(everything, everything, everything)
    held_out = max(1, n // 10)
    order = torch.randperm(n, generator=torch.Generator().manual_seed(seed))
    parts = order.split([n - 2 * held_out, held_out, held_out])
    return Split(*(part.sort().values for part in parts))


def course_split(
    n_train: int, n_test: int, seed: int = SEED, *, validation: int | None = None
) -> Split:
    """For sets that come with a test part, stored after the train part.

    ``validation`` images of the train part validate; by default a sixth of them, so that MNIST
    becomes 50,000 / 10,000 / 10,000. A single one both trains and validates.
    """
    test = torch.arange(n_train, n_train + n_test)
    if n_train < 2:
        return Split(torch.arange(n_train), torch.arange(n_train), test)
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
