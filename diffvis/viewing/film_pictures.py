"""Pictures of a run's samples: one moment large, two sets of weights, training step against t."""

from collections.abc import Sequence

from torch import Tensor

from diffvis.rendering.geometry import Rect, best_grid
from diffvis.rendering.pixels import Pixels, blank, outline
from diffvis.rendering.style import Style
from diffvis.rendering.terms import draw_term
from diffvis.rendering.text import line_height, text_width, write
from diffvis.viewing.film import TrainingFrame, pictures_in, zoom_of

Titled = tuple[str, Tensor | None]


def draw_beside(
    parts: Sequence[Titled], extent: float, size: tuple[int, int], style: Style
) -> Pixels:
    """Samples side by side as large as there is room, each over its title; None is still to come.

    Points are drawn over [-extent, extent], or smaller where most of them lie outside.
    """
    width, height = size
    frame = blank(size, style.panel)
    em = style.legible(min(round(14 * style.text_scale), height // 6))
    room = width // max(1, len(parts))
    tall = height - line_height(em) - 4
    for place, (title, x0) in enumerate(parts):
        box = Rect(place * room + 4, 2, max(8, room - 8), max(8, tall))
        words = title
        if x0 is None:
            side = min(box.width, box.height)
            inner = box.centred(side, side)
            outline(frame, inner, style.border)
        elif x0.ndim == 4:
            grid = best_grid(len(x0), tuple(x0.shape[-2:]), box.width, box.height)
            inner = box.centred(grid.width, grid.height)
            draw_term(frame, inner, x0, style)
        else:
            zoom = zoom_of(x0, extent)
            words += f"   1 : {zoom:,}" if zoom > 1 else ""
            side = min(box.width, box.height)
            inner = box.centred(side, side)
            draw_term(frame, inner, x0, style, extent=extent * zoom)
        below = inner.bottom + round(0.8 * em)
        write(frame, words, box.centre[0], below, em, style.text, align="centre")
    return frame


def draw_table(
    moments: Sequence[TrainingFrame],
    extent: float,
    size: tuple[int, int],
    style: Style,
    columns: int = 7,
) -> Pixels:
    """Training steps from top to bottom, t from T on the left to 0 on the right.

    Each row is the same noise on its way through the network of that training step.
    """
    width, height = size
    frame = blank(size, style.panel)
    em = style.legible(min(round(12 * style.text_scale), height // 8))
    rows = [moment for moment in moments if moment.chain is not None]
    if not rows:
        words = "The way of the samples is kept with each preview of a run"
        write(frame, words, width // 2, height // 2, em, style.muted, align="centre")
        return frame
    left = max(text_width(f"step {moment.step:,}", em) for moment in rows) + em
    top = line_height(em) + 2
    pitch_x, pitch_y = (width - left) / columns, (height - top) / len(rows)
    side = max(8, int(min(pitch_x, pitch_y)) - 4)
    pitch_x = min(pitch_x, 1.6 * side)
    for row, moment in enumerate(rows):
        y = top + round(row * pitch_y)
        middle = y + side // 2
        write(
            frame, f"step {moment.step:,}", left - em // 2, middle, em, style.muted, align="right"
        )
        chain = moment.chain
        picks = _spread(len(chain.t), columns)
        for column, pick in enumerate(picks):
            x = left + round((column + 0.5) * pitch_x)
            if row == 0:
                words = f"x_{{{chain.t[pick]}}}"
                write(frame, words, x, top // 2, em, style.muted, align="centre")
            _draw_cell(frame, Rect(x - side // 2, y, side, side), chain.x[pick], extent, style)
    return frame


def rows_for(height: int, style: Style) -> int:
    """How many training steps a table of this height can show so that each can be recognised."""
    return max(2, min(8, int(height / (52 * style.text_scale))))


def _draw_cell(frame: Pixels, rect: Rect, x: Tensor, extent: float, style: Style) -> None:
    if x.ndim == 4:
        x = x[: pictures_in(x, rect.width, style)]
        grid = best_grid(len(x), tuple(x.shape[-2:]), rect.width, rect.height)
        draw_term(frame, rect.centred(grid.width, grid.height), x, style)
    else:
        draw_term(frame, rect, x, style, extent=extent * zoom_of(x, extent))


def _spread(length: int, count: int) -> list[int]:
    """At most ``count`` places from the first to the last of so many, evenly apart."""
    if length <= count:
        return list(range(length))
    return [round(place * (length - 1) / (count - 1)) for place in range(count)]
