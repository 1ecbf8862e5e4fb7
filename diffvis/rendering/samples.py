"""Samples as a grid of images or a point cloud, alone or beside what the model predicts."""

from functools import lru_cache

import numpy as np
from torch import Tensor

from diffvis.rendering.equation import Operator, Row, Term, lay_out, sizes_of, type_size
from diffvis.rendering.footer import Foot, draw_footer, split
from diffvis.rendering.geometry import Layout, Part, Rect
from diffvis.rendering.pixels import Pixels, blank
from diffvis.rendering.scene.recorder import part
from diffvis.rendering.style import Style
from diffvis.rendering.terms import TermKind, draw_term, kind_of
from diffvis.rendering.text import line_height, text_width, write

PREDICTED = (
    Term("x_t", "", "now"),
    Operator("→"),
    Term("x0_hat", r"\hat{x}_{0}", "where it aims"),
)
COLUMNS = 18  # em that large type must leave side by side: one caption is all there is


def draw_samples(
    x: Tensor | np.ndarray,
    size: tuple[int, int],
    style: Style,
    *,
    caption: str | None = None,
    selected: int | None = None,
    colours: Pixels | None = None,
    extent: float | None = None,
    foot: Foot | None = None,
) -> Pixels:
    """Samples x (N, 2) or (N, C, H, W): a grid of images or a point cloud.

    ``caption`` (markup) stands below; ``selected`` is the number of a sample that stands out.
    """
    kind = kind_of(x)
    frame = blank(size, style.panel)
    captioned = caption is not None
    (place,) = samples_layout(kind.count, kind.shape, size, style, captioned, foot is not None)
    with part(frame, place.name):
        draw_term(frame, place.rect, x, style, colours=colours, extent=extent, selected=selected)
    if caption is not None:
        em = type_size(size, style, COLUMNS)
        words, small = fitting(caption, em, size[0] - em, style)
        y = place.rect.bottom + round(0.95 * em)
        write(frame, words, place.rect.centre[0], y, small, style.muted, align="centre")
    if foot is not None:
        draw_footer(frame, foot, type_size(size, style), style)
    return frame


def samples_layout(
    count: int,
    shape: tuple[int, ...],
    size: tuple[int, int],
    style: Style,
    captioned: bool = False,
    footed: bool = False,
) -> Layout:
    """Where ``draw_samples`` puts ``x``."""
    kind = TermKind(count, tuple(shape))
    body, _ = split(size, type_size(size, style), footed)
    em = type_size(size, style, COLUMNS)
    below = line_height(em) + round(0.3 * em) if captioned else 0
    room = Rect(body.x, body.y, body.width, max(1, body.height - below))
    box = room.centred(*kind.fit(room.width, room.height))
    return Layout(size, (Part("x", box, kind.grid(box.width, box.height)),))


def draw_prediction(
    x_t: Tensor,
    x0_hat: Tensor,
    t: int,
    size: tuple[int, int],
    style: Style,
    *,
    colours: Pixels | None = None,
    extent: float | None = None,
    foot: Foot | None = None,
    reach: float = 1.0,
) -> Pixels:
    """The samples now, and where the model thinks that they go: x_t → x0_hat. The axes of x_t, or
    its range of greys, grow with ``reach`` (``factors.reach``).
    """
    row = arrange(kind_of(x_t), size, style, foot is not None)
    frame = blank(size, style.panel)
    row.write_words(frame, style)
    row.write_symbols(frame, {"x_t": f"x_{{{t}}}"}, style)
    for name, x, far in (("x_t", x_t, reach), ("x0_hat", x0_hat, 1.0)):
        with part(frame, name):
            draw_term(frame, row.rect(name), x, style, colours=colours, extent=extent, reach=far)
    if foot is not None:
        draw_footer(frame, foot, type_size(size, style), style)
    return frame


@lru_cache(maxsize=16)
def arrange(kind: TermKind, size: tuple[int, int], style: Style, footed: bool) -> Row:
    em = type_size(size, style)
    return lay_out(PREDICTED, split(size, em, footed)[0], em, kind.fit, sizes=sizes_of(style))


def fitting(words: str, em: int, room: int, style: Style) -> tuple[str, int]:
    """``words`` and the size of type, ``em`` at most, at which they fit; where that could not be
    read from the last row, without the last of what stands between dots.
    """
    small = min(em, em * room // max(1, text_width(words, em)))
    if small >= style.least:
        return words, style.legible(small)
    return fitting(words.rpartition(" · ")[0], em, room, style)
