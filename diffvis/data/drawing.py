"""A drawing as data: the strokes of a hand, and points that lie evenly along them.

A drawing lies in about [-1, 1]^2, as the toys do.
"""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import torch

from diffvis.data.cloud import Cloud
from diffvis.diffusion.seeds import seeded
from diffvis.errors import UserError

SCRIBBLE, SPRAY, LINE, ERASER = TOOLS = ("scribble", "spray", "line", "eraser")
CLASSES = 6
LEAST_POINTS, MOST_POINTS = 1_000, 20_000
DOT = 0.05  # a drawing that is no larger is one dot
DECIMALS = 5  # of a coordinate
_DENSER, _DENSEST = 4, 32  # times as many points, where some of them are erased
_SLOTS = (0, 5, 3, 1, 4, 2)  # of the classes in the colours: the first ones are the least alike
_BAND = 0.7  # of a slot that has the colours of one class

Place = tuple[float, float]


@dataclass(frozen=True)
class Stroke:
    """One movement of the hand; a path of one place is a dot."""

    tool: str
    of_class: int
    """1..``CLASSES``; that of an eraser means nothing."""
    width: float
    """Diameter of what is drawn with, in data units."""
    path: tuple[Place, ...]

    @cached_property
    def length(self) -> float:
        """Of the path; a dot has none."""
        steps = np.diff(np.array(self.path), axis=0)
        return float(np.hypot(steps[:, 0], steps[:, 1]).sum())

    @property
    def weight(self) -> float:
        """How much of the drawing it is: a dot is as long as it is wide."""
        return max(self.length, self.width)


@dataclass(frozen=True)
class Drawing:
    """Strokes in the order in which they were drawn: an eraser takes of those before it."""

    strokes: tuple[Stroke, ...] = ()

    def __len__(self) -> int:
        return len(self.strokes)

    def with_stroke(self, stroke: Stroke) -> "Drawing":
        return Drawing((*self.strokes, stroke))

    @property
    def marks(self) -> tuple[Stroke, ...]:
        """All but what erases."""
        return tuple(stroke for stroke in self.strokes if stroke.tool != ERASER)


class Drawn(NamedTuple):
    """The points of a drawing, and the names of their classes: none where there is only one."""

    cloud: Cloud
    classes: tuple[str, ...]


def colour_place(of_class: int, along: float = 0.5) -> float:
    """Where in the colours of origin a point of a class stands, by its place along the strokes of
    that class; both lie in [0, 1].
    """
    return (_SLOTS[of_class - 1] + (1 - _BAND) / 2 + _BAND * along) / CLASSES


def points_of(drawing: Drawing, n: int, seed: int = 0) -> Drawn:
    """``n`` points, as many for each piece of the same length, spread over the width there.

    Of a spray, more lie in the middle. Where something is erased, the points are those that remain
    of several times as many, again evenly. The same drawing has the same points.

    Raises:
        UserError: nothing is drawn, all of it is erased, or what is there is one dot.
    """
    if not drawing.marks:
        raise UserError("Nothing is drawn yet", "draw a line, or spray")
    erased = len(drawing.marks) < len(drawing)
    x, stroke = (_remaining if erased else _along)(drawing, n, seed)
    if np.ptp(x, axis=0).max() <= DOT:
        raise UserError("The drawing is one dot", "draw a line, spray, or make more dots")
    of_class = np.array([each.of_class for each in drawing.strokes])[stroke]
    numbers, labels = np.unique(of_class, return_inverse=True)
    single = len(numbers) == 1
    cloud = Cloud(
        torch.from_numpy(x.round(DECIMALS)).float(),
        torch.from_numpy(_origins(of_class, single)).float(),
        None if single else torch.from_numpy(labels.astype(np.int64)),
    )
    return Drawn(cloud, () if single else tuple(map(str, numbers)))


def stretch_of(cloud: Cloud) -> float:
    """How many times wider than high the points lie, or higher than wide: standardised, they do
    not any more.
    """
    low, high = sorted(cloud.x.double().std(dim=0, correction=0).tolist())
    return high / max(low, 1e-9)


def reached(eraser: Stroke, x: np.ndarray) -> np.ndarray:
    """Which of the points (n, 2) are no further from its path than its half width; bool (n,)."""
    radius, path = eraser.width / 2, np.array(eraser.path)
    order = np.argsort(x[:, 1])  # so that each piece of the path is compared with few of them
    column, row = x[order].T
    found = np.zeros(len(x), bool)
    for start, end in zip(path, path[1:] if len(path) > 1 else path, strict=False):
        low, high = np.minimum(start, end) - radius, np.maximum(start, end) + radius
        first, last = np.searchsorted(row, [low[1], high[1]])
        within = (column[first:last] >= low[0]) & (column[first:last] <= high[0])
        near = first + np.flatnonzero(within & ~found[first:last])
        way, off = end - start, np.stack([column[near] - start[0], row[near] - start[1]], axis=1)
        part = np.clip(off @ way / max(way @ way, 1e-12), 0, 1)
        off -= part[:, None] * way
        found[near[np.hypot(off[:, 0], off[:, 1]) <= radius]] = True
    of_x = np.empty_like(found)
    of_x[order] = found
    return of_x


def _along(drawing: Drawing, n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """``n`` points (n, 2) along all marks, one after the other, and the number of the stroke of
    each, as if nothing were erased.
    """
    inked = [k for k, stroke in enumerate(drawing.strokes) if stroke.tool != ERASER]
    ends = np.cumsum([drawing.strokes[k].weight for k in inked])
    at = (np.arange(n) + 0.5) * (ends[-1] / n)
    which = np.minimum(np.searchsorted(ends, at, side="right"), len(inked) - 1)
    draws = torch.rand(n, 2, generator=seeded(seed), dtype=torch.float64).numpy()
    x = np.empty((n, 2))
    for place, k in enumerate(inked):
        mine, stroke = which == place, drawing.strokes[k]
        part = (at[mine] - (ends[place] - stroke.weight)) / stroke.weight
        x[mine] = _on_path(stroke, part) + _within(stroke, draws[mine])
    return x, np.array(inked)[which]


def _on_path(stroke: Stroke, part: np.ndarray) -> np.ndarray:
    """The places (n, 2) at these parts of the path, 0 to 1."""
    path = np.array(stroke.path)
    so_far = np.concatenate([[0.0], np.hypot(*np.diff(path, axis=0).T).cumsum()])
    at = part * so_far[-1]
    return np.stack([np.interp(at, so_far, path[:, axis]) for axis in (0, 1)], axis=1)


def _within(stroke: Stroke, draws: np.ndarray) -> np.ndarray:
    """How far from the path, (n, 2), by two numbers of [0, 1) each: over a disc."""
    angle, reach = 2 * np.pi * draws[:, 0], draws[:, 1]
    radius = stroke.width / 2 * (reach if stroke.tool == SPRAY else np.sqrt(reach))
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)


def _remaining(drawing: Drawing, n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """``n`` points that no later eraser has reached, and their strokes."""
    x, stroke = _left(drawing, _DENSER * n, seed)
    if 0 < len(x) < n:
        denser = min(_DENSEST, math.ceil(1.1 * _DENSER * n / len(x)))
        x, stroke = _left(drawing, denser * n, seed)
    if not len(x):
        raise UserError("All that was drawn is erased", "draw a line, or spray")
    some = ((np.arange(n) + 0.5) * (len(x) / n)).astype(np.intp)
    return x[some], stroke[some]


def _left(drawing: Drawing, n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """What is left of ``n`` points, and their strokes."""
    x, stroke = _along(drawing, n, seed)
    for k, eraser in enumerate(drawing.strokes):
        if eraser.tool == ERASER:
            left = (stroke > k) | ~reached(eraser, x)
            x, stroke = x[left], stroke[left]
    return x, stroke


def _origins(of_class: np.ndarray, single: bool) -> np.ndarray:
    """The colour of origin of each point, by its place along the strokes of its class: all
    colours where there is one class, those of its band else.
    """
    origin = np.empty(len(of_class))
    for number in np.unique(of_class):
        mine = of_class == number
        along = (np.arange(mine.sum()) + 0.5) / mine.sum()
        first, last = (0, 1) if single else (colour_place(int(number), end) for end in (0, 1))
        origin[mine] = first + (last - first) * along
    return origin.round(DECIMALS)
