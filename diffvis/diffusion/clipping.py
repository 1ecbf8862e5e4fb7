"""Keeping x0_hat within the range of the data."""

import math
from dataclasses import dataclass
from typing import Literal, get_args

from torch import Tensor

Clip = Literal["static", "dynamic"]
CLIPS: tuple[Clip, ...] = get_args(Clip)

DYNAMIC_QUANTILE = 0.995


@dataclass(frozen=True)
class Clipping:
    """How x0_hat is kept in range, for data that lives elsewhere than in [-1, 1] as well."""

    kind: Clip
    low: float = -1.0
    high: float = 1.0
    quantile: float = DYNAMIC_QUANTILE
    most: float = math.inf
    """The largest threshold of ``dynamic``, in halves of the range."""

    def __post_init__(self) -> None:
        check_clip(self.kind)
        if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low < self.high):
            raise ValueError(f"the range must rise, not go from {self.low} to {self.high}")
        if not 0 < self.quantile <= 1 or not self.most >= 1:
            raise ValueError("a quantile lies in 0..1, and the largest threshold is at least 1")

    def __call__(self, x0_hat: Tensor) -> Tensor:
        if self.kind == "static":
            return x0_hat.clamp(self.low, self.high)
        centre, half = (self.low + self.high) / 2, (self.high - self.low) / 2
        if (centre, half) == (0, 1):
            return dynamic_threshold(x0_hat, self.quantile, self.most)
        within = dynamic_threshold((x0_hat - centre) / half, self.quantile, self.most)
        return within * half + centre


def clip_x0(x0_hat: Tensor, clip: Clip | Clipping | None) -> Tensor:
    """x0_hat (N, ...) as the sampler uses it: as it is, or clipped; by name, to [-1, 1]."""
    if clip is None:
        return x0_hat
    return (clip if isinstance(clip, Clipping) else Clipping(clip))(x0_hat)


def dynamic_threshold(
    x0_hat: Tensor, quantile: float = DYNAMIC_QUANTILE, most: float = math.inf
) -> Tensor:
    """Clip each sample at its own quantile of |x0_hat|, at least 1 and at ``most`` that, and divide
    by it.

    Pulls saturated pixels inwards instead of cutting them off (Saharia et al. 2022, section 2.3).
    """
    # By the few largest: torch.quantile sorts all, and refuses more than 16 million values.
    magnitude = x0_hat.flatten(1).abs()
    position = quantile * (magnitude.shape[1] - 1)
    below = int(position)
    largest = magnitude.topk(magnitude.shape[1] - below, dim=1).values
    low, high = largest[:, -1], largest[:, -2:][:, 0]
    limit = low.lerp(high, position - below).clamp(min=1, max=most)
    limit = limit.reshape(-1, *[1] * (x0_hat.ndim - 1))
    return x0_hat.clamp(-limit, limit) / limit


def check_clip(clip: str | Clipping | None) -> None:
    """Raises ValueError unless ``clip`` is None, one of ``CLIPS`` or a ``Clipping``."""
    if clip is not None and not isinstance(clip, Clipping) and clip not in CLIPS:
        raise ValueError(f"clip is None or one of {', '.join(CLIPS)}, not {clip!r}")
