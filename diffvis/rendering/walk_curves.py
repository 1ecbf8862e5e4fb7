"""Walks and jumps as curves, in the window and in files."""

import numpy as np

from diffvis.rendering.chart import Curve
from diffvis.rendering.walks import DRAWN, Comparison

JUMPS = 2  # that are drawn


def path_curves(made: Comparison) -> tuple[Curve, ...]:
    """Some walks and jumps over t, and between what most of them stay."""
    schedule = made.schedule
    t = np.arange(schedule.T + 1, dtype=float)
    mean, std = schedule.signal.numpy() * made.x0, schedule.noise.numpy()
    walks = (
        Curve("walks" if i == 0 else f"walk {i + 1}", t, made.walks[:, i].astype(float),
              f"accent{i % 2 + 1}", faint=True, listed=i == 0)
        for i in range(DRAWN)
    )  # fmt: skip
    jumps = (
        Curve("jumps" if i == 0 else f"jump {i + 1}", t, mean + std * made.eps[i], "noise", "dash",
              listed=i == 0)
        for i in range(JUMPS)
    )  # fmt: skip
    bounds = (
        Curve("mean", t, mean),
        Curve("mean + 2σ", t, mean + 2 * std, "muted", "dot"),
        Curve("mean − 2σ", t, mean - 2 * std, "muted", "dot"),
    )
    return *walks, *jumps, *bounds
