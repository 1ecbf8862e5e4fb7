"""Points as they are drawn, before they become a data set."""

from typing import NamedTuple

from torch import Tensor


class Cloud(NamedTuple):
    """Points in data units, what their colour shows, and their labels where they have any."""

    x: Tensor
    """float32 (n, D), or float64 where the points may lie far from the origin"""
    origin: Tensor | None = None
    """float32 (n,) in [0, 1]: the place on the shape that the point comes from."""
    labels: Tensor | None = None
    """int64 (n,)"""
