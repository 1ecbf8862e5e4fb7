"""Where every sampling begins."""

import torch
from torch import Tensor


def initial_noise(shape: tuple[int, ...], count: int, seed: int) -> tuple[Tensor, torch.Generator]:
    """x_T (count, *shape), and the generator that the rest of the chain draws from.

    Everything that samples starts here, so that a seed means the same samples everywhere.
    """
    generator = torch.Generator().manual_seed(seed)
    return torch.randn((count, *shape), generator=generator), generator
