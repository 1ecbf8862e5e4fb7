"""A page as a list of pictures and words with their places: PNG, SVG and PDF show the same."""

from dataclasses import dataclass

import numpy as np

from diffvis.rendering.geometry import Rect
from diffvis.rendering.pixels import Pixels, blank, paste
from diffvis.rendering.style import Colour, Style
from diffvis.rendering.text import write


@dataclass(frozen=True, eq=False)
class Picture:
    """uint8 (h, w, 3), its first pixel at (x, y)."""

    x: int
    y: int
    pixels: Pixels

    @property
    def rect(self) -> Rect:
        return Rect(self.x, self.y, self.pixels.shape[1], self.pixels.shape[0])


@dataclass(frozen=True)
class TextLine:
    """One line of plain words of ``size`` pixels whose letters are centred about row ``y``."""

    text: str
    x: int
    y: int
    size: int
    colour: Colour
    bold: bool = False
    align: str = "centre"


@dataclass(frozen=True, eq=False)
class Sheet:
    """``size`` is (width, height) in pixels."""

    size: tuple[int, int]
    style: Style
    pictures: tuple[Picture, ...]
    words: tuple[TextLine, ...]
    title: str = ""


def draw_sheet(sheet: Sheet) -> Pixels:
    """As pixels (height, width, 3)."""
    frame = blank(sheet.size, sheet.style.panel)
    for picture in sheet.pictures:
        paste(frame, np.asarray(picture.pixels), picture.x, picture.y)
    for word in sheet.words:
        write(
            frame, word.text, word.x, word.y, word.size, word.colour,
            bold=word.bold, align=word.align,
        )  # fmt: skip
    return frame
