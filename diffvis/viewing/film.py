"""Samples from the same noise at different moments of a run."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, inf, log2

from torch import Tensor

from diffvis.rendering.geometry import Rect, best_grid
from diffvis.rendering.pixels import Pixels, blank, outline
from diffvis.rendering.style import TYPE, Style
from diffvis.rendering.terms import draw_term
from diffvis.rendering.text import line_height, write
from diffvis.training.progress import Chain

LIMIT_BYTES = 256 * 2**20
SPREAD = 3  # ratio between the steps of neighbouring moments
LEAST_PIXELS = 20  # of the side of a picture that can still be recognised
MAX_COLUMNS = 5


@dataclass(frozen=True, eq=False)
class TrainingFrame:
    """Samples x0 (N, ...) in model units after ``step`` steps."""

    step: int
    x0: Tensor
    chain: Chain | None = None
    """How the first of them came there."""

    @property
    def nbytes(self) -> int:
        return self.x0.nbytes + (0 if self.chain is None else self.chain.x.nbytes)


class Film:
    """The moments of a run, the first one first. The worker appends, the window reads.

    Where they would take more memory than ``limit``, every second one is dropped; the first and
    the newest always stay. The run folder has them all.
    """

    def __init__(self, limit: int = LIMIT_BYTES) -> None:
        self._limit = limit
        self._moments: tuple[TrainingFrame, ...] = ()  # replaced whole

    @property
    def moments(self) -> tuple[TrainingFrame, ...]:
        return self._moments

    def append(self, moment: TrainingFrame) -> None:
        moments = (*self._moments, moment)
        while len(moments) > 3 and sum(m.nbytes for m in moments) > self._limit:
            moments = (*moments[:-1:2], moment)
        self._moments = moments

    def chosen(self, count: int, until: int | None = None) -> tuple[TrainingFrame, ...]:
        """At most ``count`` moments: the first, the newest and some between, early ones closer.

        Samples change fastest at the beginning, so the steps of those between are about a
        geometric series. With ``until``, the film ends at that step.
        """
        moments = self._moments
        if until is not None:
            moments = tuple(moment for moment in moments if moment.step <= until)
        if len(moments) <= count:
            return moments
        places = [len(moments) - 1]
        for left in range(count - 2, 0, -1):  # so many are still to be chosen after the first
            wanted = moments[-1].step / SPREAD ** (count - 1 - left)
            allowed = range(left, places[-1])
            places.append(min(allowed, key=lambda place: abs(moments[place].step - wanted)))
        return tuple(moments[place] for place in (0, *reversed(places)))


def draw_film(
    moments: Sequence[TrainingFrame], shape: tuple[int, int], extent: float, size: tuple[int, int],
    style: Style,
) -> Pixels:  # fmt: skip
    """``moments`` from left to right, each over its step, in ``shape`` = (columns, rows).

    Points are drawn over [-extent, extent], or smaller where most of them lie outside; 1 : 4 says
    that it is four times smaller. Places that have no moment yet are empty frames.
    """
    columns, rows = shape
    width, height = size
    em, side = _measures(shape, size, style)
    across, down = width / columns, height / rows
    top = max(2, (int(down) - side - line_height(em)) // 2)
    frame = blank(size, style.panel)
    for place in range(columns * rows):
        row, column = divmod(place, columns)
        x, y = round((column + 0.5) * across - side / 2), round(row * down) + top
        rect = Rect(x, y, side, side)
        if place >= len(moments):
            outline(frame, rect.inset(1), style.border)
            continue
        newest = place == len(moments) - 1
        _draw_moment(frame, moments[place], rect, em, extent, newest, style)
    return frame


def film_shape(count: int, least: float, size: tuple[int, int], style: Style) -> tuple[int, int]:
    """Columns and rows in which ``count`` moments are largest, or fewer in one row where they would
    be narrower than ``least`` pixels with their step.
    """
    width, height = size
    one_row = max(2, min(count, int(width / least))), 1
    shapes = [(columns, ceil(count / columns)) for columns in range(1, one_row[0] + 1)]
    sides = {shape: _measures(shape, size, style)[1] for shape in (one_row, *shapes)}
    tall = [shape for shape in shapes if height / shape[1] > least]
    return max((one_row, *tall), key=lambda shape: sides[shape])


def _measures(shape: tuple[int, int], size: tuple[int, int], style: Style) -> tuple[int, int]:
    """Pixels of the type, and of the side of a moment."""
    width, height = size[0] // shape[0], size[1] // shape[1]
    em = style.legible(min(round(TYPE * style.text_scale), height // 5))
    return em, max(8, min(width - em, height - line_height(em) - 4))


def _draw_moment(
    frame: Pixels,
    moment: TrainingFrame,
    rect: Rect,
    em: int,
    extent: float,
    newest: bool,
    style: Style,
) -> None:
    x0, words, zoom = moment.x0, f"step {moment.step:,}", 1
    below = rect.bottom + round(0.75 * em)
    if x0.ndim == 4:
        x0 = x0[: pictures_in(x0, rect.width, style)]
        grid = best_grid(len(x0), tuple(x0.shape[-2:]), rect.width, rect.height)
        rect = rect.centred(grid.width, grid.height)
    else:
        zoom = zoom_of(x0, extent)
        words += f"  1 : {zoom:,}" if zoom > 1 else ""
    draw_term(frame, rect, x0, style, extent=extent * zoom)
    tone = style.text if newest else style.muted
    write(frame, words, rect.centre[0], below, em, tone, bold=newest, align="centre")


def pictures_in(x0: Tensor, side: int, style: Style) -> int:
    """How many pictures can be told apart in a square of so many pixels: 1, 4, 9, ..."""
    smallest = max(LEAST_PIXELS * style.text_scale, max(x0.shape[-2:]))
    columns = max(1, min(int(side / smallest), MAX_COLUMNS, int(len(x0) ** 0.5)))
    return columns**2


def zoom_of(x0: Tensor, extent: float) -> int:
    """1 where most points (N, 2) are inside, else how much smaller they must be: 2, 4, 8, ..."""
    reach = float(x0.abs().amax(1).median()) * 1.5
    return 2 ** min(20, ceil(log2(reach / extent))) if extent < reach < inf else 1
