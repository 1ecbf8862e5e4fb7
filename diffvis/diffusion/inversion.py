"""DDIM inversion: from data to the noise from which DDIM makes it again."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import torch
from torch import Tensor

from diffvis.diffusion.estimate import estimate
from diffvis.diffusion.prediction import Denoiser
from diffvis.diffusion.reverse import ReverseStep, check_chain
from diffvis.diffusion.schedule import NoiseSchedule


def ddim_inversion(
    denoiser: Denoiser,
    schedule: NoiseSchedule,
    x0: Tensor,
    timesteps: Sequence[int],
    *,
    iterations: int = 1,
    labels: Tensor | None = None,
) -> Iterator[ReverseStep]:
    """Walk the ``timesteps`` that ``ddim`` would take (falling) upwards, from x0 (N, ...).

    Each step solves for the x_s from which DDIM steps to x_t. One iteration takes eps_hat at x_t
    (Song et al. 2021, section 5.4): the error is of the order of the stride. More iterations repeat
    with eps_hat at the x_s just found (a fixed point, Pan et al. 2023), which converges to the
    exact inverse while steps are small. Steps have t < s; ``x_s`` of the last is the noise. Raises
    ValueError for arguments that do not fit, before the first step.
    """
    check_chain(schedule, timesteps, None)
    if iterations < 1:
        raise ValueError(f"iterations must be at least 1, not {iterations}")
    return _ddim_inversion(denoiser, schedule, x0, timesteps, iterations, labels)


@torch.no_grad()
def _ddim_inversion(
    denoiser: Denoiser,
    schedule: NoiseSchedule,
    x_t: Tensor,
    timesteps: Sequence[int],
    iterations: int,
    labels: Tensor | None,
) -> Iterator[ReverseStep]:
    for t, s in pairwise(reversed(timesteps)):
        signal = schedule.at("signal", s, x_t) / schedule.at("signal", t, x_t)
        # DDIM's step from s to t, x_t = (x_s - noise * eps_hat) / signal, solved for x_s.
        noise = schedule.at("noise", s, x_t) - signal * schedule.at("noise", t, x_t)
        x_s = x_t
        for _ in range(iterations):
            found = estimate(denoiser, schedule, x_s, s, labels=labels)
            x_s = signal * x_t + noise * found.eps_hat
        yield ReverseStep.without_noise(t, s, x_t, x_s, found)
        x_t = x_s
