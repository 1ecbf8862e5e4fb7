"""Langevin dynamics at one time of a path: in small steps it leaves q(x_t) as it is."""

from torch import Tensor

from diffvis.diffusion.estimate import Estimate
from diffvis.diffusion.schedule import NoiseSchedule
from diffvis.sampling.free import Ask, Draw


def langevin(
    ask: Ask,
    schedule: NoiseSchedule,
    x: Tensor,
    t: int,
    count: int,
    r: float,
    draw: Draw,
    found: Estimate | None = None,
) -> tuple[Tensor, float, Tensor]:
    """``count`` steps, at least one, from x (N, ...) at t: each x + a score + sqrt(2a) z, where the
    score is -eps_hat / noise_t and a = 2 (r noise_t)^2. ``found`` is what is known already at x.

    What it arrives at is mean + std z: these three.
    """
    noise = float(schedule.noise[t])
    std = 2 * r * noise
    for k in range(count):
        found = found or ask(x, t)
        mean, z = x - 2 * r**2 * noise * found.eps_hat, draw(x)
        if k < count - 1:
            x, found = mean + std * z, None
    return mean, std, z
