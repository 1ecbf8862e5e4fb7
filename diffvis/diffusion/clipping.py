"""Keeping x0_hat within the range of the data."""

from typing import Literal, get_args

from torch import Tensor

Clip = Literal["static", "dynamic"]
CLIPS: tuple[Clip, ...] = get_args(Clip)

DYNAMIC_QUANTILE = 0.995


def clip_x0(x0_hat: Tensor, clip: Clip | None) -> Tensor:
    """x0_hat (N, ...) as the sampler uses it: as it is, clipped to [-1, 1], or dynamically."""
    if clip is None:
        return x0_hat
    if clip == "static":
        return x0_hat.clamp(-1, 1)
    return dynamic_threshold(x0_hat)


def dynamic_threshold(x0_hat: Tensor, quantile: float = DYNAMIC_QUANTILE) -> Tensor:
    """Clip each sample at its own quantile of |x0_hat|, at least 1, and divide by it.

    Pulls saturated pixels inwards instead of cutting them off (Saharia et al. 2022, section 2.3).
    """
    # By the few largest: torch.quantile sorts all, and refuses more than 16 million values.
    magnitude = x0_hat.flatten(1).abs()
    position = quantile * (magnitude.shape[1] - 1)
    below = int(position)
    largest = magnitude.topk(magnitude.shape[1] - below, dim=1).values
    low, high = largest[:, -1], largest[:, -2:][:, 0]
    limit = low.lerp(high, position - below).clamp(min=1)
    limit = limit.reshape(-1, *[1] * (x0_hat.ndim - 1))
    return x0_hat.clamp(-limit, limit) / limit


def check_clip(clip: str | None) -> None:
    """Raises ValueError unless ``clip`` is None or one of ``CLIPS``."""
    if clip is not None and clip not in CLIPS:
        raise ValueError(f"clip is None or one of {', '.join(CLIPS)}, not {clip!r}")
