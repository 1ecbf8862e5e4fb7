"""Memory that is free goes back to the system, though what lies above it is still in use."""

import sys

import pytest
import torch

from diffvis.training.memory import give_back, process_bytes

BLOCK, BLOCKS = 25_000, 2_000  # values: 100 kB each, which glibc takes from its heap


@pytest.mark.skipif(sys.platform != "linux", reason="other C libraries keep less")
def test_holes_in_the_heap_are_given_back() -> None:
    blocks = [torch.ones(BLOCK) for _ in range(BLOCKS)]
    full = process_bytes()
    kept = blocks[::100] + blocks[-1:]  # the last one holds the end of the heap
    del blocks
    give_back()
    assert full - process_bytes() > 0.7 * 4 * BLOCK * BLOCKS
    assert all((block == 1).all() for block in kept)
