"""Paths from data to noise: the factors signal_t of x_0 and noise_t of eps, and what both decide.

x_t = signal_t x_0 + noise_t eps. On a variance-preserving path the squares of the two add to 1, and
its betas (``betas.py``) say it all. Here are the others: on the straight path of flow matching they
add to 1 themselves, on a variance-exploding one the signal stays 1.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from diffvis.diffusion.betas import ramp

SONG_SIGMAS = 0.01, 50.0
KARRAS_SIGMAS = 0.002, 80.0
KARRAS_RHO = 7.0


class Path(NamedTuple):
    """The tables (T+1,) float64 from which every other coefficient follows."""

    signal: Tensor
    noise: Tensor
    alpha: Tensor
    """The square of what one step keeps: signal_t^2 / signal_{t-1}^2."""
    alpha_bar: Tensor
    """signal_t^2."""
    log_alpha_bar: Tensor
    noise_variance: Tensor
    """noise_t^2."""


def path_of_betas(beta: Tensor) -> Path:
    """The variance-preserving path of ``beta`` (T+1,): signal_t^2 is the product of 1 - beta."""
    alpha = 1 - beta
    alpha_bar = alpha.cumprod(0)
    log_alpha_bar = torch.log1p(-beta).cumsum(0)
    # Without the cancellation that 1 - alpha_bar has.
    noise_variance = torch.tensor(
        [one_minus_exp(log) for log in log_alpha_bar.tolist()], dtype=torch.float64
    )
    return Path(
        alpha_bar.sqrt(), noise_variance.sqrt(), alpha, alpha_bar, log_alpha_bar, noise_variance
    )


def path_of_factors(signal: Tensor, noise: Tensor) -> Path:
    """The path of any two factors (T+1,)."""
    alpha = torch.ones_like(signal)
    alpha[1:] = (signal[1:] / signal[:-1]).square()
    return Path(signal, noise, alpha, signal.square(), 2 * signal.log(), noise.square())


def betas_of_factors(signal: Tensor, noise: Tensor) -> Tensor:
    """The variance (T+1,) that each step adds: noise_t^2 - alpha_t noise_{t-1}^2."""
    log_snr = 2 * (signal.log() - noise.log())
    beta = torch.zeros_like(signal)
    beta[1:] = noise[1:].square() * -torch.expm1(log_snr[1:] - log_snr[:-1])
    return beta


# The factors of the paths that have names: each gives signal_1 .. signal_T and noise_1 .. noise_T


def flow_factors(T: int) -> tuple[Tensor, Tensor]:
    """1 - t/T and t/T: straight from x_0 to eps (Lipman et al. 2023; Liu et al. 2023)."""
    noise = torch.arange(1, T + 1, dtype=torch.float64) / T
    return 1 - noise, noise


def geometric_factors(
    T: int, sigma_1: float = SONG_SIGMAS[0], sigma_T: float = SONG_SIGMAS[1]
) -> tuple[Tensor, Tensor]:
    """A signal of 1, and noise on a geometric progression (Song et al. 2021, "SMLD" and VE SDE)."""
    noise = math.log(sigma_1) + (math.log(sigma_T) - math.log(sigma_1)) * ramp(T)
    return torch.ones(T, dtype=torch.float64), noise.exp()


def karras_factors(
    T: int,
    sigma_1: float = KARRAS_SIGMAS[0],
    sigma_T: float = KARRAS_SIGMAS[1],
    rho: float = KARRAS_RHO,
) -> tuple[Tensor, Tensor]:
    """A signal of 1, and noise whose rho-th root is a line (Karras et al. 2022, eq. 5)."""
    first, last = sigma_1 ** (1 / rho), sigma_T ** (1 / rho)
    return torch.ones(T, dtype=torch.float64), (first + (last - first) * ramp(T)) ** rho


FACTORS: dict[str, Callable[[int], tuple[Tensor, Tensor]]] = {
    "flow": flow_factors,
    "ve": geometric_factors,
    "ve-karras": karras_factors,
}


def zero_terminal_betas(beta: Tensor) -> Tensor:
    """``beta`` (T+1,) so changed that nothing of the data is left at T: sqrt(alpha_bar) is moved
    down by what it ends at, and stretched so that it begins where it did (Lin et al. 2024,
    algorithm 1). The last beta is 1.
    """
    root = (1 - beta).cumprod(0).sqrt()[1:]
    if len(root) > 1:
        root = (root - root[-1]) * (root[0] / (root[0] - root[-1]))
    else:
        root = torch.zeros_like(root)
    alpha_bar = torch.cat([root.new_ones(1), root.square()])
    return torch.cat([root.new_zeros(1), 1 - alpha_bar[1:] / alpha_bar[:-1]])


def one_minus_exp(x: float) -> float:
    """1 - exp(x) for x <= 0, exact for small x and for large, and never -0."""
    return abs(math.expm1(x))
