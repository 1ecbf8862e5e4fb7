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
from diffvis.sampling.free import FreeSampler, Here
from diffvis.sampling.mixing import is_still, mean_of
from diffvis.sampling.sampler import Sampler
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
    ask = _Asking(denoiser, schedule, clip, labels)
    if isinstance(sampler, FreeSampler):
        return _free_step(sampler, ask, x_t, t, s, before, generator)
    found = ask(x_t, t)
    first = sampler.look_ahead(schedule, t, s)
    ahead: Estimate | None = None
    if first is not None:
        there = mean_of(first, x_t, found.x0_hat, found.eps_hat)
        ahead = ask(there, s)
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
        calls=ask.calls,
    )  # fmt: skip


class _Asking:
    """The denoiser of a chain, and how often it has been asked."""

    def __init__(
        self,
        denoiser: Denoiser,
        schedule: NoiseSchedule,
        clip: Clip | Clipping | None,
        labels: Tensor | None,
    ) -> None:
        self.denoiser, self.schedule, self.clip, self.labels = denoiser, schedule, clip, labels
        self.calls = 0

    def __call__(self, x: Tensor, t: int) -> Estimate:
        self.calls += 1
        return estimate(self.denoiser, self.schedule, x, t, clip=self.clip, labels=self.labels)


def _free_step(
    sampler: FreeSampler,
    ask: _Asking,
    x_t: Tensor,
    t: int,
    s: int,
    before: ReverseStep | None,
    generator: NoiseSource | None,
) -> ReverseStep:
    def draw(like: Tensor) -> Tensor:
        if generator is None:
            raise _needs_generator(sampler)
        return draw_noise(like, generator)

    carried = None if before is None else before.carried
    made = sampler.move(Here(ask, ask.schedule, x_t, t, s, draw, carried))
    if made.noise is None:
        noise, x_s = torch.zeros_like(made.mean), made.mean
    else:
        noise, x_s = made.noise, made.mean + made.std * made.noise
    found = made.found
    return ReverseStep(
        t, s, x_t, x_s, found.x0_hat, found.x0_hat_raw, found.eps_hat, made.mean, made.std, noise,
        calls=ask.calls, carried=made.carried,
    )  # fmt: skip


def _needs_generator(sampler: Sampler) -> ValueError:
    return ValueError(f"{sampler.title} adds noise and needs a generator")


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
