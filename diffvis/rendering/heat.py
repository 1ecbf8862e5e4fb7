"""The density of points on a line over (t, x): that of known data, or of a chain."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from diffvis.data.dataset import Dataset
from diffvis.data.points import mixture_of
from diffvis.diffusion import GaussianMixtureDenoiser, NoiseSchedule
from diffvis.rendering.factors import reach
from diffvis.rendering.pixels import to_numpy

ROWS, COLUMNS = 240, 240
NODES = 160  # among which the points of a finite set are shared
NARROWEST = 0.015  # of the extent: the least width of a kernel that can be drawn
BARS = 60  # of the histogram of a chain


@dataclass(frozen=True, eq=False)
class Law:
    """A mixture of K Gaussians on a line, in model units: (K,) each, float64."""

    weights: np.ndarray
    means: np.ndarray
    variances: np.ndarray
    words: str
    """What it is, in markup."""

    def density(
        self, x: np.ndarray, signal: np.ndarray, noise: np.ndarray, least: np.ndarray
    ) -> np.ndarray:
        """q(x_t), (n, m), at places x (n, m) where column j has the factors ``signal`` (m,) and
        ``noise`` (m,): each Gaussian moved and widened, to a standard deviation of ``least``
        (m,) at least.
        """
        found = np.zeros(x.shape)
        for weight, mean, variance in zip(self.weights, self.means, self.variances, strict=True):
            wide = np.sqrt(np.maximum(signal**2 * variance + noise**2, least**2))
            found += (weight / wide) * np.exp(-(((x - signal * mean) / wide) ** 2) / 2)
        return found / np.sqrt(2 * np.pi)

    def moved(self, offset: float, factor: float) -> "Law":
        """That of offset + factor x."""
        means, variances = offset + factor * self.means, factor**2 * self.variances
        return Law(self.weights, means, variances, self.words)

    def denoiser(self, schedule: NoiseSchedule) -> GaussianMixtureDenoiser:
        """E[x_0 | x_t] of it."""
        parts = self.weights, self.means[:, None], self.variances[:, None, None]
        return GaussianMixtureDenoiser(*map(torch.from_numpy, parts), schedule)


@lru_cache(maxsize=2)  # of the data on show
def law_of(dataset: Dataset) -> Law:
    """That of points (N, 1): the mixture that they are drawn from, or they themselves, shared among
    nodes of a grid.
    """
    known = mixture_of(dataset)
    if known is not None:
        weights, means, covariances = (to_numpy(part).astype(float) for part in known)
        return Law(weights, means[:, 0], covariances[:, 0, 0], "q(x_{t}), exact")
    x = to_numpy(dataset.x0(dataset.train))[:, 0].astype(float)
    nodes = np.linspace(x.min(), max(x.max(), x.min() + 1e-6), NODES)
    at = (x - nodes[0]) * ((NODES - 1) / (nodes[-1] - nodes[0]))
    low = np.minimum(at.astype(np.intp), NODES - 2)
    share = at - low
    weights = np.bincount(low, 1 - share, NODES) + np.bincount(low + 1, share, NODES)
    some = weights > 0
    spread = np.zeros(some.sum())
    return Law(weights[some] / len(x), nodes[some], spread, f"q(x_{{t}}) of {len(x):,} points")


@dataclass(frozen=True, eq=False)
class Heat:
    """``values`` (ROWS, COLUMNS), rows from the top: the density of x_t / ``reach`` over
    [-extent, extent] and t = 0..T. It grows with nothing but t.
    """

    values: np.ndarray
    extent: float
    words: str
    """What the shade is, in markup."""
    since: int = 0
    """The first t at which there is anything: a chain has not been further yet."""


def heat_times(T: int) -> np.ndarray:
    """The ascending t (COLUMNS,) of the columns, which need not be whole."""
    return np.linspace(0, T, COLUMNS)


def factors_at(schedule: NoiseSchedule, t: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """signal and noise (m,) at times (m,), between whole ones on a line."""
    whole = np.arange(schedule.T + 1)
    return tuple(np.interp(t, whole, table.numpy()) for table in (schedule.signal, schedule.noise))  # type: ignore[return-value]


def scales_at(schedule: NoiseSchedule, t: np.ndarray) -> np.ndarray:
    """``reach`` (m,) at times (m,): by it places on the picture are smaller than x_t."""
    signal, noise = factors_at(schedule, t)
    return np.sqrt(np.maximum(1.0, signal**2 + noise**2))


@lru_cache(maxsize=4)  # of what is on show
def heat_of(law: Law, schedule: NoiseSchedule, extent: float) -> Heat:
    """q(x_t) of known data."""
    times = heat_times(schedule.T)
    signal, noise = factors_at(schedule, times)
    scale = scales_at(schedule, times)
    least = NARROWEST * extent * scale
    places = places_of(extent)[:, None] * scale
    values = law.density(places, signal, noise, least) * scale
    return Heat(values, extent, law.words)


def places_of(extent: float) -> np.ndarray:
    """The middles (ROWS,) of the rows, from the top."""
    return extent - (np.arange(ROWS) + 0.5) * (2 * extent / ROWS)


def heat_of_chain(moments: Mapping[int, Tensor], schedule: NoiseSchedule, extent: float) -> Heat:
    """The histogram of x_t (N, 1) of a chain at each t that it has been at."""
    times = np.array(sorted(moments))
    rows = np.stack([_histogram(to_numpy(moments[t])[:, 0] / reach(schedule, t), extent)
                     for t in times.tolist()])  # fmt: skip
    bars = extent - (np.arange(BARS) + 0.5) * (2 * extent / BARS)
    wanted = heat_times(schedule.T)
    between = np.stack([np.interp(wanted, times, row) for row in rows.T])  # (BARS, COLUMNS)
    fine = np.stack([np.interp(-places_of(extent), -bars, column) for column in between.T], 1)
    count = len(next(iter(moments.values())))
    return Heat(fine, extent, f"{count:,} points of the chain", int(times[0]))


def _histogram(x: np.ndarray, extent: float) -> np.ndarray:
    """The density (BARS,) of x (N,), from the top, a little smoothed."""
    cell = (extent - x[np.abs(x) < extent]) * (BARS / (2 * extent))
    counts = np.bincount(cell.astype(np.intp), minlength=BARS)[:BARS].astype(float)
    smooth = np.convolve(counts, np.array([1, 4, 6, 4, 1]) / 16, "same")
    return smooth * (BARS / (2 * extent * max(1, len(x))))
