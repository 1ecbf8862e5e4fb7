"""Schedules, denoisers and noise that the proofs share. None of them needs training."""

from collections.abc import Iterator

import pytest
import torch
from hypothesis import settings

from diffvis.diffusion import GaussianMixtureDenoiser, NoiseSchedule

settings.register_profile("proofs", max_examples=25, deadline=None, derandomize=True, database=None)
settings.load_profile("proofs")


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Tiny operations are not worth waking another thread."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def generator() -> torch.Generator:
    return torch.Generator().manual_seed(0)


@pytest.fixture
def schedule() -> NoiseSchedule:
    return NoiseSchedule.cosine(50)


@pytest.fixture
def mixture(schedule: NoiseSchedule) -> GaussianMixtureDenoiser:
    """Three components of different weight, shape and direction in the plane."""
    weights = torch.tensor([0.5, 0.3, 0.2])
    means = torch.tensor([[1.5, 0.0], [-1.0, 1.0], [0.0, -1.5]])
    covariances = torch.tensor(
        [[[0.10, 0.05], [0.05, 0.08]], [[0.05, 0.0], [0.0, 0.20]], [[0.15, -0.10], [-0.10, 0.12]]]
    )
    return GaussianMixtureDenoiser(weights, means, covariances, schedule)
