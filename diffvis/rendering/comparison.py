"""Two chains from the same noise, side by side, and what differs between them."""

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor

from diffvis.rendering.equation import Operator, Row, Term, lay_out, sizes_of, type_size
from diffvis.rendering.footer import split
from diffvis.rendering.geometry import Rect
from diffvis.rendering.pixels import Pixels, blank
from diffvis.rendering.scatter import to_pixels
from diffvis.rendering.scene.recorder import part
from diffvis.rendering.strokes import stroke
from diffvis.rendering.style import SMALLEST, Style
from diffvis.rendering.terms import DEFAULT_EXTENT, TermKind, draw_term, kind_of
from diffvis.rendering.text import line_height, text_width, write

MOST_LINES = 400  # between the two places of a point


@dataclass(frozen=True, eq=False)
class ComparedSamples:
    """The samples of one chain (N, ...) and a few words about its settings."""

    x: Tensor
    words: str
    symbol: str


def difference_of(a: Tensor, b: Tensor) -> float:
    """The root of the mean square of a - b over all values."""
    return float((a - b).square().mean().sqrt())


def draw_comparison(
    a: ComparedSamples,
    b: ComparedSamples,
    size: tuple[int, int],
    style: Style,
    *,
    colours: Pixels | None = None,
    extent: float | None = None,
    selected: int | None = None,
) -> Pixels:
    """A, B and A - B of samples of the same shape, in one row or below each other.

    Images show a difference of half their range from grey to white, grey where there is none; of
    points, a line joins the two places of each.
    """
    kind = kind_of(a.x)
    extent = extent or DEFAULT_EXTENT
    rows = _arrange(kind, size, style)
    frame = blank(size, style.panel)
    em = type_size(size, style)
    captions = {"a": a.words, "b": b.words, "difference": _words(a.x, b.x)}
    for row in rows:
        row.write_words(frame, style)
        row.write_symbols(frame, {"a": a.symbol, "b": b.symbol}, style)
        for name, rect in row.pictures:
            with part(frame, name):
                _draw_side(frame, rect, name, a.x, b.x, style, colours, extent, selected)
            y = rect.bottom + sizes_of(style).below(em)[1]
            room = _pitch(row, size[0]) - em
            words, small = _fitting(captions[name], em, room, style)
            write(frame, words, rect.centre[0], y, small, style.muted, align="centre")
    return frame


@lru_cache(maxsize=16)
def _arrange(kind: TermKind, size: tuple[int, int], style: Style) -> tuple[Row, ...]:
    """In one row, or A and B above their difference: whichever shows larger pictures."""
    em, sizes = type_size(size, style), sizes_of(style)
    whole = split(size, em, False, sizes.around)[0]
    # A caption that changes is written below each picture by hand; its room is reserved here.
    body = Rect(whole.x, whole.y, whole.width, max(1, whole.height - round(1.4 * em)))
    a, b = Term("a", "", ""), Term("b", "", "")
    difference = Term("difference", "A − B", "")
    side_by_side = (a, Operator(""), b, Operator(""), difference)
    one = (lay_out(side_by_side, whole, em, kind.fit, 4.0, sizes),)
    said = one[0].rect("a").bottom + sizes.below(em)[1] + line_height(em) // 2
    if said > size[1]:  # no room is left where a caption would have been
        one = (lay_out(side_by_side, body, em, kind.fit, 4.0, sizes),)
    half = body.height // 2
    upper = Rect(body.x, body.y, body.width, max(1, half - round(0.7 * em)))
    lower = Rect(body.x, body.y + half + round(0.7 * em), body.width, upper.height)
    above = lay_out((a, Operator(""), b), upper, em, kind.fit, sizes=sizes)
    # As large as the two: the same sample in the same place.
    lower = lower.centred(max(above.rect("a").width, 1), lower.height)
    two = (above, lay_out((difference,), lower, em, kind.fit, sizes=sizes))
    return two if _scale(two, kind) > _scale(one, kind) else one


def _pitch(row: Row, width: int) -> int:
    """From the middle of a picture to that of the next: what their captions share."""
    middles = [rect.centre[0] for _, rect in row.pictures]
    return min((b - a for a, b in pairwise(middles)), default=width)


def _fitting(words: str, em: int, room: int, style: Style) -> tuple[str, int]:
    """``words`` in type of at most ``em`` that fits; rather without the name before "·" than in
    much smaller type, and nothing where there is no room for the rest.
    """
    own, smallest = max(style.least, round(0.75 * em)), style.least or SMALLEST
    for shorter, least in ((words, own), (words.rpartition(" · ")[2], smallest)):
        for small in range(em, min(em, least) - 1, -1):
            if text_width(shorter, small) <= room:
                return shorter, small
    return "", em


def _scale(rows: tuple[Row, ...], kind: TermKind) -> float:
    """How large a sample is drawn."""
    rect = rows[0].rect("a")
    grid = kind.grid(rect.width, rect.height)
    return rect.width if grid is None else grid.scale


def _words(a: Tensor, b: Tensor) -> str:
    return f"root mean square {difference_of(a, b):.3f}"


def _draw_side(
    frame: Pixels, rect: Rect, name: str, a: Tensor, b: Tensor, style: Style,
    colours: Pixels | None, extent: float | None, selected: int | None,
) -> None:  # fmt: skip
    """``name`` is that of one of the two, or ``difference``."""
    x, limit = {"a": a, "b": b}.get(name), None
    if x is None and len(a.shape) == 2:
        _draw_joined(frame, rect, a, b, extent, style)
        return
    if x is None:
        x, limit = a - b, style.half_span
    draw_term(frame, rect, x, style, limit=limit, colours=colours, extent=extent, selected=selected)


def _draw_joined(
    frame: Pixels, rect: Rect, a: Tensor, b: Tensor, extent: float, style: Style
) -> None:
    size = rect.width, rect.height
    draw_term(frame, rect, torch.zeros(0, 2), style, extent=extent)
    ends = [to_pixels(x[:MOST_LINES].numpy(), size, extent) for x in (a, b)]
    lines = [np.stack(pair) for pair in zip(*ends, strict=True)]
    stroke(frame, rect, lines, style.noise, 1.1 * max(1.0, style.text_scale), 0.9)
