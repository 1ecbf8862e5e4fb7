"""The variance of a reverse step: small, large, or learned between the two."""

import math
from typing import Literal, get_args

from torch import Tensor

from diffvis.diffusion.decoder import Decoder
from diffvis.diffusion.prediction import Denoiser
from diffvis.diffusion.schedule import NoiseSchedule

Variance = Literal["small", "large", "learned"]
FixedVariance = Literal["small", "large"]
VARIANCES: tuple[Variance, ...] = get_args(Variance)


def learned_log_variance(v: Tensor, log_small: float | Tensor, log_large: float | Tensor) -> Tensor:
    """The log-variance between two that v in [-1, 1] picks.

    Nichol & Dhariwal 2021, eq. 15, with their v in [0, 1] as (v + 1)/2.
    """
    share = (v + 1) / 2
    return share * log_large + (1 - share) * log_small


def reverse_std(
    schedule: NoiseSchedule, variance: Variance, v: Tensor | None, t: int, s: int
) -> float | Tensor:
    """The standard deviation of the step from t to s; 0 where s = 0.

    ``small`` is that of q(x_s | x_t, x_0), ``large`` that of q(x_t | x_s) (Ho et al. 2020,
    section 3.2); ``learned`` needs v (N, ...), the variance part of the network's output.
    """
    if s == 0:
        return 0.0
    if variance == "small":
        return math.sqrt(schedule.posterior(t, s).variance)
    large = schedule.variance_between(t, s)
    if variance == "large" or v is None:
        return math.sqrt(large)
    small = schedule.posterior(t, s).variance
    return (0.5 * learned_log_variance(v, math.log(small), math.log(large))).exp()


def reverse_log_variance(
    schedule: NoiseSchedule,
    variance: Variance,
    v: Tensor | None,
    t: Tensor,
    x_t: Tensor,
    decoder: Decoder,
) -> Tensor:
    """The log-variance of p(x_{t-1} | x_t) for t (N,), to broadcast with x_t (N, ...).

    At t = 1 it is the decoder's. The small variance, which is 0 there, is that of t = 2 instead; so
    is the large one in a ``discretised`` decoder, as in the code of Ho et al. 2020 and of Nichol &
    Dhariwal 2021. The Gaussian decoder keeps beta_1, with which the bound comes closest.
    """
    if variance == "small":
        return schedule.at("posterior_log_variance", t, x_t)
    if variance == "large" or v is None:
        name = "large_log_variance" if decoder == "discretised" else "log_beta"
        return schedule.at(name, t, x_t)
    return learned_log_variance(
        v, schedule.at("posterior_log_variance", t, x_t), schedule.at("log_beta", t, x_t)
    )


def check_variance(variance: str, denoiser: Denoiser) -> None:
    """Raises ValueError unless ``variance`` is known and ``denoiser`` can give it."""
    if variance not in VARIANCES:
        raise ValueError(f"variance is one of {', '.join(VARIANCES)}, not {variance!r}")
    if variance == "learned" and not getattr(denoiser, "learns_variance", False):
        raise ValueError("variance 'learned' needs a denoiser that learns its variance")
