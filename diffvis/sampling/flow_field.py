"""The probability-flow ODE of any path in the scale in which it is straight, at any time between.

With y = x / (signal + noise) and w = noise / (signal + noise), from 0 at the data to at most 1, it
is dy/dw = eps_hat - x0_hat, whatever the path. A network knows whole t alone: between two of them
the slope at a y is the mean of both, weighed by how near they are, so that it is continuous, and
at every t what the network says.
"""

from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property

from torch import Tensor

from diffvis.diffusion.schedule import NoiseSchedule
from diffvis.sampling.free import Ask


@dataclass(frozen=True, eq=False)
class FlowField:
    """dy/dw of a schedule's path."""

    schedule: NoiseSchedule

    @cached_property
    def total(self) -> list[float]:
        """signal + noise at each t, by which x is divided."""
        table: list[float] = (self.schedule.signal + self.schedule.noise).tolist()
        return table

    @cached_property
    def w(self) -> list[float]:
        """w at each t, rising from 0."""
        noise = self.schedule.noise
        table: list[float] = (noise / (self.schedule.signal + noise)).tolist()
        return table

    def slope(self, ask: Ask, w: float, y: Tensor) -> Tensor:
        """dy/dw (N, ...) at y and w, from that of t = 1 to that of T: one question or two."""
        before = min(max(bisect_right(self.w, w) - 1, 1), self.schedule.T)
        here = self._slope(ask, before, y)
        if w <= self.w[before] or before == self.schedule.T:
            return here
        share = (w - self.w[before]) / (self.w[before + 1] - self.w[before])
        return here + share * (self._slope(ask, before + 1, y) - here)

    def _slope(self, ask: Ask, t: int, y: Tensor) -> Tensor:
        found = ask(y * self.total[t], t)
        return found.eps_hat - found.x0_hat
