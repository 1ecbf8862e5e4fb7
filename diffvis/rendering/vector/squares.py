"""Pictures in drawings: each pixel stays a sharp square, however far somebody zooms in.

Viewers blur what they enlarge (Qt, librsvg and CairoSVG always). So pixels become rectangles where
they are few, else the picture is enlarged beforehand.
"""

from collections import defaultdict

import numpy as np

MOST_SQUARES = 2_500  # rectangles of a picture
SHARP = 6  # pixels at least of an embedded picture for one of what it shows
MOST_PIXELS = 6_000_000  # of an embedded picture

Square = tuple[int, int, int, int]  # x, y, width, height


def squares(pixels: np.ndarray) -> dict[tuple[int, ...], list[Square]] | None:
    """Rectangles that tile the picture (h, w, 3), by their colours; None where these are many."""
    rows = _starts((pixels[1:] != pixels[:-1]).any((1, 2)))
    picked = pixels[rows]
    changes = (picked[:, 1:] != picked[:, :-1]).any(2)
    if len(rows) + int(changes.sum()) > MOST_SQUARES:
        return None
    height, width = pixels.shape[:2]
    found: dict[tuple[int, ...], list[Square]] = defaultdict(list)
    for row, (top, below) in enumerate(zip(rows, [*rows[1:], height], strict=True)):
        columns = _starts(changes[row])
        for left, right in zip(columns, [*columns[1:], width], strict=True):
            colour = tuple(pixels[top, left].tolist())
            found[colour].append((left, top, right - left, below - top))
    return dict(found)


def over_one(pixels: np.ndarray) -> dict[tuple[int, ...], list[Square]] | None:
    """``squares``, to be painted in this order: the colour that most of the picture has is one
    below all others, since viewers leave hairs between squares that meet within a pixel.
    """
    found = squares(pixels)
    if found is None:
        return None
    usual = max(found, key=lambda colour: sum(w * h for _, _, w, h in found[colour]))
    height, width = pixels.shape[:2]
    return {usual: [(0, 0, width, height)]} | {c: found[c] for c in found if c != usual}


def enlarged(pixels: np.ndarray) -> np.ndarray:
    """The picture so many whole times larger that the blur between pixels is not seen."""
    rows = _starts((pixels[1:] != pixels[:-1]).any((1, 2)))
    columns = _starts((pixels[:, 1:] != pixels[:, :-1]).any((0, 2)))
    height, width = pixels.shape[:2]
    shown = min(_least(rows, height), _least(columns, width))
    times = -(-SHARP // shown)
    while times > 1 and times * times * height * width > MOST_PIXELS:
        times -= 1
    return pixels.repeat(times, 0).repeat(times, 1) if times > 1 else pixels


def _starts(changes: np.ndarray) -> list[int]:
    """Where equal ones begin, the first at 0."""
    return [0, *(np.flatnonzero(changes) + 1).tolist()]


def _least(starts: list[int], end: int) -> int:
    """Pixels that the narrowest of most rows take: lines between pictures may be narrower."""
    widths = np.diff([*starts, end])
    return max(1, int(np.quantile(widths, 0.25)))
