"""How dense points lie: a picture of two dimensions, and marginals along each axis."""

from functools import lru_cache

import numpy as np
from PIL import Image

from diffvis.rendering.geometry import Rect
from diffvis.rendering.once import drawn_once
from diffvis.rendering.pixels import Pixels, blank, fill, paste
from diffvis.rendering.scatter import axes
from diffvis.rendering.scene.recorder import shading
from diffvis.rendering.strokes import dashes, stroke
from diffvis.rendering.style import Style

COARSE, FINE, MANY = 44, 64, 5_000  # cells of the density along each axis, for few and many points
BARS = 56  # of a marginal
HIGHEST = 0.62  # density at the top of a marginal, unless the data has more: N(0, 1) has 0.40


def histogram(values: np.ndarray, low: float, high: float, bins: int) -> np.ndarray:
    """The density of values (n,) in ``bins`` equal parts of [low, high]; outside ones count in n.

    Returns float64 (bins,), as ``numpy.histogram`` over all values would, a few times faster.
    """
    scaled = (values - low) * (bins / (high - low))
    inside = scaled[(scaled >= 0) & (scaled < bins)]
    counts = np.bincount(inside.astype(np.intp), minlength=bins)[:bins]
    return counts * (bins / ((high - low) * max(1, len(values))))


def density_picture(x: np.ndarray, size: tuple[int, int], extent: float, style: Style) -> Pixels:
    """Points (N, 2), or (N, 3) seen along the third axis, as a smoothed histogram over
    [-extent, extent]²: from panel to bright.
    """
    width, height = size
    cells = FINE if len(x) >= MANY else COARSE
    place = (x[:, :2] * np.array([1, -1], np.float32) + np.float32(extent)) * np.float32(
        cells / (2 * extent)
    )
    inside = ((place >= 0) & (place < cells)).all(1)
    cell = place[inside].astype(np.intp)
    counts = np.bincount(cell[:, 1] * cells + cell[:, 0], minlength=cells * cells)
    smooth = _blurred(counts.reshape(cells, cells).astype(np.float32))
    part = smooth / max(float(np.quantile(smooth, 0.998)), 1e-9)
    shades = (np.sqrt(np.clip(part, 0, 1)) * 255).astype(np.uint8)
    grey = Image.fromarray(shades).resize((width, height), Image.Resampling.BILINEAR)
    picture = ramp(style)[np.asarray(grey)]
    lines = axes(size, extent, style)
    empty = np.asarray(grey)[..., None] < 20  # the axes show where there are hardly any points
    return shading(np.where(empty, lines, picture))


def marginal(
    frame: Pixels, rect: Rect, values: np.ndarray, extent: float, highest: float, style: Style,
    *, upright: bool,
) -> None:  # fmt: skip
    """The histogram of values (N,) within ``rect``, and N(0, 1) as a dashed line over it.

    Upright bars grow upwards along x; others grow to the right along y, which points upwards.
    """
    heights = np.minimum(histogram(values, -extent, extent, BARS) / highest, 1.0)
    length, depth = (rect.width, rect.height) if upright else (rect.height, rect.width)
    bar = np.minimum((np.arange(length) * BARS) // max(1, length), BARS - 1)
    reach = np.rint(heights[bar] * depth)
    filled = np.arange(depth)[:, None] < reach[None, :]  # (depth, length), from the axis outwards
    mask = filled[::-1] if upright else filled.T[::-1]
    filled_tone, empty_tone = _backdrops(rect.width, rect.height, extent, highest, style, upright)
    paste(frame, np.where(mask[..., None], filled_tone, empty_tone), rect.x, rect.y)
    if upright:
        fill(frame, Rect(rect.x, rect.bottom - 1, rect.width, 1), style.muted)
    else:
        fill(frame, Rect(rect.x, rect.y, 1, rect.height), style.muted)


def highest_density(x0: np.ndarray, extent: float) -> float:
    """The scale that both marginals of x0 (N, 2) keep for every t."""
    most = max(histogram(x0[:, axis], -extent, extent, BARS).max() for axis in (0, 1))
    return max(HIGHEST, 1.02 * float(most))


@drawn_once
def _backdrops(
    width: int, height: int, extent: float, highest: float, style: Style, upright: bool
) -> tuple[Pixels, Pixels]:
    """All bars and no bars, each with N(0, 1) drawn over it; a marginal is made of the two."""
    grid = np.linspace(-extent, extent, 161)
    value = np.exp(-(grid**2) / 2) / np.sqrt(2 * np.pi) / highest
    along = (grid / extent + 1) / 2
    if upright:
        line = np.stack([along * width, (1 - value) * height], 1)
    else:
        line = np.stack([value * width, (1 - along) * height], 1)
    made = []
    for tone in (style.signal, style.panel):
        picture = blank((width, height), tone)
        whole = Rect(0, 0, width, height)
        stroke(picture, whole, dashes(line, 6, 4), style.noise, 1.4 * max(1, style.text_scale))
        made.append(picture)
    return made[0], made[1]


@lru_cache(maxsize=4)
def ramp(style: Style) -> Pixels:
    """256 colours from the panel over the signal to what stands out most, of even lightness."""
    bright = (238, 247, 255) if style.name == "dark" else (8, 36, 66)
    stops = np.array([style.panel, style.signal, bright], np.float32)
    at = np.linspace(0, 1, 256)
    knots = (0.0, 0.62, 1.0)
    return np.stack([np.interp(at, knots, stops[:, c]) for c in range(3)], 1).astype(np.uint8)


def _blurred(counts: np.ndarray) -> np.ndarray:
    """Binomial weights 1 4 6 4 1 along both axes."""
    for axis in (0, 1):
        padded = np.pad(counts, [(2, 2) if a == axis else (0, 0) for a in (0, 1)])
        n = counts.shape[axis]
        parts = [np.take(padded, range(k, k + n), axis) for k in range(5)]
        counts = (parts[0] + 4 * parts[1] + 6 * parts[2] + 4 * parts[3] + parts[4]) / 16
    return counts
