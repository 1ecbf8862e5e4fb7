"""log p(x_0 | x_1): the last reverse step as a distribution over data. Results are in nats."""

import math
from typing import Literal, get_args

import torch
from torch import Tensor
from torch.special import log_ndtr

LEVELS = 256  # of 8 bits
Decoder = Literal["discretised", "gaussian"]
DECODERS: tuple[Decoder, ...] = get_args(Decoder)


def decoder_log_likelihood(
    decoder: Decoder, x0: Tensor, mean: Tensor, log_variance: Tensor, levels: int = LEVELS
) -> Tensor:
    """log p(x_0 | x_1) of each dimension, in nats, shaped like x0 (N, ...).

    ``levels`` is how many values a pixel can have, which the Gaussian decoder has no use for.
    """
    if decoder == "discretised":
        return discretised_log_likelihood(x0, mean, log_variance, levels)
    return gaussian_log_likelihood(x0, mean, log_variance)


def gaussian_log_likelihood(x0: Tensor, mean: Tensor, log_variance: Tensor) -> Tensor:
    """log N(x_0; mean, exp(log_variance)): a density, for points."""
    squared = (x0 - mean).square() * torch.exp(-log_variance)
    return -0.5 * (math.log(2 * math.pi) + log_variance + squared)


def discretised_log_likelihood(
    x0: Tensor, mean: Tensor, log_variance: Tensor, levels: int = LEVELS
) -> Tensor:
    """log of the Gaussian's mass in the bin of each pixel (Ho et al. 2020, eq. 13).

    x0 holds ``levels`` values evenly spaced over [-1, 1], or what those became in 8 bits; the first
    and the last bin reach to infinity, so that the masses of all bins sum to one.
    """
    half = 1 / (levels - 1)
    x0 = ((x0 + 1) / (2 * half)).round() * (2 * half) - 1
    inverse_std = torch.exp(-0.5 * log_variance)
    # Mirrored to the negative side, where the tail of log_ndtr is exact.
    side = torch.where(x0 > mean, -1.0, 1.0)
    centre = side * (x0 - mean)
    log_upper = log_ndtr((centre + half) * inverse_std)
    log_lower = log_ndtr((centre - half) * inverse_std)
    inner = log_upper + torch.log(-torch.expm1(log_lower - log_upper))
    first = log_ndtr((x0 + half - mean) * inverse_std)
    last = log_ndtr((mean - x0 + half) * inverse_std)
    return torch.where(x0 < half - 1, first, torch.where(x0 > 1 - half, last, inner))
