"""What a function's answer is made of: the factor of each thing that it was given."""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

EXACT = 2e-3  # of the answer's own size, that may be left: students compute in float32


@dataclass(frozen=True)
class Fit:
    """y = sum of factor * part, and the part of y that no factor explains."""

    factors: Mapping[str, float]
    left: float
    """Root of the mean square of what is left, as a part of that of y."""

    @property
    def is_exact(self) -> bool:
        return self.left < EXACT


def fit(y: Tensor, parts: Mapping[str, Tensor]) -> Fit:
    """The least squares fit of y by the parts, all of one shape. What is the same everywhere is
    fitted as well, so that it is not taken for one of them.
    """
    columns = [part.double().flatten() for part in parts.values()]
    matrix = torch.stack([*columns, torch.ones_like(columns[0])], dim=1)
    target = y.double().flatten()
    found = torch.linalg.lstsq(matrix, target[:, None], driver="gelsd").solution[:, 0]
    rest = (target - matrix @ found).square().mean().sqrt()
    size = target.square().mean().sqrt().clamp(min=1e-12)
    factors = dict(zip((*parts, "1"), found.tolist(), strict=True))
    return Fit(factors, float(rest / size))
