"""The true step back beside the Gaussian that the chain draws from, along one direction."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from diffvis.data.dataset import Dataset, sampled
from diffvis.data.points import mixture_of
from diffvis.diffusion import GaussianMixtureDenoiser, NoiseSchedule, TrueReverse, true_reverse

MOST = 2_000  # points of a finite set
STRIDES = 24  # of a curve of divergences, and times of one
GRID = 801  # places at which densities are drawn
FINEST = 20_001  # at most so many for an integral
WITHIN = 5.0  # standard deviations that are drawn to both sides
Report = Callable[[int, int], None]
"""``report(done, total)`` may raise to end long work."""
NARROWEST = 1e-3  # standard deviation whose density is drawn


def mixture_for(
    data: Dataset, schedule: NoiseSchedule, most: int = MOST
) -> GaussianMixtureDenoiser:
    """Points as the law whose true step back is known: the mixture that they are drawn from, or
    ``most`` of them as a finite set.
    """
    known = mixture_of(data)
    if known is not None:
        return GaussianMixtureDenoiser(*known, schedule)
    points = data.x0(sampled(data.train, most).sort().values).double()
    count, dims = points.shape
    return GaussianMixtureDenoiser(
        torch.ones(count), points, torch.zeros(count, dims, dims), schedule
    )


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
        """KL(true || N(mean, std^2)) in nats, along the direction."""
        return self.kl_of_each(std)[0]

    def kl_of_each(self, *stds: float) -> tuple[float, ...]:
        """``kl`` for several standard deviations: by the trapezoid rule."""
        narrow = float(self.true.covariances.min()) ** 0.5
        x = self.grid()
        points = int(np.clip(8 * (x[-1] - x[0]) / narrow, GRID, FINEST))
        x = self.grid(points)
        log_true = self.true.log_density(torch.from_numpy(x)[:, None]).numpy()
        density, found = np.exp(log_true), []
        for std in stds:
            log_chain = -(((x - self.mean) / std) ** 2) / 2 - math.log(std * math.sqrt(2 * math.pi))
            found.append(max(0.0, float(np.trapezoid(density * (log_true - log_chain), x))))
        return tuple(found)


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


@dataclass(frozen=True, eq=False)
class Divergence:
    """KL of true steps to Gaussians of the same mean, in nats along a direction; all (n,)."""

    at: np.ndarray
    """The stride t - s of each step, or its t."""
    large: np.ndarray
    """With the large variance of DDPM, with the small one, and with the best there is."""
    small: np.ndarray
    best: np.ndarray


def over_strides(
    mixture: GaussianMixtureDenoiser, x_t: Tensor, t: int, direction: Tensor, report: Report
) -> Divergence:
    """Of steps from t by strides 1 to t - 1."""
    strides = np.unique(np.geomspace(1, t - 1, STRIDES).round().astype(int))
    steps = (step_along(mixture, x_t, t, t - k, direction) for k in strides.tolist())
    return _divergence(strides, steps, report)


def over_times(
    mixture: GaussianMixtureDenoiser, x_t: Tensor, stride: int, report: Report
) -> Divergence:
    """Of steps by one stride from each of some t, always at the same place x_t, along the direction
    in which they vary most.
    """
    T = mixture.schedule.T
    times = np.unique(np.linspace(stride + 1, T, STRIDES).round().astype(int))
    steps = (
        step_along(mixture, x_t, t, t - stride, widest(mixture, x_t, t, t - stride))
        for t in times.tolist()
    )
    return _divergence(times, steps, report)


def _divergence(at: np.ndarray, steps: Iterable[Step], report: Report) -> Divergence:
    found = []
    for done, step in enumerate(steps):
        report(done, len(at))
        found.append(step.kl_of_each(step.large, step.small, step.std))
    return Divergence(at.astype(float), *np.array(found).T)
