"""The reverse chain, from noise to data: ancestral sampling (DDPM) and DDIM.

Each sampler is an iterator that yields one :class:`ReverseStep` per pair of times (t, s). Pausing
is not calling ``next``; cancelling is ``close()``. The caller's grad mode, global random state and
the network's mode are left alone.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

import torch
from torch import Tensor

from diffvis.diffusion.clipping import Clip, check_clip
from diffvis.diffusion.estimate import Estimate, estimate
from diffvis.diffusion.forward import q_posterior
from diffvis.diffusion.noise import draw_noise
from diffvis.diffusion.prediction import Denoiser
from diffvis.diffusion.schedule import NoiseSchedule
from diffvis.diffusion.variance import Variance, check_variance, reverse_std


@dataclass(frozen=True)
class ReverseStep:
    """One step from x_t to x_s, with everything there is to show of it. Tensors are (N, ...)."""

    t: int
    s: int
    x_t: Tensor
    x_s: Tensor
    """The result, ``mean + std * noise``."""
    x0_hat: Tensor
    """The prediction of x_0 that was used, after clipping."""
    x0_hat_raw: Tensor
    """The same before clipping."""
    eps_hat: Tensor
    """The prediction of eps, consistent with ``x0_hat``."""
    mean: Tensor
    std: float | Tensor
    noise: Tensor
    """z ~ N(0, I); zeros where ``std`` is 0."""

    @classmethod
    def without_noise(
        cls, t: int, s: int, x_t: Tensor, x_s: Tensor, found: Estimate
    ) -> "ReverseStep":
        """A step that draws nothing: x_s follows from what was ``found`` last."""
        noise = torch.zeros_like(x_s)
        return cls(t, s, x_t, x_s, found.x0_hat, found.x0_hat_raw, found.eps_hat, x_s, 0.0, noise)


def timesteps(T: int, n: int, shift: float = 1.0) -> list[int]:
    """n + 1 times from T to 0, strictly falling integers: n steps.

    Evenly spaced, or with a ``shift`` above 1 closer together near the noise, below 1 near the
    data: a part u of the way from 0 to T becomes shift u / (1 + (shift - 1) u) (Esser et al. 2024,
    who shift by resolution). Raises ValueError unless 1 <= n <= T and ``shift`` is above 0 and
    finite.
    """
    if not 1 <= n <= T:
        raise ValueError(f"the number of steps must lie in 1..{T}, not {n}")
    if not (shift > 0 and math.isfinite(shift)):
        raise ValueError(f"the shift must be a number above 0, not {shift}")
    left = range(n - 1, 0, -1)
    wanted = [math.floor(T * (shift * k) / (shift * k + n - k)) for k in left]
    falling = accumulate(wanted, lambda before, t: min(before - 1, t), initial=T)
    return [max(t, n - i) for i, t in enumerate(falling)] + [0]


def ancestral(
    denoiser: Denoiser,
    schedule: NoiseSchedule,
    x_T: Tensor,
    timesteps: Sequence[int],
    *,
    generator: torch.Generator,
    clip: Clip | None = None,
    variance: Variance = "small",
    labels: Tensor | None = None,
) -> Iterator[ReverseStep]:
    """Ancestral sampling (Ho et al. 2020, algorithm 2) over any falling ``timesteps``.

    ``x_T`` (N, ...) is noise of the first of these times: a chain may start below T from a noised
    image. ``variance`` is that of q(x_s | x_t, x_0) ("small"), of q(x_t | x_s) ("large"), or what
    the network says between the two ("learned"; Nichol & Dhariwal 2021, eq. 15). The step to s = 0
    adds no noise. Raises ValueError for arguments that do not fit, before the first step.
    """
    check_chain(schedule, timesteps, clip)
    check_variance(variance, denoiser)
    return _ancestral(denoiser, schedule, x_T, timesteps, generator, clip, variance, labels)


# A decorator: a yield inside "with torch.no_grad()" would switch gradients off for the caller.
@torch.no_grad()
def _ancestral(
    denoiser: Denoiser,
    schedule: NoiseSchedule,
    x_t: Tensor,
    timesteps: Sequence[int],
    generator: torch.Generator,
    clip: Clip | None,
    variance: Variance,
    labels: Tensor | None,
) -> Iterator[ReverseStep]:
    for t, s in pairwise(timesteps):
        found = estimate(denoiser, schedule, x_t, t, clip=clip, labels=labels)
        mean, _ = q_posterior(schedule, found.x0_hat, x_t, t, s)
        std = reverse_std(schedule, variance, found.variance, t, s)
        noise = torch.zeros_like(mean) if s == 0 else draw_noise(mean, generator)
        x_s = mean if s == 0 else mean + std * noise
        yield ReverseStep(
            t, s, x_t, x_s, found.x0_hat, found.x0_hat_raw, found.eps_hat, mean, std, noise
        )
        x_t = x_s


def ddim(
    denoiser: Denoiser,
    schedule: NoiseSchedule,
    x_T: Tensor,
    timesteps: Sequence[int],
    *,
    eta: float = 0.0,
    generator: torch.Generator | None = None,
    clip: Clip | None = None,
    labels: Tensor | None = None,
) -> Iterator[ReverseStep]:
    """DDIM (Song et al. 2021, eq. 12 and 16) over any falling ``timesteps``.

    With eta = 0 it is deterministic and ignores ``generator``; with eta = 1 it is ancestral
    sampling with the small variance. Raises ValueError for arguments that do not fit, before the
    first step.
    """
    check_chain(schedule, timesteps, clip)
    if not 0 <= eta <= 1:
        raise ValueError(f"eta must lie in 0..1, not {eta}")
    if eta > 0 and generator is None:
        raise ValueError("DDIM with eta above 0 adds noise and needs a generator")
    return _ddim(denoiser, schedule, x_T, timesteps, eta, generator, clip, labels)


@torch.no_grad()
def _ddim(
    denoiser: Denoiser,
    schedule: NoiseSchedule,
    x_t: Tensor,
    timesteps: Sequence[int],
    eta: float,
    generator: torch.Generator | None,
    clip: Clip | None,
    labels: Tensor | None,
) -> Iterator[ReverseStep]:
    for t, s in pairwise(timesteps):
        found = estimate(denoiser, schedule, x_t, t, clip=clip, labels=labels)
        signal, direction, std = ddim_weights(schedule, t, s, eta)
        mean = signal * found.x0_hat + direction * found.eps_hat
        noise = torch.zeros_like(mean) if std == 0 else draw_noise(mean, generator)
        x_s = mean if std == 0 else mean + std * noise
        yield ReverseStep(
            t, s, x_t, x_s, found.x0_hat, found.x0_hat_raw, found.eps_hat, mean, std, noise
        )
        x_t = x_s


def ddim_weights(schedule: NoiseSchedule, t: int, s: int, eta: float) -> tuple[float, float, float]:
    """What DDIM's mean takes of x0_hat and of eps_hat, and the standard deviation of its step.

    Song et al. 2021, eq. 12 and 16.
    """
    std = eta * math.sqrt(schedule.posterior(t, s).variance)
    direction = math.sqrt(max(0.0, float(schedule.one_minus_alpha_bar[s]) - std**2))
    return float(schedule.sqrt_alpha_bar[s]), direction, std


def check_chain(schedule: NoiseSchedule, timesteps: Sequence[int], clip: str | None) -> None:
    """Raises ValueError unless ``timesteps`` fall strictly within 0..T and ``clip`` is known."""
    check_clip(clip)
    if not len(timesteps) or not all(t > s for t, s in pairwise(timesteps)):
        raise ValueError(f"timesteps must fall strictly, not {list(timesteps)}")
    if timesteps[0] > schedule.T or timesteps[-1] < 0:
        raise ValueError(
            f"timesteps must lie in 0..{schedule.T}, not {timesteps[0]}..{timesteps[-1]}"
        )
