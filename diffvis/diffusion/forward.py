"""The forward process: from data to noise, and back one step when the data is known."""

from collections.abc import Iterator

import torch
from torch import Tensor

from diffvis.diffusion.noise import draw_noise
from diffvis.diffusion.schedule import NoiseSchedule


def q_sample(schedule: NoiseSchedule, x0: Tensor, t: int | Tensor, eps: Tensor) -> Tensor:
    """x_t ~ q(x_t | x_0) in closed form (Ho et al. 2020, eq. 4).

    x0 and eps are (N, ...), t in 0..T is one number or (N,) int64. At t = 0 this is x_0.
    """
    _check_shapes("eps", eps, x0)
    signal = schedule.at("signal", t, x0)
    noise = schedule.at("noise", t, x0)
    return signal * x0 + noise * eps


def q_step(schedule: NoiseSchedule, x_prev: Tensor, t: int | Tensor, eps: Tensor) -> Tensor:
    """x_t ~ q(x_t | x_{t-1}), one step of the chain (Ho et al. 2020, eq. 2), t in 1..T."""
    _check_shapes("eps", eps, x_prev)
    alpha = schedule.at("alpha", t, x_prev)
    beta = schedule.at("beta", t, x_prev)
    return alpha**0.5 * x_prev + beta**0.5 * eps


def q_path(schedule: NoiseSchedule, x0: Tensor, generator: torch.Generator) -> Iterator[Tensor]:
    """The true Markov chain: x_0, x_1, .. x_T, with fresh noise from ``generator`` at each step."""
    x_t = x0
    yield x_t
    for t in range(1, schedule.T + 1):
        x_t = q_step(schedule, x_t, t, draw_noise(x_t, generator))
        yield x_t


def q_posterior(
    schedule: NoiseSchedule, x0: Tensor, x_t: Tensor, t: int | Tensor, s: int | None = None
) -> tuple[Tensor, float | Tensor]:
    """Mean (N, ...) and variance of q(x_s | x_t, x_0) (Ho et al. 2020, eq. 6-7).

    For one t, s is any time before it and the variance a number. For t (N,) int64, and where s is
    left out, s = t - 1; the variance is then (N, 1, ...).
    """
    _check_shapes("x_t", x_t, x0)
    if isinstance(t, Tensor):
        if s is not None:
            raise ValueError("s must be left out when each sample has its own t")
        mean = schedule.at("posterior_x0", t, x0) * x0 + schedule.at("posterior_x_t", t, x_t) * x_t
        return mean, schedule.at("posterior_variance", t, x0)
    posterior = schedule.posterior(t, t - 1 if s is None else s)
    return posterior.x0 * x0 + posterior.x_t * x_t, posterior.variance


def _check_shapes(name: str, value: Tensor, like: Tensor) -> None:
    if value.shape != like.shape:
        raise ValueError(
            f"{name} must be shaped like the data {tuple(like.shape)}, not {tuple(value.shape)}"
        )
