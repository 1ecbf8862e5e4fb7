"""Training losses, one number per sample: loss by t then costs nothing.

All take x0 and eps (N, ...), t (N,) int64 in 1..T and labels (N,) or None, noise x0 to x_t, ask the
denoiser once and return (N,). Dimensions are averaged; the caller averages the batch.
"""

from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor

from diffvis.diffusion.decoder import LEVELS
from diffvis.diffusion.forward import q_sample
from diffvis.diffusion.likelihood import check_decoder, transition_bits
from diffvis.diffusion.prediction import (
    Denoiser,
    Prediction,
    convert,
    split_output,
    training_target,
)
from diffvis.diffusion.schedule import NoiseSchedule
from diffvis.diffusion.variance import Variance, reverse_log_variance

Loss = Callable[[Denoiser, NoiseSchedule, Tensor, Tensor, Tensor, Tensor | None], Tensor]


def simple_loss(
    denoiser: Denoiser,
    schedule: NoiseSchedule,
    x0: Tensor,
    t: Tensor,
    eps: Tensor,
    labels: Tensor | None = None,
) -> Tensor:
    """|target - prediction|^2 (Ho et al. 2020, eq. 14, for eps; Lipman et al. 2023, eq. 23, for the
    velocity; likewise for the others).
    """
    x_t = q_sample(schedule, x0, t, eps)
    prediction, _ = split_output(denoiser, denoiser(x_t, t, labels), x_t)
    return _mean_square(training_target(schedule, x0, eps, t, denoiser.predicts) - prediction)


def min_snr_loss(
    denoiser: Denoiser,
    schedule: NoiseSchedule,
    x0: Tensor,
    t: Tensor,
    eps: Tensor,
    labels: Tensor | None = None,
    *,
    gamma: float = 5.0,
) -> Tensor:
    """min(SNR, gamma) |x_0 - x0_hat|^2, whatever is predicted (Hang et al. 2023, section 3.4)."""
    snr = schedule.at("snr", t, x0).flatten()
    weight = snr.clamp(max=gamma) / _error_per_x0(schedule, denoiser.predicts, t, x0)
    return weight * simple_loss(denoiser, schedule, x0, t, eps, labels)


def bound_loss(
    denoiser: Denoiser,
    schedule: NoiseSchedule,
    x0: Tensor,
    t: Tensor,
    eps: Tensor,
    labels: Tensor | None = None,
    *,
    levels: int = LEVELS,
) -> Tensor:
    """T L_{t-1} in bits/dim: for t uniform over 1..T its mean is the bound without L_T.

    Ho et al. 2020, eq. 5. The variance is the learned one, or the large one where none is learned.
    ``levels`` is how many values a pixel can have.
    """
    x_t = q_sample(schedule, x0, t, eps)
    prediction, v = split_output(denoiser, denoiser(x_t, t, labels), x_t)
    return schedule.T * _bits(denoiser, schedule, x0, x_t, t, prediction, v, levels)


def hybrid_loss(
    denoiser: Denoiser,
    schedule: NoiseSchedule,
    x0: Tensor,
    t: Tensor,
    eps: Tensor,
    labels: Tensor | None = None,
    *,
    bound_weight: float = 0.001,
    levels: int = LEVELS,
) -> Tensor:
    """L_simple + 0.001 L_vlb, for a denoiser that learns its variance (Nichol & Dhariwal 2021,
    eq. 16). The mean is detached in L_vlb, which so teaches the variance alone.

    Raises ValueError where no variance is learned.
    """
    x_t = q_sample(schedule, x0, t, eps)
    prediction, v = split_output(denoiser, denoiser(x_t, t, labels), x_t)
    if v is None:
        raise ValueError("the hybrid loss needs a denoiser that learns its variance")
    simple = _mean_square(training_target(schedule, x0, eps, t, denoiser.predicts) - prediction)
    bits = _bits(denoiser, schedule, x0, x_t, t, prediction.detach(), v, levels)
    return simple + bound_weight * schedule.T * bits


def loss_of(name: str, levels: int) -> Loss:
    """A loss by its name, for data whose pixels have so many values: only a bound depends on it."""
    loss = LOSSES[name]
    return partial(loss, levels=levels) if loss in (bound_loss, hybrid_loss) else loss


LOSSES: dict[str, Loss] = {
    "simple": simple_loss,
    "min-snr": min_snr_loss,
    "bound": bound_loss,
    "hybrid": hybrid_loss,
}


def _bits(
    denoiser: Denoiser,
    schedule: NoiseSchedule,
    x0: Tensor,
    x_t: Tensor,
    t: Tensor,
    prediction: Tensor,
    v: Tensor | None,
    levels: int,
) -> Tensor:
    """L_{t-1} (N,) in bits/dim, from what the denoiser returned. Never clipped."""
    x0_hat = convert(schedule, x_t, t, prediction, denoiser.predicts, "x0")
    variance: Variance = "large" if v is None else "learned"
    decoder = check_decoder(None, x0)
    log_variance = reverse_log_variance(schedule, variance, v, t, x_t, decoder)
    return transition_bits(schedule, x0, x_t, t, x0_hat, log_variance, decoder, levels)


def _error_per_x0(schedule: NoiseSchedule, predicts: Prediction, t: Tensor, x0: Tensor) -> Tensor:
    """What |x_0 - x0_hat|^2 is multiplied by to give the squared error of a prediction: (N,)."""
    snr, noise, power, turning = (
        schedule.at(name, t, x0).flatten() for name in ("snr", "noise_variance", "power", "turning")
    )
    match predicts:
        case "x0":
            return torch.ones_like(snr)
        case "eps":
            return snr
        case "score":
            return snr / noise
        case "velocity":
            return turning.square() / noise
    return (snr + 1) * power


def _mean_square(error: Tensor) -> Tensor:
    return error.square().flatten(1).mean(1)
