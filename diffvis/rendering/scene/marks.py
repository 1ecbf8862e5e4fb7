"""The marks of a scene, each in pixels from the corner of what it is painted on."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from diffvis.rendering.geometry import Rect
from diffvis.rendering.style import Colour


@dataclass(frozen=True)
class Fill:
    """A rectangle of one colour. ``ground``: what a picture lies on, which may shine through."""

    rect: Rect
    colour: Colour
    ground: bool = False

    def shown(self, transparent: bool) -> bool:
        """Whether there is anything of it, where grounds may be left out."""
        return not (self.ground and transparent) and self.rect.width * self.rect.height > 0

    def moved(self, x: int, y: int) -> "Fill":
        return replace(self, rect=self.rect.moved(x, y))


@dataclass(frozen=True, eq=False)
class Image:
    """Pixels uint8 (h, w, 3), the first at (x, y). ``smooth``: they may be blurred between."""

    x: int
    y: int
    pixels: np.ndarray
    smooth: bool = False

    def moved(self, x: int, y: int) -> "Image":
        return replace(self, x=self.x + x, y=self.y + y)


@dataclass(frozen=True)
class Words:
    """A line of markup from ``x`` on that stands on the row ``baseline``, ``width`` pixels wide."""

    markup: str
    x: int
    baseline: int
    size: int
    colour: Colour
    bold: bool
    width: int

    def moved(self, x: int, y: int) -> "Words":
        return replace(self, x=self.x + x, baseline=self.baseline + y)


@dataclass(frozen=True, eq=False)
class Lines:
    """Lines, each (n, 2) of (column, row), that cover no more than once where they cross."""

    lines: tuple[np.ndarray, ...]
    colour: Colour
    thickness: float
    opacity: float
    within: Rect

    def moved(self, x: int, y: int) -> "Lines":
        lines = tuple(np.add(line, (x, y)) for line in self.lines)
        return replace(self, lines=lines, within=self.within.moved(x, y))


@dataclass(frozen=True, eq=False)
class Dots:
    """Discs at ``points`` (N, 2) of (column, row), all of one colour or each of its own (N, 3)."""

    points: np.ndarray
    colours: np.ndarray | Colour
    radius: float
    opacity: float
    within: Rect

    def moved(self, x: int, y: int) -> "Dots":
        return replace(self, points=np.add(self.points, (x, y)), within=self.within.moved(x, y))

    def inside(self) -> tuple[np.ndarray, np.ndarray | Colour]:
        """Those whose middle is in sight, with their colours; none that is not finite."""
        x, y = self.points.T
        box = self.within
        seen = (x >= box.x) & (x <= box.right) & (y >= box.y) & (y <= box.bottom)
        colours = self.colours if isinstance(self.colours, tuple) else self.colours[seen]
        return self.points[seen], colours


@dataclass(frozen=True, eq=False)
class Plot:
    """A ``Chart`` in ``rect``."""

    rect: Rect
    chart: Any

    def moved(self, x: int, y: int) -> "Plot":
        return replace(self, rect=self.rect.moved(x, y))


@dataclass(frozen=True, eq=False)
class Part:
    """Marks that belong together under a ``name``, such as ``x_t``."""

    name: str
    marks: "tuple[Mark, ...]"

    def moved(self, x: int, y: int) -> "Part":
        return replace(self, marks=tuple(mark.moved(x, y) for mark in self.marks))


AXES = "axes"
"""The part of numbers along axes: that there are axes is said in another way."""

Mark = Fill | Image | Words | Lines | Dots | Plot | Part


@dataclass(frozen=True, eq=False)
class Scene:
    """``size`` is (width, height) in pixels, of which 96 are an inch.

    ``alternative`` says in a sentence what is seen, for whoever does not see it.
    """

    size: tuple[int, int]
    marks: tuple[Mark, ...]
    title: str = ""
    alternative: str = ""

    def __iter__(self) -> Iterator[Mark]:
        """The marks in the order in which they are painted, without the parts around them."""
        yield from _flat(self.marks)

    @property
    def words(self) -> list[str]:
        """The markup of each line."""
        return [mark.markup for mark in self if isinstance(mark, Words)]

    @property
    def parts(self) -> dict[str, Part]:
        """The parts by their names."""
        return {mark.name: mark for mark in self.marks if isinstance(mark, Part)}


def _flat(marks: tuple[Mark, ...]) -> Iterator[Mark]:
    for mark in marks:
        if isinstance(mark, Part):
            yield from _flat(mark.marks)
        else:
            yield mark
