"""The variational bound on -log p(x_0), term by term (Ho et al. 2020, eq. 5), in bits/dim.

The bound is the sum of all terms L_T + L_{T-1} + .. + L_0; within a term, dimensions are averaged
and nats divided by ln 2.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from diffvis.diffusion.clipping import Clip, Clipping, check_clip
from diffvis.diffusion.decoder import DECODERS, LEVELS, Decoder, decoder_log_likelihood
from diffvis.diffusion.estimate import estimate
from diffvis.diffusion.forward import q_posterior, q_sample
from diffvis.diffusion.noise import draw_noise
from diffvis.diffusion.prediction import Denoiser
from diffvis.diffusion.schedule import NoiseSchedule
from diffvis.diffusion.variance import Variance, check_variance, reverse_log_variance


@dataclass(frozen=True)
class BoundTerm:
    """One term of the bound for each sample."""

    name: str
    """"L_T", "L_{t-1}" with its number for t - 1 (such as "L_12"), or "L_0"."""
    t: int
    """The time of the x_t it looks at; T for both L_T and L_{T-1}."""
    bits: Tensor
    """(N,) bits/dim."""


def bound_terms(
    denoiser: Denoiser,
    schedule: NoiseSchedule,
    x0: Tensor,
    *,
    generator: torch.Generator,
    variance: Variance = "small",
    decoder: Decoder | None = None,
    levels: int = LEVELS,
    clip: Clip | Clipping | None = None,
    labels: Tensor | None = None,
    span: tuple[float, float] = (-1.0, 1.0),
) -> Iterator[BoundTerm]:
    """L_T, then L_{T-1} .. L_0 of x0 (N, ...): T + 1 terms, each but the first one network call.

    ``generator`` draws the noise of each x_t. The decoder is, unless given, the discretised one for
    images (N, C, H, W), of whose pixels each has one of ``levels`` values, and the Gaussian one for
    points (N, 2); ``span`` holds the values of black and white in x0. Raises ValueError for
    arguments that do not fit, before the first term.
    """
    check_variance(variance, denoiser)
    check_clip(clip)
    decoder = check_decoder(decoder, x0)
    check_levels(levels)
    return _bound_terms(
        denoiser, schedule, x0, generator, variance, decoder, levels, clip, labels, span
    )


@torch.no_grad()
def _bound_terms(
    denoiser: Denoiser,
    schedule: NoiseSchedule,
    x0: Tensor,
    generator: torch.Generator,
    variance: Variance,
    decoder: Decoder,
    levels: int,
    clip: Clip | Clipping | None,
    labels: Tensor | None,
    span: tuple[float, float],
) -> Iterator[BoundTerm]:
    yield BoundTerm("L_T", schedule.T, prior_bits(schedule, x0))
    for t in range(schedule.T, 0, -1):
        times = torch.full((len(x0),), t, device=x0.device)
        x_t = q_sample(schedule, x0, t, draw_noise(x0, generator))
        found = estimate(denoiser, schedule, x_t, times, clip=clip, labels=labels)
        log_variance = reverse_log_variance(schedule, variance, found.variance, times, x_t, decoder)
        bits = transition_bits(
            schedule, x0, x_t, times, found.x0_hat, log_variance, decoder, levels, span
        )
        yield BoundTerm(f"L_{t - 1}", t, bits)


def prior_bits(schedule: NoiseSchedule, x0: Tensor) -> Tensor:
    """L_T = KL(q(x_T | x_0) || N(0, I)) of each sample, (N,) bits/dim."""
    return schedule.prior_kl(x0.flatten(1).square().mean(1))


def transition_bits(
    schedule: NoiseSchedule,
    x0: Tensor,
    x_t: Tensor,
    t: Tensor,
    x0_hat: Tensor,
    log_variance: Tensor,
    decoder: Decoder,
    levels: int = LEVELS,
    span: tuple[float, float] = (-1.0, 1.0),
) -> Tensor:
    """L_{t-1} of each sample, L_0 where t = 1: (N,) bits/dim.

    L_{t-1} = KL(q(x_{t-1} | x_t, x_0) || p(x_{t-1} | x_t)), L_0 = -log p(x_0 | x_1). The mean of p
    is that of q with ``x0_hat`` for x_0; its ``log_variance`` broadcasts with x_t.
    """
    true_mean, _ = q_posterior(schedule, x0, x_t, t)
    mean, _ = q_posterior(schedule, x0_hat, x_t, t)
    true_log_variance = schedule.at("posterior_log_variance", t, x0)
    kl = normal_kl(true_mean, true_log_variance, mean, log_variance)
    log_variance = log_variance.expand_as(mean)
    given, aimed = x0, mean
    if decoder == "discretised" and span != (-1, 1):  # the mass of a bin is that in any unit
        middle, half = (span[0] + span[1]) / 2, (span[1] - span[0]) / 2
        given, aimed = (given - middle) / half, (aimed - middle) / half
        log_variance = log_variance - 2 * math.log(half)
    reconstruction = -decoder_log_likelihood(decoder, given, aimed, log_variance, levels)
    is_last = (t == 1).reshape(-1, *[1] * (x0.ndim - 1))
    nats = torch.where(is_last, reconstruction, kl)
    return nats.flatten(1).mean(1) / math.log(2)


def normal_kl(mean_1: Tensor, log_var_1: Tensor, mean_2: Tensor, log_var_2: Tensor) -> Tensor:
    """KL(N(mean_1, exp(log_var_1)) || N(mean_2, exp(log_var_2))) of each dimension, in nats."""
    ratio = log_var_1 - log_var_2
    squared = (mean_1 - mean_2).square() * torch.exp(-log_var_2)
    return 0.5 * (torch.expm1(ratio) - ratio + squared)


def check_decoder(decoder: Decoder | None, x0: Tensor) -> Decoder:
    """The decoder to use for x0 where none is given. Raises ValueError for an unknown one."""
    if decoder is None:
        return "gaussian" if x0.ndim == 2 else "discretised"
    if decoder not in DECODERS:
        raise ValueError(f"a decoder is one of {', '.join(DECODERS)}, not {decoder!r}")
    return decoder


def check_levels(levels: int) -> None:
    """Raises ValueError where pixels cannot have so many values."""
    if levels < 2:
        raise ValueError(f"a pixel has 2 levels or more, not {levels}")
