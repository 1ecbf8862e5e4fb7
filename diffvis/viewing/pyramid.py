"""A long curve at any magnification: lowest, highest and mean value of ever longer stretches.

Points that are NaN are passed over by the lowest and the highest, unless there are no others.
"""

from dataclasses import dataclass

import numpy as np

from diffvis.viewing.loss_history import Column

FIRST, FACTOR = 16, 4  # points in the shortest stretch, and how much longer the next ones are


@dataclass(frozen=True, eq=False)
class Stretches:
    """Neighbouring stretches of a curve, each array (n,)."""

    start: np.ndarray  # index of the first point of each
    low: np.ndarray
    high: np.ndarray
    mean: np.ndarray


class _Level:
    def __init__(self) -> None:
        self.low, self.high, self.mean = Column(), Column(), Column()

    def __len__(self) -> int:
        return len(self.mean)

    def take(self, low: np.ndarray, high: np.ndarray, mean: np.ndarray) -> None:
        """Append the summaries of stretches given row by row, each (n, length)."""
        self.low.extend(np.fmin.reduce(low, axis=1))
        self.high.extend(np.fmax.reduce(high, axis=1))
        self.mean.extend(mean.mean(1))


class Pyramid:
    """Grows with a column; only what is new is looked at."""

    def __init__(self, y: Column) -> None:
        self._y = y
        self._levels: list[_Level] = []

    def stretches(self, start: int, stop: int, limit: int) -> Stretches:
        """The points ``start`` to ``stop`` in at most ``limit`` + 1 stretches.

        Few points are each a stretch of their own. The first stretch may begin before ``start``.
        """
        self._grow()
        stop = min(stop, len(self._y))
        start = min(max(0, start), stop)
        width = 1
        while -(-(stop - start) // width) > limit:
            width *= 2
        if width == 1:
            y = self._y.view()[start:stop]
            return Stretches(np.arange(start, stop), y, y, y)
        first = start // width
        parts = self._whole(first, stop // width, width)
        full = first + len(parts[0])
        rest = self._y.view()[full * width : stop]
        if len(rest):
            ends = (np.fmin.reduce(rest), np.fmax.reduce(rest), rest.mean())
            parts = [np.append(part, end) for part, end in zip(parts, ends, strict=True)]
        return Stretches((first + np.arange(len(parts[0]))) * width, *parts)

    def _whole(self, first: int, full: int, width: int) -> list[np.ndarray]:
        """Lowest, highest and mean of the stretches ``first`` to ``full`` of ``width`` points, from
        the level next below or, where stretches are short, from the points.
        """
        place = -1
        while FIRST * FACTOR ** (place + 1) <= width:
            place += 1
        if place < 0:
            below, columns = 1, [self._y.view()] * 3
        else:
            below = FIRST * FACTOR**place
            level = self._levels[place] if place < len(self._levels) else _Level()
            columns = [column.view() for column in (level.low, level.high, level.mean)]
        ratio = width // below
        full = max(first, min(full, len(columns[0]) // ratio))
        low, high, mean = (c[first * ratio : full * ratio].reshape(-1, ratio) for c in columns)
        return [np.fmin.reduce(low, axis=1), np.fmax.reduce(high, axis=1), mean.mean(1)]

    def _grow(self) -> None:
        below, length = None, FIRST
        for place in range(32):
            if place == len(self._levels):
                if (len(self._y) if below is None else len(below)) < length:
                    return
                self._levels.append(_Level())
            level = self._levels[place]
            done = len(level) * length
            if below is None:
                y = self._y.view()
                rows = y[done : len(y) // length * length].reshape(-1, length)
                level.take(rows, rows, rows)
            else:
                end = len(below) // length * length
                low, high, mean = (
                    column.view()[done:end].reshape(-1, length)
                    for column in (below.low, below.high, below.mean)
                )
                level.take(low, high, mean)
            below, length = level, FACTOR
