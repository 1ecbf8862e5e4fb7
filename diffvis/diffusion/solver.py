"""DPM-Solver++(2M): a second-order solver of the deterministic reverse process."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import torch
from torch import Tensor

from diffvis.diffusion.clipping import Clip
from diffvis.diffusion.estimate import estimate
from diffvis.diffusion.prediction import Denoiser
from diffvis.diffusion.reverse import ReverseStep, check_chain
from diffvis.diffusion.schedule import NoiseSchedule


def dpm_solver(
    denoiser: Denoiser,
    schedule: NoiseSchedule,
    x_T: Tensor,
    timesteps: Sequence[int],
    *,
    clip: Clip | None = None,
    labels: Tensor | None = None,
) -> Iterator[ReverseStep]:
    """DPM-Solver++(2M) (Lu et al. 2022, algorithm 2) over any falling ``timesteps``.

    Extrapolates x0_hat along the log SNR from this step and the one before. The first step, and the
    one to s = 0, where the log SNR is infinite, are of first order, which is DDIM. Raises
    ValueError for arguments that do not fit, before the first step.
    """
    check_chain(schedule, timesteps, clip)
    return _dpm_solver(denoiser, schedule, x_T, timesteps, clip, labels)


@torch.no_grad()
def _dpm_solver(
    denoiser: Denoiser,
    schedule: NoiseSchedule,
    x_t: Tensor,
    timesteps: Sequence[int],
    clip: Clip | None,
    labels: Tensor | None,
) -> Iterator[ReverseStep]:
    previous: tuple[int, Tensor] | None = None
    for t, s in pairwise(timesteps):
        found = estimate(denoiser, schedule, x_t, t, clip=clip, labels=labels)
        x0_hat = found.x0_hat
        keep, pull, ahead = solver_weights(schedule, t, s, previous and previous[0])
        if previous is not None and ahead > 0:
            x0_hat = torch.lerp(previous[1], x0_hat, 1 + ahead)
        x_s = keep * x_t + pull * x0_hat
        yield ReverseStep.without_noise(t, s, x_t, x_s, found)
        previous = t, found.x0_hat
        x_t = x_s


def solver_weights(
    schedule: NoiseSchedule, t: int, s: int, t_before: int | None = None
) -> tuple[float, float, float]:
    """``keep``, ``pull`` and ``ahead`` of x_s = keep x_t + pull D, where

    D = x0_hat + ahead (x0_hat - the x0_hat of ``t_before``). A step of first order has ahead = 0.
    """
    ahead = 0.0
    if t_before is not None and s > 0:
        now, then, before = (float(schedule.log_snr[k]) for k in (t, s, t_before))
        # 1/(2r) with r = h_before / h, the ratio of the two steps in log SNR.
        ahead = (then - now) / (now - before) / 2
    keep = float(schedule.sqrt_one_minus_alpha_bar[s] / schedule.sqrt_one_minus_alpha_bar[t])
    # alpha_s (1 - exp(-h)), written so that it is 1 at s = 0.
    pull = float(schedule.sqrt_alpha_bar[s]) - keep * float(schedule.sqrt_alpha_bar[t])
    return keep, pull, ahead
