"""What is registered in a test is gone after it. One thread: several only wait for each other."""

from collections.abc import Iterator

import pytest
import torch

from diffvis.networks.registry import NETWORKS


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(autouse=True)
def registry_as_before() -> Iterator[None]:
    with NETWORKS.for_a_while():
        yield
