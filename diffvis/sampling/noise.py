"""Where every sampling begins, so that a seed means the same samples everywhere."""

import torch
from torch import Tensor

from diffvis.diffusion.noise import NoiseSource, OwnNoise
from diffvis.diffusion.seeds import seeded
from diffvis.sampling.settings import ChainSettings


def chain_noise(shape: tuple[int, ...], settings: ChainSettings) -> tuple[Tensor, NoiseSource]:
    """eps (count, *shape) with which a chain begins, where ``prior_std`` times it is x_T, and what
    the rest of it draws from.
    """
    if settings.noise == "together":
        return initial_noise(shape, settings.count, settings.seed)
    source = OwnNoise(settings.seed)
    return source.draw((settings.count, *shape)), source


def initial_noise(shape: tuple[int, ...], count: int, seed: int) -> tuple[Tensor, torch.Generator]:
    """eps (count, *shape) of samples that draw together, and their generator."""
    generator = seeded(seed)
    return torch.randn((count, *shape), generator=generator), generator
