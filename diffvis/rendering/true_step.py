"""The true step back beside the Gaussian that the chain draws from, along one direction."""

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from diffvis.diffusion import GaussianMixtureDenoiser, TrueReverse, true_reverse

GRID = 801  # places at which densities are drawn
FINEST = 20_001  # at most so many for an integral
WITHIN = 5.0  # standard deviations that are drawn to both sides
NARROWEST = 1e-3  # standard deviation whose density is drawn


@dataclass(frozen=True, eq=False)
class Step:
    """From t to s at one x_t, seen along one direction."""

    t: int
    s: int
    true: TrueReverse
    """In one dimension."""
    large: float
    """The standard deviations that DDPM gives the step, large and small."""
    small: float

    @property
    def mean(self) -> float:
        """Of the true step and of the chain's, which with E[x_0 | x_t] is the same."""
        return float(self.true.mean)

    @property
    def std(self) -> float:
        return math.sqrt(float(self.true.covariance))

    def grid(self, points: int = GRID) -> np.ndarray:
        """Places (points,) at which there is anything of either."""
        wide = max(self.std, self.large)
        spread = self.true.covariances[:, 0, 0].sqrt()
        low = min(self.mean - 3 * wide, float((self.true.means[:, 0] - WITHIN * spread).min()))
        high = max(self.mean + 3 * wide, float((self.true.means[:, 0] + WITHIN * spread).max()))
        reach = min(WITHIN * wide, max(self.mean - low, high - self.mean))
        return np.linspace(self.mean - reach, self.mean + reach, points)

    def density(self, x: np.ndarray) -> np.ndarray:
        """That of q(x_s | x_t) at places x (n,)."""
        return self.true.log_density(torch.from_numpy(x)[:, None]).exp().numpy()

    def gaussian(self, x: np.ndarray, std: float) -> np.ndarray:
        """The density that the chain draws from, with one of its standard deviations."""
        std = max(std, NARROWEST)
        return np.exp(-(((x - self.mean) / std) ** 2) / 2) / (std * math.sqrt(2 * math.pi))

    def kl(self, std: float) -> float:
        """KL(true || N(mean, std^2)) in nats, along the direction: by the trapezoid rule."""
        narrow = float(self.true.covariances.min()) ** 0.5
        x = self.grid()
        points = int(np.clip(8 * (x[-1] - x[0]) / narrow, GRID, FINEST))
        x = self.grid(points)
        log_true = self.true.log_density(torch.from_numpy(x)[:, None]).numpy()
        log_chain = -(((x - self.mean) / std) ** 2) / 2 - math.log(std * math.sqrt(2 * math.pi))
        return max(0.0, float(np.trapezoid(np.exp(log_true) * (log_true - log_chain), x)))


def step_along(
    mixture: GaussianMixtureDenoiser, x_t: Tensor, t: int, s: int, direction: Tensor
) -> Step:
    """The step from t to s > 0 at x_t (D,), along a unit vector (D,)."""
    true = true_reverse(mixture, x_t, t, s).along(direction)
    floor = NARROWEST**2
    true = TrueReverse(true.weights, true.means, true.covariances.clamp(min=floor))
    schedule = mixture.schedule
    small, large = schedule.posterior(t, s).variance, schedule.variance_between(t, s)
    return Step(t, s, true, math.sqrt(large), math.sqrt(small))


def widest(mixture: GaussianMixtureDenoiser, x_t: Tensor, t: int, s: int) -> Tensor:
    """The direction (D,) along which the true step from t to s varies most; its largest component
    is positive.
    """
    axis = torch.linalg.eigh(true_reverse(mixture, x_t, t, s).covariance).eigenvectors[:, -1]
    return axis * axis[axis.abs().argmax()].sign()
