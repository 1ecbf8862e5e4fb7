"""Film strips one over the other: the same samples and noise under different schedules."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from torch import Tensor

from diffvis.rendering.geometry import Rect
from diffvis.rendering.pixels import Pixels, blank, fill, outline
from diffvis.rendering.scene.recorder import part
from diffvis.rendering.style import TYPE, Style
from diffvis.rendering.terms import TermKind, draw_term, kind_of, moment_name
from diffvis.rendering.text import line_height, text_width, write


@dataclass(frozen=True, eq=False)
class StripRow:
    """One schedule: its name, a number below it, x_t now, and x_t at the times of the strip."""

    name: str
    number: str
    tone: str
    """The field of Style that has its colour."""
    now: Tensor
    moments: Sequence[Tensor]


@dataclass(frozen=True)
class StripsLayout:
    em: int
    names: int
    """Pixels that the names take on the left."""
    pictures: tuple[tuple[Rect, ...], ...]
    """For each row: x_t now, then the strip."""


@lru_cache(maxsize=16)
def strips_layout(
    rows: int, columns: int, kind: TermKind, widest: int, size: tuple[int, int], em: int
) -> StripsLayout:
    """``columns`` counts the moments of the strip; ``widest`` is the longest name in pixels."""
    width, height = size
    names = min(widest + em, width // 3)
    gap = em  # between x_t now and the strip
    foot = line_height(em)
    pitch = (width - names - gap) / (columns + 1)
    tall = (height - foot) / rows
    margin = max(2, round(0.22 * em))
    wide, high = kind.fit(max(1, int(pitch) - 2 * margin), max(1, int(tall) - 2 * margin))
    made = []
    for row in range(rows):
        middle = (row + 0.5) * tall
        rects = []
        for column in range(columns + 1):
            left = names + (column + 0.5) * pitch + (gap if column else 0)
            rects.append(Rect(round(left - wide / 2), round(middle - high / 2), wide, high))
        made.append(tuple(rects))
    return StripsLayout(em, names, tuple(made))


def draw_strips(
    rows: Sequence[StripRow],
    t: int,
    times: Sequence[int],
    size: tuple[int, int],
    style: Style,
    colours: Pixels | None = None,
    extent: float | None = None,
) -> Pixels:
    """Each row's x_t at the shared t, outlined, and beside it the strip at ``times``."""
    layout = place_strips(rows, times, size, style)
    em = layout.em
    frame = blank(size, style.panel)
    thick = max(2, round(0.14 * em))
    for row, rects in zip(rows, layout.pictures, strict=True):
        tone = getattr(style, row.tone)
        middle = rects[0].centre[1]
        write(frame, row.name, style.least // 2, middle - round(0.65 * em), em, tone, bold=True)
        write(frame, row.number, style.least // 2, middle + round(0.65 * em), em, style.muted)
        names = "now", *map(moment_name, times)
        for name, x, rect in zip(names, (row.now, *row.moments), rects, strict=True):
            with part(frame, name):
                draw_term(frame, rect, x, style, colours=colours, extent=extent)
        outline(frame, rects[0], tone, thick)
    base = size[1] - line_height(em) // 2
    for column, moment in enumerate((t, *times)):
        centre = layout.pictures[0][column].centre[0]
        tone = style.text if column == 0 else style.muted
        words = f"t = {moment}"
        write(frame, words, centre, base, em, tone, bold=column == 0, align="centre")
    if len(layout.pictures[0]) > 1:
        first, second = layout.pictures[0][0], layout.pictures[0][1]
        fill(frame, Rect((first.right + second.x) // 2, 0, 1, size[1]), style.border)
    return frame


def place_strips(
    rows: Sequence[StripRow], times: Sequence[int], size: tuple[int, int], style: Style
) -> StripsLayout:
    """Where ``draw_strips`` puts its pictures."""
    em = style.legible(min(round(TYPE * style.text_scale), size[1] // 9))
    widest = max(
        max(text_width(row.name, em, bold=True), text_width(row.number, em)) for row in rows
    )
    label = text_width(f"t = {max(times)}", em, bold=True)
    while em > (style.least or 7) and label * (len(times) + 1) > 0.92 * (
        size[0] - min(widest + em, size[0] // 3)
    ):
        em -= 1
        label = text_width(f"t = {max(times)}", em, bold=True)
    return strips_layout(len(rows), len(times), kind_of(rows[0].now), widest, size, em)
