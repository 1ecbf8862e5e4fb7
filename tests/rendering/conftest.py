"""Small data, schedules and helpers that the tests of pictures and files share."""

from collections.abc import Callable, Iterator

import numpy as np
import pytest
import torch
from torch import Tensor

from diffvis.data import Dataset, open_dataset
from diffvis.diffusion import NoiseSchedule, make_schedule, q_sample
from diffvis.models.model import Model, exact_model


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def schedule() -> NoiseSchedule:
    return make_schedule("cosine", 30)


@pytest.fixture(scope="session")
def digits() -> Dataset:
    return open_dataset("digits")


@pytest.fixture(scope="session")
def roll() -> Dataset:
    return open_dataset("swiss-roll", n=500)


@pytest.fixture(scope="session")
def digits_model(digits: Dataset, schedule: NoiseSchedule) -> Model:
    return exact_model(digits, schedule, limit=50)


@pytest.fixture(scope="session")
def roll_model(roll: Dataset, schedule: NoiseSchedule) -> Model:
    return exact_model(roll, schedule, limit=100)


Noised = tuple[Tensor, Tensor, Tensor]


@pytest.fixture
def noised(schedule: NoiseSchedule) -> Callable[[Tensor, int], Noised]:
    """x0, eps and x_t of samples at a time."""

    def make(x0: Tensor, t: int) -> Noised:
        eps = torch.randn(x0.shape, generator=torch.Generator().manual_seed(0))
        return x0, eps, q_sample(schedule, x0, t, eps)

    return make


@pytest.fixture
def random_frames() -> Callable[..., list[np.ndarray]]:
    """Frames uint8 of random pixels with a part that never changes."""

    def make(count: int, shape: tuple[int, ...]) -> list[np.ndarray]:
        rng = np.random.default_rng(0)
        still = rng.integers(0, 256, shape, dtype=np.uint8)
        frames = []
        for _ in range(count):
            frame = still.copy()
            part = frame[5:40, 10:50]
            part[:] = rng.integers(0, 256, part.shape, dtype=np.uint8)
            frames.append(frame)
        return frames

    return make
