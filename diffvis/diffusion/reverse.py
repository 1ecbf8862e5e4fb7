"""A step of the reverse chain, and the times that a chain visits; ``diffvis.sampling`` walks it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Literal, get_args

import torch
from torch import Tensor

from diffvis.diffusion.clipping import Clipping, check_clip
from diffvis.diffusion.estimate import Estimate
from diffvis.diffusion.paths import KARRAS_RHO
from diffvis.diffusion.schedule import NoiseSchedule

Spacing = Literal["even", "leading", "leading+1", "linspace"]
SPACINGS: tuple[Spacing, ...] = get_args(Spacing)


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
    calls: int = 1
    """How often the denoiser was asked."""
    carried: object = None
    """What the sampler, where it is one of those that need it, wants to know in the next step."""

    @classmethod
    def without_noise(
        cls, t: int, s: int, x_t: Tensor, x_s: Tensor, found: Estimate
    ) -> "ReverseStep":
        """A step that draws nothing: x_s follows from what was ``found`` last."""
        noise = torch.zeros_like(x_s)
        return cls(t, s, x_t, x_s, found.x0_hat, found.x0_hat_raw, found.eps_hat, x_s, 0.0, noise)


def spaced_timesteps(T: int, n: int, spacing: Spacing) -> list[int]:
    """n + 1 times from noise to 0, strictly falling: n steps, where the library diffusers has them
    (Lin et al. 2024, "Common Diffusion Noise Schedules and Sample Steps are Flawed", table 2).

    ``leading`` are the multiples of T // n plus 1, and plus 2 with an offset of 1, from 1 on, so
    that the first lies below T; ``linspace`` lies evenly from T to 1. Its "trailing" is
    ``timesteps``. Raises ValueError unless 1 <= n <= T, and for an unknown spacing.
    """
    if not 1 <= n <= T:
        raise ValueError(f"the number of steps must lie in 1..{T}, not {n}")
    if spacing == "even":
        return timesteps(T, n)
    if spacing == "linspace":
        stride = (T - 1) / max(1, n - 1)  # first: a half is rounded as it is by numpy.linspace
        return [1 + round(k * stride) for k in range(n - 1, -1, -1)] + [0]
    if spacing not in SPACINGS:
        raise ValueError(f"a spacing is one of {', '.join(SPACINGS)}, not {spacing!r}")
    first = 2 if spacing == "leading+1" and n < T else 1  # with all T steps the offset has no room
    return [first + k * (T // n) for k in range(n - 1, -1, -1)] + [0]


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


def karras_timesteps(schedule: NoiseSchedule, n: int, rho: float = KARRAS_RHO) -> list[int]:
    """n + 1 times from T to 0, strictly falling: n steps, at whose times sigma = noise / signal is
    nearest to a line in its rho-th root, from that of T to that of t = 1 (Karras et al. 2022,
    eq. 5).

    Nearest in log sigma. Where sigma is infinite at T, the line begins with the second step, at
    T - 1. Raises ValueError unless 1 <= n <= T and rho is above 0 and finite.
    """
    T = schedule.T
    if not 1 <= n <= T:
        raise ValueError(f"the number of steps must lie in 1..{T}, not {n}")
    if not (rho > 0 and math.isfinite(rho)):
        raise ValueError(f"rho must be a number above 0, not {rho}")
    log_sigma = (-schedule.log_snr / 2)[1:]
    first, last = (T - 1, n - 1) if schedule.ends_in_noise else (T, n)
    wanted = [T] * (n - last)
    if last:
        high, low = (math.exp(float(log_sigma[t - 1]) / rho) for t in (first, 1))
        part = torch.arange(last, dtype=torch.float64) / max(1, last - 1)
        aimed = rho * (high + part * (low - high)).log()
        middles = (log_sigma[1:first] + log_sigma[: first - 1]) / 2
        wanted += (1 + torch.searchsorted(middles.contiguous(), aimed)).tolist()
    falling = accumulate(wanted[1:], lambda before, t: min(before - 1, t), initial=T)
    return [max(t, n - i) for i, t in enumerate(falling)] + [0]


def check_chain(
    schedule: NoiseSchedule, timesteps: Sequence[int], clip: str | Clipping | None
) -> None:
    """Raises ValueError unless ``timesteps`` fall strictly within 0..T and ``clip`` is known."""
    check_clip(clip)
    if not len(timesteps) or not all(t > s for t, s in pairwise(timesteps)):
        raise ValueError(f"timesteps must fall strictly, not {list(timesteps)}")
    if timesteps[0] > schedule.T or timesteps[-1] < 0:
        raise ValueError(
            f"timesteps must lie in 0..{schedule.T}, not {timesteps[0]}..{timesteps[-1]}"
        )
