"""Moments side by side on a page that is as high as they need."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from torch import Tensor

from diffvis.rendering.geometry import Grid, largest_grid
from diffvis.rendering.pixels import Pixels, mosaic, to_uint8
from diffvis.rendering.scatter import scatter
from diffvis.rendering.sheet import Picture, Sheet, TextLine
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.style import Style
from diffvis.rendering.terms import DEFAULT_EXTENT
from diffvis.rendering.text import text_width

ROWS = 6  # so many samples stand below each other; more become a square
PARTS = (0, 20 / 300, 50 / 300, 100 / 300, 1)  # of T: where a strip shows the forward process


@dataclass(frozen=True, eq=False)
class StripFrame:
    """Samples x (N, 2) or (N, C, H, W) and what stands below them."""

    label: str
    x: Tensor
    reach: float = 1.0
    """How much further from 0 than data they lie (``factors.reach``)."""


def strip_times(T: int, times: Sequence[int] | None) -> list[int]:
    """The moments that were asked for, ascending, or those that lectures show."""
    return sorted(set(times) if times else {round(part * T) for part in PARTS})


def strip_sheet(
    moments: Sequence[StripFrame],
    spec: ExportSpec,
    look: Style,
    *,
    colours: Pixels | None = None,
    extent: float | None = None,
    caption: str = "",
    title: str = "",
) -> Sheet:
    """The moments in a row, as wide as ``spec`` says and as high as needed."""
    width = spec.picture.size[0]
    em = max(9, round(min(width / 60, 24) * look.text_scale))
    pitch = (width - em) / len(moments)
    room = max(8, int(pitch - 0.7 * em)), max(8, spec.picture.size[1] - 5 * em)
    pictures = [_picture(moment, spec, look, room, colours, extent) for moment in moments]
    tall = max(picture.shape[0] for picture in pictures)
    below = em + tall
    placed, words = [], []
    for i, (moment, picture) in enumerate(zip(moments, pictures, strict=True)):
        middle = round(em / 2 + (i + 0.5) * pitch)
        high, wide = picture.shape[:2]
        placed.append(Picture(middle - wide // 2, em + (tall - high) // 2, picture))
        size = em
        while size > 7 and text_width(moment.label, size) > pitch - 0.3 * em:
            size -= 1
        words.append(TextLine(moment.label, middle, below + em, size, look.text))
    height = below + 2 * em
    if caption:
        small = max(8, round(0.8 * em))
        words.append(
            TextLine(caption, width - em, height + small // 2, small, look.muted, align="right")
        )
        height += round(1.4 * em)
    return Sheet((width, height), look, tuple(placed), tuple(words), title)


def _picture(
    moment: StripFrame,
    spec: ExportSpec,
    look: Style,
    room: tuple[int, int],
    colours: Pixels | None,
    extent: float | None,
) -> Pixels:
    x, far = moment.x, moment.reach
    if x.ndim == 2:
        side = min(room)
        return scatter(x, colours, (side, side), far * (extent or DEFAULT_EXTENT), look)
    return mosaic(
        to_uint8(x, look.span if far == 1 else (-far, far)), _grid(x, spec, room), look.ground
    )


def _grid(x: Tensor | np.ndarray, spec: ExportSpec, room: tuple[int, int]) -> Grid:
    count, picture = len(x), (int(x.shape[2]), int(x.shape[3]))
    usual = 1 if count <= ROWS else max(1, round(count**0.5))
    grid = largest_grid(count, min(count, spec.picture.columns or usual), picture, *room)
    if spec.picture.factor is not None and spec.picture.factor < grid.factor:
        grid = Grid(count, grid.columns, picture, spec.picture.factor, 1, grid.gap)
    return grid
