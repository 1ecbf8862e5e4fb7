"""Distances between two sets of samples, in the units of the samples themselves."""

import torch
from torch import Tensor

EXACT_LIMIT = 4_000  # samples up to which an optimal pairing takes seconds
_CHUNK = 2_048


def sliced_wasserstein(
    x: Tensor,
    y: Tensor,
    projections: int = 256,
    generator: torch.Generator | None = None,
    p: int = 2,
) -> float:
    """The sliced Wasserstein distance of order ``p`` (1 or 2) between x (N, ...) and y (M, ...).

    The mean, over random directions, of the distances between the projections' distributions,
    which are exact in one dimension (Bonneel et al. 2015, "Sliced and Radon Wasserstein
    barycenters of measures"). N and M may differ.

    Args:
        generator: draws the directions; on the CPU. None uses a fixed seed, so that two calls
            compare along the same directions.

    Raises:
        ValueError: a set is empty, not finite, or of another dimension than the other.
    """
    if p not in (1, 2):
        raise ValueError(f"the order is 1 or 2, not {p}")
    x, y = _flat(x, y)
    generator = generator or torch.Generator().manual_seed(0)
    directions = torch.randn(x.shape[1], projections, generator=generator, dtype=torch.float64)
    directions /= directions.norm(dim=0, keepdim=True)
    along_x = (x @ directions).sort(dim=0).values
    along_y = (y @ directions).sort(dim=0).values
    # Quantile functions are steps of 1/N and 1/M: between two borders of either, both are constant.
    n, m = len(x), len(y)
    borders = torch.cat([torch.arange(n + 1) * m, torch.arange(m + 1) * n]).unique()  # times n m
    starts, widths = borders[:-1], borders.diff().double() / (n * m)
    distance = (along_x[starts // m] - along_y[starts // n]).abs() ** p
    return float((widths[:, None] * distance).sum(0).mean() ** (1 / p))


def wasserstein(x: Tensor, y: Tensor, p: int = 2) -> float:
    """The exact Wasserstein distance of order ``p`` between equally many samples (N, ...).

    The best of all pairings, by the Hungarian method: N up to ``EXACT_LIMIT``.

    Raises:
        ValueError: as ``sliced_wasserstein``; or the sets differ in size or are too large.
    """
    from scipy.optimize import linear_sum_assignment

    x, y = _flat(x, y)
    if len(x) != len(y) or len(x) > EXACT_LIMIT:
        raise ValueError(
            f"an exact distance needs two sets of equal size up to {EXACT_LIMIT}, "
            f"not {len(x)} and {len(y)}"
        )
    cost = torch.cdist(x, y) ** p
    rows, columns = linear_sum_assignment(cost.numpy())
    return float(cost[rows, columns].mean() ** (1 / p))


def energy_distance(x: Tensor, y: Tensor) -> float:
    """sqrt(2 E|X-Y| - E|X-X'| - E|Y-Y'|) between x (N, ...) and y (M, ...).

    Zero only for equal distributions (Székely and Rizzo 2013, "Energy statistics").

    Raises:
        ValueError: as ``sliced_wasserstein``.
    """
    x, y = _flat(x, y)
    square = 2 * _mean_distance(x, y) - _mean_distance(x, x) - _mean_distance(y, y)
    return max(0.0, square) ** 0.5


def _mean_distance(x: Tensor, y: Tensor) -> float:
    total = sum(float(torch.cdist(part, y).sum()) for part in x.split(_CHUNK))
    return total / (len(x) * len(y))


def _flat(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Both as float64 (N, D) on the CPU."""
    flat = []
    for samples in (x, y):
        if samples.ndim < 2 or len(samples) == 0:
            raise ValueError(f"samples are (N, ...) with N > 0, not {tuple(samples.shape)}")
        values = samples.detach().to("cpu", torch.float64).flatten(1)
        if not values.isfinite().all():
            raise ValueError("samples must be finite")
        flat.append(values)
    if flat[0].shape[1] != flat[1].shape[1]:
        raise ValueError(f"samples of {flat[0].shape[1]} and {flat[1].shape[1]} values differ")
    return flat[0], flat[1]
