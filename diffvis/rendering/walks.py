"""Jump and walk: one value noised a thousand times by the closed form and by the true chain."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from diffvis.diffusion import NoiseSchedule, q_path, q_sample
from diffvis.diffusion.seeds import seeded
from diffvis.rendering.density import histogram

CHAINS = 1_000
DRAWN = 8  # walks drawn as lines
LOW, HIGH, BINS = -4.0, 4.0, 64
EDGES = np.linspace(LOW, HIGH, BINS + 1)
CENTRES = (EDGES[1:] + EDGES[:-1]) / 2
GRID = np.linspace(LOW, HIGH, 401)
STEEPEST = 4.0  # density at the top of a plot: near t = 0 there is no end to it
NARROWEST = 1e-3  # standard deviation whose density is drawn


@dataclass(frozen=True, eq=False)
class Comparison:
    """One value x_0 noised a thousand times by either way."""

    schedule: NoiseSchedule
    x0: float
    walks: np.ndarray
    """(T + 1, CHAINS): the true chains."""
    eps: np.ndarray
    """(CHAINS,): the one noise of each jump."""

    def jumps(self, t: int) -> np.ndarray:
        x0 = torch.full((CHAINS,), self.x0)
        return q_sample(self.schedule, x0, t, torch.from_numpy(self.eps)).numpy()

    def moments(self, t: int) -> tuple[float, float]:
        """Mean and standard deviation of q(x_t | x_0) (Ho et al. 2020, eq. 4)."""
        return (
            float(self.schedule.signal[t]) * self.x0,
            float(self.schedule.noise[t]),
        )

    def density(self, t: int, x: np.ndarray = GRID) -> np.ndarray:
        """That of q(x_t | x_0) at the places x."""
        mean, std = self.moments(t)
        std = max(std, NARROWEST)
        return np.exp(-(((x - mean) / std) ** 2) / 2) / (std * math.sqrt(2 * math.pi))

    def top(self, t: int) -> float:
        """The density up to which a plot reaches."""
        return min(STEEPEST, max(0.6, 0.56 / max(self.moments(t)[1], NARROWEST)))


def compare(
    schedule: NoiseSchedule, x0: float, seed: int, report: Callable[[int, int], None] | None = None
) -> Comparison:
    """Walk ``CHAINS`` true chains from x0 and draw as many jumps.

    ``report(done, total)`` hears how far it is, and may raise to end it.
    """
    generator = seeded(seed)
    start = torch.full((CHAINS, 1), x0)
    walks = np.empty((schedule.T + 1, CHAINS), np.float32)
    for t, x_t in enumerate(q_path(schedule, start, generator)):
        walks[t] = x_t[:, 0].numpy()
        if report is not None and t % 32 == 0:
            report(t, schedule.T)
    return Comparison(schedule, x0, walks, torch.randn(CHAINS, generator=generator).numpy())


def walked_value(x0: Tensor) -> float:
    """The value of a sample (2,) or (C, H, W) that is walked: the first, or of images the
    brightest.
    """
    values = x0.flatten()
    return float(values[0] if x0.ndim == 1 else values[values.argmax()])


def density_of(values: np.ndarray) -> np.ndarray:
    """The density of values (n,) in the bins, (BINS,)."""
    return histogram(values, LOW, HIGH, BINS)


def stairs(heights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The outline (x, y) of bars of these heights over the bins."""
    return np.repeat(EDGES, 2)[1:-1], np.repeat(heights, 2)
