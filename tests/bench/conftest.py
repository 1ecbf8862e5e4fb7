"""Small chains on one thread, and a denoiser that knows digits by heart."""

import pytest
import torch
from short_runs import one_thread
from torch import Tensor

from diffvis.data.catalogue import open_dataset
from diffvis.diffusion import ExactDenoiser, NoiseSchedule

__all__ = ["one_thread"]  # a fixture


@pytest.fixture(scope="session")
def digits() -> Tensor:
    """(40, 1, 8, 8): four of each class, in order."""
    data = open_dataset("digits")
    rows = [torch.nonzero(data.labels == label)[:4, 0] for label in range(10)]
    return data.x0(torch.cat(rows))


@pytest.fixture(scope="session")
def exact(digits: Tensor) -> ExactDenoiser:
    """It knows forty digits by heart, with their classes."""
    return ExactDenoiser(
        digits, NoiseSchedule.cosine(60), labels=torch.arange(10).repeat_interleave(4)
    )
