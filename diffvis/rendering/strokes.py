"""Smooth lines over pictures: paths, circles and arrows of points."""

import math
from collections.abc import Sequence
from functools import partial
from itertools import compress, pairwise

import numpy as np
from PIL import Image, ImageDraw

from diffvis.rendering.geometry import Rect
from diffvis.rendering.pixels import Pixels, blend
from diffvis.rendering.scene.marks import Lines
from diffvis.rendering.scene.recorder import inside, note_mark
from diffvis.rendering.style import Colour

SUPERSAMPLE = 3
THIN = 6  # supersampled pixels up to which no notch is seen
SHARP = math.tan(math.radians(15))
"""A turn by less opens a notch of less than a third of a pixel, unless a line is very thick."""
FADES = 6  # steps in which a tail fades, at least


def stroke(
    frame: Pixels,
    rect: Rect,
    lines: Sequence[np.ndarray],
    colour: Colour,
    thickness: float,
    opacity: float = 1.0,
) -> None:
    """Draw ``lines``, each (n, 2) of (column, row) from the corner of ``rect``, inside of it.

    Where they cross they cover no more than once. Those of a point that is not finite, as a chain
    that runs away has, are left out.
    """
    if not lines or rect.width < 1 or rect.height < 1:
        return
    # Only where there is something to draw: most lines are shorter than the picture.
    corners = np.array([(line.min(0), line.max(0)) for line in lines])
    whole = np.isfinite(corners).all((1, 2))
    if not whole.any():
        return
    lines = list(compress(lines, whole))
    note_mark(frame, lambda: _noted(lines, rect, colour, thickness, opacity))
    corners = corners[whole].reshape(-1, 2)
    edge = thickness + 2
    low = np.clip(np.floor(corners.min(0) - edge), 0, (rect.width, rect.height)).astype(int)
    high = np.clip(np.ceil(corners.max(0) + edge), 0, (rect.width, rect.height)).astype(int)
    width, height = (high - low).tolist()
    if width < 1 or height < 1:
        return
    k = SUPERSAMPLE
    image = Image.new("L", (width * k, height * k))
    pen = ImageDraw.Draw(image)
    wide = max(1, round(thickness * k))
    for line in lines:
        at = ((line - low) * k).astype(np.float32)
        pen.line(at.ravel().tolist(), fill=255, width=wide)
        if wide > THIN:
            _round_corners(pen, at, wide)
    mask = np.asarray(image.reduce(k))
    if opacity < 1:
        mask = (mask * np.float32(opacity)).astype(np.uint8)
    blend(frame, mask, rect.x + int(low[0]), rect.y + int(low[1]), colour)


def _round_corners(pen: ImageDraw.ImageDraw, at: np.ndarray, wide: int) -> None:
    """Fill the notches of a line (n, 2) where it turns so much that they are seen; Pillow's own
    joints take as long at each of the points of a smooth curve, which has none.
    """
    way = np.diff(at, axis=0)
    one, next_one = way[:-1], way[1:]
    along = (one * next_one).sum(1)
    aside = np.abs(one[:, 0] * next_one[:, 1] - one[:, 1] * next_one[:, 0])
    half = (wide - 1) / 2
    for x, y in at[1:-1][(aside > SHARP * along)].tolist():
        pen.ellipse((x - half, y - half, x + half, y + half), fill=255)


def _noted(
    lines: Sequence[np.ndarray], rect: Rect, colour: Colour, thickness: float, opacity: float
) -> Lines:
    """The same as a mark."""
    return Lines(
        tuple(np.add(line, (rect.x, rect.y)) for line in lines), colour, thickness, opacity, rect
    )


def stroke_each(
    frame: Pixels,
    rect: Rect,
    lines: Sequence[np.ndarray],
    colours: Sequence[Colour],
    thickness: float,
    opacity: float = 1.0,
) -> None:
    """As ``stroke``, each line in a colour of its own; later ones lie over earlier ones."""
    for line, colour in zip(lines, colours, strict=True):
        note_mark(frame, partial(_noted, [line], rect, colour, thickness, opacity))
    k = 2
    size = rect.width * k, rect.height * k
    cover, paint = Image.new("L", size), Image.new("RGB", size)
    wide = max(1, round(thickness * k))
    for line, colour in zip(lines, colours, strict=True):
        at = (line * k).astype(np.float32).ravel().tolist()
        ImageDraw.Draw(cover).line(at, fill=255, width=wide)
        ImageDraw.Draw(paint).line(at, fill=colour, width=wide)
    below = inside(frame, rect)
    # Of a very low picture there may be less than the rectangle, or nothing.
    mask = np.asarray(cover.reduce(k))[: below.shape[0], : below.shape[1]]
    rows, columns = np.nonzero(mask)
    strength = mask[rows, columns].astype(np.float32)[:, None] * (opacity / 255)
    # The mean colour of what covers a pixel: reduce() has mixed it with the black beside it.
    mixed = np.asarray(paint.reduce(k))[rows, columns].astype(np.float32)
    painted = np.minimum(mixed * (255 / mask[rows, columns].astype(np.float32))[:, None], 255)
    shown = below[rows, columns].astype(np.float32)
    below[rows, columns] = (shown + (painted - shown) * strength + 0.5).astype(np.uint8)


def circle(centre: np.ndarray, radius: float) -> np.ndarray:
    """A closed line (n, 2) about ``centre``."""
    angle = np.linspace(0, 2 * np.pi, max(24, min(240, round(3 * radius))))
    return centre + radius * np.stack([np.cos(angle), np.sin(angle)], 1)


def dashes(line: np.ndarray, dash: float, gap: float) -> list[np.ndarray]:
    """The line (n, 2) cut into dashes of a length, with gaps between them."""
    steps = np.linalg.norm(np.diff(line, axis=0), axis=1)
    along = np.concatenate([[0.0], steps.cumsum()])
    starts = np.arange(0, along[-1], dash + gap)
    ends = np.minimum(starts + dash, along[-1])
    at = np.unique(np.concatenate([starts, ends, along]))
    places = np.stack([np.interp(at, along, line[:, axis]) for axis in (0, 1)], 1)
    begins, lasts = at.searchsorted(starts), at.searchsorted(ends)
    return [places[begin : last + 1] for begin, last in zip(begins, lasts, strict=True)]


def arrow(start: np.ndarray, end: np.ndarray, head: float) -> list[np.ndarray]:
    """Lines for ``stroke``: from ``start`` (2,) to ``end`` (2,), with a head of so many pixels at
    most; nothing where both are one.
    """
    way = end - start
    long = float(np.hypot(*way))
    if not long > 0.5:  # nor where it is not finite
        return []
    back = -way * (min(head, 0.6 * long) / long)
    aside = np.array([-back[1], back[0]]) * 0.5
    return [np.stack([start, end]), np.stack([end + back + aside, end, end + back - aside])]


def fading(
    frame: Pixels,
    rect: Rect,
    places: np.ndarray,
    colour: Colour,
    thickness: float,
    opacity: float = 1.0,
) -> None:
    """Tails along ``places`` (n, k, 2), the oldest first, which fade away from their ends."""
    if len(places) < 2:
        return
    parts = -(-FADES // (len(places) - 1))
    inner = (np.arange(parts) / parts)[:, None, None]
    ways = [old + (new - old) * inner for old, new in pairwise(places)]
    places = np.concatenate([*ways, places[-1:]])
    ages = len(places) - 1
    for age in range(ages):
        pieces = places[age : age + 2].swapaxes(0, 1)
        strength = opacity * ((age + 1) / ages) ** 2
        note_mark(frame, partial(_noted, pieces, rect, colour, thickness, strength))
    k = 2
    image = Image.new("L", (rect.width * k, rect.height * k))
    pen = ImageDraw.Draw(image)
    wide = max(1, round(thickness * k))
    for age in range(ages):  # the newest lie over the others
        tone = round(255 * ((age + 1) / ages) ** 2)
        pieces = np.concatenate([places[age], places[age + 1]], 1) * k
        for piece in pieces.tolist():
            pen.line(piece, fill=tone, width=wide)
    mask = (np.asarray(image.reduce(k)) * np.float32(opacity)).astype(np.uint8)
    blend(frame, mask, rect.x, rect.y, colour)
