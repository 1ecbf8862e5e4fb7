"""Squares of a picture that are marked with a brush, by hand or by keys."""

import numpy as np

Cell = tuple[int, int]
"""Row and column, from 0."""
MOST = 9


class CellBrush:
    """Marks of a grid, bool (height, width), a cursor on it, and how wide the brush is."""

    def __init__(self, height: int, width: int, size: int = 2) -> None:
        self.marks = np.zeros((height, width), bool)
        self.at: Cell = height // 2, width // 2
        self._size = size

    @property
    def size(self) -> int:
        """The side of the brush in squares, 1 to ``MOST``."""
        return self._size

    @size.setter
    def size(self, size: int) -> None:
        self._size = min(max(1, size), MOST)

    @property
    def covered(self) -> tuple[slice, slice]:
        """The rows and columns under the brush."""
        back = (self._size - 1) // 2
        row, column = (max(0, place - back) for place in self.at)
        down, right = (place - back + self._size for place in self.at)
        return slice(row, down), slice(column, right)

    def inside(self, cell: Cell) -> Cell:
        """The nearest square of the grid."""
        row, column = (min(max(0, c), n - 1) for c, n in zip(cell, self.marks.shape, strict=True))
        return row, column

    def move(self, down: int, right: int) -> None:
        """The cursor, as far as the grid goes."""
        self.at = self.inside((self.at[0] + down, self.at[1] + right))

    def stamp(self, marked: bool) -> None:
        """Mark what is under the brush, or clear it."""
        self.marks[self.covered] = marked

    def toggle(self) -> bool:
        """Mark what is under the brush; clear it where the square of the cursor is marked. True
        where it is marked now.
        """
        marked = not self.marks[self.at]
        self.stamp(marked)
        return marked

    def draw_to(self, cell: Cell, marked: bool) -> None:
        """A stroke from the cursor to there, without gaps however fast the hand was."""
        (row, column), (down, right) = self.at, self.inside(cell)
        steps = max(abs(down - row), abs(right - column), 1)
        for k in range(steps + 1):
            self.at = (
                round(row + (down - row) * k / steps),
                round(column + (right - column) * k / steps),
            )
            self.stamp(marked)
