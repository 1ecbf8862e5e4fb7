"""What a denoiser makes of x_t: the x0_hat and eps_hat that every sampler starts from."""

from dataclasses import dataclass

import torch
from torch import Tensor

from diffvis.diffusion.clipping import Clip, Clipping, clip_x0
from diffvis.diffusion.prediction import Denoiser, convert, eps_from_x0, split_output
from diffvis.diffusion.schedule import NoiseSchedule


@dataclass(frozen=True)
class Estimate:
    """x0_hat and eps_hat (N, ...) at one t; together they give back x_t."""

    x0_hat: Tensor
    """Clipped, if asked for."""
    x0_hat_raw: Tensor
    """As predicted, before clipping."""
    eps_hat: Tensor
    """Consistent with ``x0_hat``: derived again from it after clipping."""
    variance: Tensor | None
    """What a denoiser that learns variance says of it, in about [-1, 1]."""


def estimate(
    denoiser: Denoiser,
    schedule: NoiseSchedule,
    x_t: Tensor,
    t: int | Tensor,
    *,
    clip: Clip | Clipping | None = None,
    labels: Tensor | None = None,
) -> Estimate:
    """Ask ``denoiser`` about x_t (N, ...) at t, one number or (N,) int64, in 1..T."""
    times = t if isinstance(t, Tensor) else torch.full((len(x_t),), t, device=x_t.device)
    output, variance = split_output(denoiser, denoiser(x_t, times, labels), x_t)
    x0_hat_raw = convert(schedule, x_t, t, output, denoiser.predicts, "x0")
    if clip is None:
        eps_hat = convert(schedule, x_t, t, output, denoiser.predicts, "eps")
        return Estimate(x0_hat_raw, x0_hat_raw, eps_hat, variance)
    x0_hat = clip_x0(x0_hat_raw, clip)
    return Estimate(x0_hat, x0_hat_raw, eps_from_x0(schedule, x_t, t, x0_hat), variance)
