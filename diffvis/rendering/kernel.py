"""q(x_t | x_0) of one point: the Gaussian about its shrinking mean."""

import math

import numpy as np

from diffvis.diffusion.schedule import NoiseSchedule
from diffvis.rendering.factors import written
from diffvis.rendering.geometry import Rect
from diffvis.rendering.phrases import Phrase
from diffvis.rendering.pixels import Pixels
from diffvis.rendering.scatter import splat, to_pixels
from diffvis.rendering.scene.recorder import inside
from diffvis.rendering.strokes import circle, dashes, stroke
from diffvis.rendering.style import Style

WITHIN = tuple(1 - math.exp(-k * k / 2) for k in (1, 2))  # of a Gaussian in two dimensions


def kernel(schedule: NoiseSchedule, x0: np.ndarray, t: int) -> tuple[np.ndarray, float]:
    """Mean (D,) and standard deviation of q(x_t | x_0) for one point (Ho et al. 2020, eq. 4)."""
    mean = float(schedule.signal[t]) * np.asarray(x0, np.float64)
    return mean, float(schedule.noise[t])


def draw_kernel(
    frame: Pixels, rect: Rect, x0: np.ndarray, mean: np.ndarray, std: float, extent: float,
    style: Style,
) -> None:  # fmt: skip
    """The way of the mean from x_0, and circles of one and two standard deviations about it."""
    size = rect.width, rect.height
    ends = to_pixels(np.stack([x0, mean, np.zeros_like(mean)]), size, extent)
    thick = 1.7 * max(1.0, style.text_scale)
    unit = min(size) / (2 * extent)
    if std > 0:
        stroke(frame, rect, [circle(ends[1], std * unit)], style.noise, 1.2 * thick)
        second = dashes(circle(ends[1], 2 * std * unit), 4 * thick, 3 * thick)
        stroke(frame, rect, second, style.noise, thick)
    rest = dashes(ends[1:], 2 * thick, 3 * thick)
    stroke(frame, rect, rest, style.muted, 0.8 * thick)
    stroke(frame, rect, [ends[:2]], style.signal, 1.5 * thick)
    inner = inside(frame, rect)
    for point, colour in ((ends[:1], style.muted), (ends[1:2], style.signal)):
        for radius, tone in ((3.4 * thick, style.panel), (2.6 * thick, colour)):
            splat(inner, point, tone, radius, 1.0)


def kernel_words(schedule: NoiseSchedule, x0: np.ndarray, t: int) -> tuple[tuple[Phrase, ...], ...]:
    """The kernel of one point in words and numbers, line by line."""
    mean, std = kernel(schedule, x0, t)
    factors = written(schedule)
    return (
        (
            ("q(x_{t} | x_{0}) = N(", "text", False),
            (f"{factors.signal} x_{{0}}", "signal", False),
            (", ", "text", False),
            (f"{factors.variance} I", "noise", False),
            (")", "text", False),
        ),
        (("x_{0} ", "muted", False), (pair(x0), "text", False)),
        (("mean ", "muted", False), (pair(mean), "signal", True)),
        (("standard deviation ", "muted", False), (f"{std:.3f}", "noise", True)),
        ((f"circles: 1 and 2 σ, {WITHIN[0]:.0%} and {WITHIN[1]:.0%} of it", "muted", False),),
    )


def pair(point: np.ndarray) -> str:
    """A point as people write it: (0.81, −1.20)."""
    return "(" + ", ".join(f"{value:.2f}".replace("-", "−") for value in point) + ")"
