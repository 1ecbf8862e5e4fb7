"""The one loop of all samplers: from noise to data, a ``ReverseStep`` for each pair of times."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import torch
from torch import Tensor

from diffvis.diffusion.clipping import Clip, Clipping
from diffvis.diffusion.estimate import Estimate, estimate
from diffvis.diffusion.noise import NoiseSource, draw_noise
from diffvis.diffusion.prediction import Denoiser
from diffvis.diffusion.reverse import ReverseStep, check_chain
from diffvis.diffusion.schedule import NoiseSchedule
from diffvis.diffusion.variance import Variance, check_variance
from diffvis.sampling.sampler import Mean, Sampler
from diffvis.sampling.samplers.ddim import DDIM
from diffvis.sampling.samplers.ddpm import DDPM
from diffvis.sampling.samplers.dpm_solver import DPMSolver


def walk(
    sampler: Sampler,
    denoiser: Denoiser,
    schedule: NoiseSchedule,
    x_T: Tensor,
    timesteps: Sequence[int],
    *,
    generator: NoiseSource | None = None,
    clip: Clip | Clipping | None = None,
    labels: Tensor | None = None,
) -> Iterator[ReverseStep]:
    """The chain of ``sampler`` over any falling ``timesteps``, one step for each ``next``.

    ``x_T`` (N, ...) is noise of the first of these times: a chain may start below T from a noised
    image. Pausing is not calling ``next``; cancelling is ``close()``. The caller's grad mode,
    global random state and the network's mode are left alone. Raises ValueError for arguments that
    do not fit, before the first step.
    """
    check_chain(schedule, timesteps, clip)
    if generator is None and sampler.adds_noise:
        raise _needs_generator(sampler)
    return _walk(sampler, denoiser, schedule, x_T, timesteps, generator, clip, labels)


# A decorator: a yield inside "with torch.no_grad()" would switch gradients off for the caller.
@torch.no_grad()
def _walk(
    sampler: Sampler,
    denoiser: Denoiser,
    schedule: NoiseSchedule,
    x_t: Tensor,
    timesteps: Sequence[int],
    generator: NoiseSource | None,
    clip: Clip | Clipping | None,
    labels: Tensor | None,
) -> Iterator[ReverseStep]:
    before: ReverseStep | None = None
    for t, s in pairwise(timesteps):
        before = step(
            sampler, denoiser, schedule, x_t, t, s,
            before=before, generator=generator, clip=clip, labels=labels,
        )  # fmt: skip
        yield before
        x_t = before.x_s


def step(
    sampler: Sampler,
    denoiser: Denoiser,
    schedule: NoiseSchedule,
    x_t: Tensor,
    t: int,
    s: int,
    *,
    before: ReverseStep | None = None,
    generator: NoiseSource | None = None,
    clip: Clip | Clipping | None = None,
    labels: Tensor | None = None,
) -> ReverseStep:
    """The one reverse step of all samplers, from x_t (N, ...) to x_s; ``before`` is the step that
    made x_t, where one did. Gradients are followed where the caller has them on.
    """
    found = estimate(denoiser, schedule, x_t, t, clip=clip, labels=labels)
    first = sampler.look_ahead(schedule, t, s)
    ahead: Estimate | None = None
    if first is not None:
        there = mean_of(first, x_t, found.x0_hat, found.eps_hat)
        ahead = estimate(denoiser, schedule, there, s, clip=clip, labels=labels)
    mean = mean_of(
        sampler.mean(schedule, t, s, None if before is None else before.t),
        x_t,
        found.x0_hat,
        found.eps_hat,
        None if before is None else before.x0_hat,
        ahead,
    )
    std = sampler.std(schedule, t, s, found.variance)
    if s == 0 or is_still(std):
        noise, x_s = torch.zeros_like(mean), mean
    else:
        if generator is None:
            raise _needs_generator(sampler)
        noise = draw_noise(mean, generator)
        x_s = mean + std * noise
    return ReverseStep(
        t, s, x_t, x_s, found.x0_hat, found.x0_hat_raw, found.eps_hat, mean, std, noise,
        calls=1 if ahead is None else 2,
    )  # fmt: skip


def _needs_generator(sampler: Sampler) -> ValueError:
    return ValueError(f"{sampler.title} adds noise and needs a generator")


def is_still(std: float | Tensor) -> bool:
    """Whether a step of this standard deviation draws nothing."""
    return not isinstance(std, Tensor) and std == 0


def mean_of(
    weights: Mean,
    x_t: Tensor,
    x0_hat: Tensor,
    eps_hat: Tensor,
    x0_before: Tensor | None = None,
    ahead: Estimate | None = None,
) -> Tensor:
    """The mean (N, ...) that ``weights`` make of what is known at t."""
    if weights.extrapolation:
        assert x0_before is not None, "there is no step before the first"
        x0_hat = torch.lerp(x0_before, x0_hat, 1 + weights.extrapolation)
    if weights.correction:
        assert ahead is not None, "the denoiser was asked once"
        eps_hat = torch.lerp(eps_hat, ahead.eps_hat, weights.correction)
    parts = [(weights.x0_hat, x0_hat), (weights.x_t, x_t), (weights.eps_hat, eps_hat)]
    if ahead is not None:
        parts += [(weights.x0_ahead, ahead.x0_hat), (weights.eps_ahead, ahead.eps_hat)]
    mean: Tensor | None = None
    for weight, tensor in parts:
        if weight:
            mean = weight * tensor if mean is None else mean + weight * tensor
    return torch.zeros_like(x_t) if mean is None else mean


def ancestral(
    denoiser: Denoiser,
    schedule: NoiseSchedule,
    x_T: Tensor,
    timesteps: Sequence[int],
    *,
    generator: torch.Generator,
    clip: Clip | Clipping | None = None,
    variance: Variance = "small",
    labels: Tensor | None = None,
) -> Iterator[ReverseStep]:
    """Ancestral sampling (Ho et al. 2020, algorithm 2): ``walk`` with ``DDPM``."""
    check_variance(variance, denoiser)
    sampler = DDPM(variance=variance)
    return walk(
        sampler, denoiser, schedule, x_T, timesteps, generator=generator, clip=clip, labels=labels
    )


def ddim(
    denoiser: Denoiser,
    schedule: NoiseSchedule,
    x_T: Tensor,
    timesteps: Sequence[int],
    *,
    eta: float = 0.0,
    generator: torch.Generator | None = None,
    clip: Clip | Clipping | None = None,
    labels: Tensor | None = None,
) -> Iterator[ReverseStep]:
    """DDIM (Song et al. 2021, eq. 12 and 16): ``walk`` with ``DDIM``; with eta = 0 it is
    deterministic and ignores ``generator``.
    """
    if not 0 <= eta <= 1:
        raise ValueError(f"eta must lie in 0..1, not {eta}")
    return walk(
        DDIM(eta=eta), denoiser, schedule, x_T, timesteps,
        generator=generator, clip=clip, labels=labels,
    )  # fmt: skip


def dpm_solver(
    denoiser: Denoiser,
    schedule: NoiseSchedule,
    x_T: Tensor,
    timesteps: Sequence[int],
    *,
    clip: Clip | Clipping | None = None,
    labels: Tensor | None = None,
) -> Iterator[ReverseStep]:
    """DPM-Solver++(2M) (Lu et al. 2022, algorithm 2): ``walk`` with ``DPMSolver``."""
    return walk(DPMSolver(), denoiser, schedule, x_T, timesteps, clip=clip, labels=labels)
