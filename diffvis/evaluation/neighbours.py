"""What nearest neighbours say: precision and recall, coverage, and what was learned by heart."""

import torch
from torch import Tensor

_CHUNK = 1_024


def precision_and_recall(x: Tensor, y: Tensor, k: int = 3) -> tuple[float, float]:
    """How much of x (N, ...) lies where y (M, ...) does, and how much of y where x does.

    A set is where one of its members is no farther than that member's own k-th neighbour
    (Kynkäänniemi et al. 2019, eq. 1 and 2). Precision falls when samples are unlike the data,
    recall when they lack some of it.

    Raises:
        ValueError: a set has k members or fewer.
    """
    x, y = x.detach().flatten(1).double(), y.detach().flatten(1).double()
    return _inside(x, y, k), _inside(y, x, k)


def coverage(x: Tensor, y: Tensor, k: int = 5) -> float:
    """The share of y (M, ...) that has one of x (N, ...) no farther than its k-th neighbour in y.

    Naeem et al. 2020, "Reliable fidelity and diversity metrics", eq. 8. With as many of x from
    the same distribution it is about 1 - 2^-k.

    Raises:
        ValueError: y has k members or fewer.
    """
    x, y = x.detach().flatten(1).double(), y.detach().flatten(1).double()
    return float((nearest_distances(y, x) <= _radii(y, k)).double().mean())


def nearest_distances(x: Tensor, y: Tensor) -> Tensor:
    """The Euclidean distance of each of x (N, ...) to the nearest of y (M, ...): (N,).

    In float32, distances between images below about 0.01 cannot be told from zero.
    """
    x, y = x.detach().flatten(1), y.detach().flatten(1)
    nearest = []
    for part in x.split(_CHUNK):
        best = torch.full((len(part),), torch.inf, dtype=x.dtype)
        for others in y.split(8 * _CHUNK):
            best = torch.minimum(best, torch.cdist(part, others).amin(1))
        nearest.append(best)
    return torch.cat(nearest)


def two_nearest(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Of each of x (N, ...) the Euclidean distances to the two nearest of y (M, ...), and which
    these are: both (N, 2), the nearest first.
    """
    x, y = x.detach().flatten(1), y.detach().flatten(1)
    found = [torch.cdist(part, y).topk(2, dim=1, largest=False) for part in x.split(_CHUNK)]
    return torch.cat([f.values for f in found]), torch.cat([f.indices for f in found])


def _inside(x: Tensor, y: Tensor, k: int) -> float:
    """The share of x within the radius of any of y."""
    radii = _radii(y, k)
    inside = sum(int((torch.cdist(part, y) <= radii).any(1).sum()) for part in x.split(_CHUNK))
    return inside / len(x)


def _radii(y: Tensor, k: int) -> Tensor:
    """How far the k-th neighbour of each of y (M, D) is, itself not counted: (M,)."""
    if len(y) <= k:
        raise ValueError(f"{len(y)} samples have no {k} neighbours each")
    radii = []
    for start in range(0, len(y), _CHUNK):
        part = y[start : start + _CHUNK]
        distances = torch.cdist(part, y)
        own = torch.arange(len(part))
        distances[own, start + own] = torch.inf
        radii.append(distances.kthvalue(k, dim=1).values)
    return torch.cat(radii)
