"""The board of a tool as a page: rows of pictures with their symbols, signs and notes."""

from functools import cache

import numpy as np
from torch import Tensor

from diffvis.bench.board import Board, Exhibit, Row
from diffvis.rendering.equation import Item, Operator, Term, lay_out, sizes_of, type_size
from diffvis.rendering.footer import Foot, split
from diffvis.rendering.geometry import Rect
from diffvis.rendering.pixels import Pixels, blank, mosaic, to_numpy, to_uint8
from diffvis.rendering.read import Drawn
from diffvis.rendering.scatter import scatter
from diffvis.rendering.scene.noted import note
from diffvis.rendering.sheet import Picture, Sheet, TextLine
from diffvis.rendering.strokes import stroke
from diffvis.rendering.style import SMALLEST, Style
from diffvis.rendering.terms import DEFAULT_EXTENT, TermKind, kind_of
from diffvis.rendering.text import text_width

FIRST_ROW = 11  # em: what a row needs with its words, before type becomes smaller
LEVELS = 256
MARGIN = 1.12  # around the points of a cloud


def board_sheet(
    board: Board,
    size: tuple[int, int],
    style: Style,
    *,
    T: int,
    caption: str = "",
    footed: bool = True,
    title: str = "",
) -> Sheet:
    """The rows below each other; at the foot t of ``T``, what happens and a ``caption``."""
    em = min(type_size(size, style), max(SMALLEST, size[1] // (FIRST_ROW * len(board.rows))))
    em = style.legible(em)
    body = split(size, em, footed, sizes_of(style).around)[0]
    pictures: list[Picture] = []
    words: list[TextLine] = []
    height = body.height // max(1, len(board.rows))
    extent = _extent(board)
    for k, row in enumerate(board.rows):
        box = Rect(body.x, body.y + k * height, body.width, height)
        _place(row, box, em, style, extent, pictures, words)
    if footed:
        words += _foot(board, size, em, style, T, caption)
    return Sheet(size, style, tuple(pictures), tuple(words), title)


def _place(
    row: Row,
    box: Rect,
    em: int,
    style: Style,
    extent: float,
    pictures: list[Picture],
    words: list[TextLine],
) -> None:
    items: list[Item] = []
    exhibits: dict[str, Exhibit] = {}
    for k, item in enumerate(row):
        if isinstance(item, str):
            items.append(Operator(item))
        else:
            exhibits[str(k)] = item
            items.append(Term(str(k), item.symbol, item.note))
    leading = max((kind_of(e.x) for e in exhibits.values() if e.meaning != "path"),
                  key=lambda kind: (kind.count, kind.shape), default=TermKind(1, (2,)))  # fmt: skip
    laid = lay_out(items, box, em, leading.fit, 4.0, sizes_of(style))
    for name, rect in laid.pictures:
        exhibit, room = exhibits[name], (rect.width, rect.height)
        pixels = _pixels(exhibit, room, style, extent)
        high, wide = pixels.shape[:2]
        x, y = rect.x + (rect.width - wide) // 2, rect.y + (rect.height - high) // 2
        pictures.append(Picture(x, y, pixels))
        if exhibit.meaning != "path":
            grid = kind_of(exhibit.x).grid(*room)
            note(Drawn(Rect(x, y, wide, high), exhibit.x, grid, extent, name))
    words += (
        TextLine(w.markup, w.x, w.y, w.size, getattr(style, w.tone), bold=w.bold)
        for w in laid.words
    )


def _foot(
    board: Board, size: tuple[int, int], em: int, style: Style, T: int, caption: str
) -> list[TextLine]:
    """``t = 100`` large, ``of 300`` small, then what happens; what made it on the right."""
    rect = split(size, em, True)[1]
    middle, small = rect.y + rect.height // 2 + round(0.1 * em), max(style.least, em)
    large = round(1.9 * em)
    foot = Foot(board.t, T)
    x = rect.x
    found = [TextLine(foot.now, x, middle, large, style.signal, bold=True, align="left")]
    x += text_width(foot.widest, large, bold=True) + round(0.7 * em)
    below = middle + round(0.25 * em)
    said = f"{foot.whole} · {board.words}" if board.words else foot.whole
    found.append(TextLine(said, x, below, small, style.muted, align="left"))
    x += text_width(said, small) + em
    if caption and text_width(caption, small) <= rect.right - x:
        found.append(TextLine(caption, rect.right, below, small, style.muted, align="right"))
    return found


def _pixels(exhibit: Exhibit, size: tuple[int, int], style: Style, extent: float) -> Pixels:
    """The pictures of an exhibit as large as there is room for."""
    x = exhibit.x
    if exhibit.meaning == "path":
        return _path(to_numpy(x)[0], size, style)
    if x.ndim == 2:
        return scatter(x, None, size, extent, style)
    grid = kind_of(x).grid(*size)
    assert grid is not None
    if exhibit.meaning == "share":
        return mosaic(_heat(x), grid, style.panel)
    span = style.span
    if exhibit.meaning == "signed":
        most = float(x.abs().max()) or 1.0
        span = -most, most
    return mosaic(to_uint8(x, span), grid, style.panel)


def _heat(x: Tensor) -> Pixels:
    """From 0 to the largest value in the colours of cividis, which all eyes see in one order."""
    values = to_numpy(x)[:, 0]
    most = float(values.max()) or 1.0
    numbers = np.clip(np.rint(values / most * (LEVELS - 1)), 0, LEVELS - 1).astype(np.uint8)
    return _cividis()[numbers]


@cache
def _cividis() -> Pixels:
    import matplotlib as mpl  # it takes its time, and few boards have a map

    return (mpl.colormaps["cividis"](np.arange(LEVELS))[:, :3] * 255).round().astype(np.uint8)


def _path(places: np.ndarray, size: tuple[int, int], style: Style) -> Pixels:
    """A curve that falls from noise, at the top, to data."""
    frame = blank(size, style.background)
    if len(places) < 2:
        return frame
    width, height = size
    edge = max(2, min(size) // 20)
    across = np.linspace(edge, width - edge, len(places))
    down = height - edge - places / max(1.0, float(places.max())) * (height - 2 * edge)
    line = np.stack([across, down], 1)
    stroke(frame, Rect(0, 0, width, height), [line], style.signal, max(1.2, min(size) / 120))
    return frame


def _extent(board: Board) -> float:
    """What points are drawn within: all of them, but for a few that are far away."""
    clouds = [e.x for e in board.exhibits if e.x.ndim == 2 and e.meaning != "path"]
    if not clouds:
        return DEFAULT_EXTENT
    reach = max(float(np.quantile(np.abs(to_numpy(x)), 0.999)) for x in clouds if len(x))
    return max(DEFAULT_EXTENT, MARGIN * reach)
