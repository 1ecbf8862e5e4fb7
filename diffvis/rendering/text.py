r"""Words and formulas as masks, with a tiny markup.

``x_{t}`` or ``x_t`` sets an index below, ``x^{2}`` above; ``\bar{α}``, ``\hat{x}``, ``\tilde{β}``
and ``\sqrt{...}`` are drawn around what they enclose, however wide it is. Everything else stands
as it is; ``escape`` keeps the marks in other people's words, such as the name of a file.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from diffvis.files import resource
from diffvis.rendering.markup import Piece, escape, parse
from diffvis.rendering.pixels import Pixels, blend
from diffvis.rendering.scene.marks import Words
from diffvis.rendering.scene.recorder import note_mark
from diffvis.rendering.style import Colour

__all__ = ["Ink", "escape", "ink", "line_height", "text_width", "write"]

ASCENT, DESCENT = 0.76, 0.24  # of the size of the type: capitals and descenders of DejaVu Sans
X_HEIGHT = 0.55
INDEX = 0.68  # size of an index beside its letter
SUPERSAMPLE = 8
FINE = 16  # times the size at which the width of letters is no longer rounded


@dataclass(frozen=True, eq=False)
class Ink:
    """Drawn words: how strongly each pixel (h, w) is covered, and which row they stand on."""

    mask: Pixels
    baseline: int

    @property
    def width(self) -> int:
        return self.mask.shape[1]

    @property
    def height(self) -> int:
        return self.mask.shape[0]


@lru_cache(maxsize=4096)
def ink(markup: str, size: int, bold: bool = False) -> Ink:
    """``markup`` in type of ``size`` pixels. Cached: what does not change is drawn once."""
    box = _row(parse(markup), float(size), bold)
    margin = 2
    width = max(1, round(box.width)) + 2 * margin
    baseline = round(box.ascent) + margin
    image = Image.new("L", (width, baseline + round(box.descent) + margin))
    box.draw(_Brush(image), float(margin), float(baseline))
    mask = np.asarray(image)[:, margin:-margin].copy()
    mask.setflags(write=False)
    return Ink(mask, baseline)


def text_width(markup: str, size: int, bold: bool = False) -> int:
    """Pixels from the first letter to the last."""
    return ink(markup, size, bold).width


def line_height(size: int) -> int:
    """From one line to the next."""
    return round(1.35 * size)


def write(
    frame: Pixels,
    markup: str,
    x: int,
    y: int,
    size: int,
    colour: Colour,
    *,
    bold: bool = False,
    align: str = "left",
) -> int:
    """Write one line whose letters are centred about row ``y``; returns its width.

    ``align`` says what ``x`` is: the ``left`` end, the ``centre`` or the ``right`` end.
    """
    made = ink(markup, size, bold)
    shift = {"left": 0, "centre": made.width // 2, "right": made.width}[align]
    baseline = y + round(0.36 * size)
    note_mark(frame, lambda: Words(markup, x - shift, baseline, size, colour, bold, made.width))
    blend(frame, made.mask, x - shift, baseline - made.baseline, colour)
    return made.width


# --- from pieces to boxes --------------------------------------------------------------------


class Pen(Protocol):
    """Writes letters and lines, wherever that is."""

    def letters(self, text: str, x: float, baseline: float, size: float, bold: bool) -> None: ...

    def line(self, points: list[tuple[float, float]], thickness: float) -> None: ...


def write_with(pen: Pen, markup: str, x: float, baseline: float, size: int, bold: bool) -> None:
    """The letters and lines of ``markup``, each at its place."""
    _row(parse(markup), float(size), bold).draw(pen, x, baseline)


def advance(text: str, size: float, bold: bool) -> float:
    """Pixels from these letters to what follows them."""
    return _font(size, bold).getlength(text)


def even_size(text: str, size: float, bold: bool) -> float:
    """The size at which letters take as much room where nobody moves them onto whole pixels."""
    natural = advance(text, FINE * size, bold) / FINE
    return size * advance(text, size, bold) / natural if natural > 0 else size


class _Brush:
    """Paints them as a mask."""

    def __init__(self, image: Image.Image) -> None:
        self._image = image

    def letters(self, text: str, x: float, baseline: float, size: float, bold: bool) -> None:
        font = _font(size, bold)
        ImageDraw.Draw(self._image).text((x, baseline), text, font=font, fill=255, anchor="ls")

    def line(self, points: list[tuple[float, float]], thickness: float) -> None:
        _stroke(self._image, points, thickness)


_Draw = Callable[[Pen, float, float], None]  # pen, x, baseline


@dataclass(frozen=True)
class _Box:
    width: float
    ascent: float
    descent: float
    draw: _Draw


@lru_cache(maxsize=64)
def _font(size: float, bold: bool) -> ImageFont.FreeTypeFont:
    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    layout = ImageFont.Layout.BASIC  # the same pixels with and without libraqm
    return ImageFont.truetype(str(resource(f"fonts/{name}")), size, layout_engine=layout)


def _row(pieces: tuple[Piece, ...], size: float, bold: bool) -> _Box:
    """Pieces side by side; an index above and one below the same letter share their place."""
    placed: list[tuple[float, float, _Box]] = []  # x, shift of the baseline
    x, index_start, index_end = 0.0, 0.0, 0.0
    previous = ""
    for piece in pieces:
        if piece.kind in ("sub", "sup"):
            box = _row(piece.inside, INDEX * size, bold)
            if previous not in ("sub", "sup"):
                index_start = index_end = x + 0.02 * size
            shift = 0.2 * size if piece.kind == "sub" else -0.38 * size
            placed.append((index_start, shift, box))
            index_end = max(index_end, index_start + box.width)
            x = index_end
        else:
            box = _letters(piece.text, size, bold) if piece.kind == "text" else None
            box = box or _accented(piece, size, bold)
            placed.append((x, 0.0, box))
            x += box.width
        previous = piece.kind
    ascent = max([ASCENT * size, *(box.ascent - shift for _, shift, box in placed)])
    descent = max([DESCENT * size, *(box.descent + shift for _, shift, box in placed)])

    def draw(pen: Pen, left: float, baseline: float) -> None:
        for offset, shift, box in placed:
            box.draw(pen, left + offset, baseline + shift)

    return _Box(x, ascent, descent, draw)


@lru_cache(maxsize=4096)
def _letters(text: str, size: float, bold: bool) -> _Box:
    font = _font(size, bold)

    def draw(pen: Pen, left: float, baseline: float) -> None:
        pen.letters(text, left, baseline, size, bold)  # this is kept, and a font takes 27 KB

    top = -font.getbbox(text, anchor="ls")[1]
    return _Box(font.getlength(text), max(top, X_HEIGHT * size), DESCENT * size, draw)


def _accented(piece: Piece, size: float, bold: bool) -> _Box:
    inner = _row(piece.inside, size, bold)
    stroke = size * (0.1 if bold else 0.075)
    # A letter such as x ends well below the row's ascent; the accent should sit on the letter.
    top = _top(piece.inside, size, bold)
    if piece.kind == "sqrt":
        return _root(inner, top, size, stroke)
    rise = top + 0.1 * size
    middle = inner.width / 2
    if piece.kind == "bar":
        half = max(0.2 * size, 0.36 * inner.width)
        points = [(middle - half, -rise), (middle + half, -rise)]
    elif piece.kind == "hat":
        half = max(0.17 * size, 0.28 * inner.width)
        points = [
            (middle - half, -rise),
            (middle, -rise - 0.16 * size),
            (middle + half, -rise),
        ]
    else:
        half = 0.26 * size
        steps = np.linspace(-1, 1, 17)
        wave = 0.05 * size * np.sin(-np.pi * steps) - rise - 0.05 * size
        points = list(zip(middle + half * steps, wave, strict=True))

    def draw(pen: Pen, left: float, baseline: float) -> None:
        inner.draw(pen, left, baseline)
        pen.line([(left + x, baseline + y) for x, y in points], stroke)

    highest = -min(y for _, y in points) + stroke
    return _Box(inner.width, max(inner.ascent, highest), inner.descent, draw)


def _root(inner: _Box, top: float, size: float, stroke: float) -> _Box:
    rise = top + 0.16 * size
    lead = 0.52 * size  # from the hook to what stands under the root

    def draw(pen: Pen, left: float, baseline: float) -> None:
        inner.draw(pen, left + lead, baseline)
        roof = round(baseline - rise) + 0.5 * (round(stroke) % 2)  # a crisp line
        points = [
            (left + 0.04 * size, baseline - 0.3 * size),
            (left + 0.14 * size, baseline - 0.36 * size),
            (left + 0.28 * size, baseline + 0.06 * size),
            (left + 0.46 * size, roof),
            (left + lead + inner.width + 0.02 * size, roof),
        ]
        pen.line(points, stroke)

    width = lead + inner.width + 0.06 * size
    return _Box(width, max(inner.ascent, rise + stroke), inner.descent, draw)


def _top(pieces: tuple[Piece, ...], size: float, bold: bool) -> float:
    """How far the ink of these pieces rises above the baseline; indices below do not count."""
    tops = [X_HEIGHT * size]
    for piece in pieces:
        if piece.kind == "text":
            tops.append(-_font(size, bold).getbbox(piece.text, anchor="ls")[1])
        elif piece.kind != "sub":
            tops.append(_row((piece,), size, bold).ascent)
    return max(tops)


def _stroke(image: Image.Image, points: list[tuple[float, float]], thickness: float) -> None:
    """A line through ``points`` of at least one pixel's thickness, with soft edges."""
    thickness = max(1.0, thickness)
    edge = int(thickness) + 2
    xs, ys = zip(*points, strict=True)
    left, top = int(min(xs)) - edge, int(min(ys)) - edge
    width, height = int(max(xs)) + edge - left, int(max(ys)) + edge - top
    k = SUPERSAMPLE
    big = Image.new("L", (width * k, height * k))
    line = [((x - left) * k, (y - top) * k) for x, y in points]
    ImageDraw.Draw(big).line(line, fill=255, width=round(thickness * k), joint="curve")
    small = big.resize((width, height), Image.Resampling.BOX)
    solid = Image.new("L", (width, height), 255)
    image.paste(solid, (left, top), small)
