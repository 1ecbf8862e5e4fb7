"""The way from data units to what a network sees, and back."""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Scaling:
    """An affine map per axis: model = (data - mean) / std.

    Images have one entry, which serves every channel; points have one per coordinate. Data units
    of images are [0, 1], which become [-1, 1]; those of points are the set's own.
    """

    mean: tuple[float, ...]
    std: tuple[float, ...]

    def __post_init__(self) -> None:
        if len(self.mean) != len(self.std) or not self.mean:
            raise ValueError(f"mean and std need equal lengths, got {self.mean} and {self.std}")
        if not all(s > 0 for s in self.std):
            raise ValueError(f"std must be positive, got {self.std}")

    def to_model(self, x: Tensor) -> Tensor:
        """Data units to model units. ``x`` is (..., C, H, W) or (..., D)."""
        return (x - x.new_tensor(self.mean)) / x.new_tensor(self.std)

    def to_data(self, x: Tensor) -> Tensor:
        """Model units to data units. ``x`` is (..., C, H, W) or (..., D)."""
        return x * x.new_tensor(self.std) + x.new_tensor(self.mean)

    def to_json(self) -> dict[str, list[float]]:
        return {"mean": list(self.mean), "std": list(self.std)}

    @classmethod
    def from_json(cls, value: Mapping[str, list[float]]) -> "Scaling":
        return cls(tuple(map(float, value["mean"])), tuple(map(float, value["std"])))


IMAGES = Scaling((0.5,), (0.5,))


def spanning(span: tuple[float, float]) -> Scaling:
    """The scaling of images whose black and white are these two values."""
    low, high = span
    if (low, high) == (-1, 1):
        return IMAGES
    return Scaling((-low / (high - low),), (1 / (high - low),))


def standardising(x: Tensor) -> Scaling:
    """The scaling that gives ``x`` (N, D) mean 0 and standard deviation 1 along each axis.

    An axis along which nothing varies keeps its unit.
    """
    x = x.to(torch.float64)
    std = x.std(dim=0, correction=0)
    std = torch.where(std > 1e-12 * (1 + x.abs().amax(dim=0)), std, torch.ones_like(std))
    return Scaling(tuple(x.mean(dim=0).tolist()), tuple(std.tolist()))
