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
        self._corner: tuple[Cell, np.ndarray] | None = None

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

    @property
    def corner(self) -> Cell | None:
        """Of the rectangle under way."""
        return None if self._corner is None else self._corner[0]

    def begin_rectangle(self) -> None:
        """One corner is the square of the cursor."""
        self._corner = self.at, self.marks.copy()

    def stretch_to(self, cell: Cell, marked: bool) -> None:
        """The opposite corner; the rest is as it was before the rectangle."""
        assert self._corner is not None, "a rectangle has been begun"
        self.at = self.inside(cell)
        corner, before = self._corner
        self.marks = before.copy()
        (top, bottom), (left, right) = (sorted(pair) for pair in zip(corner, self.at, strict=True))
        self.marks[top : bottom + 1, left : right + 1] = marked

    def end_rectangle(self, keep: bool = True) -> None:
        """Leave it there, or take it back."""
        if self._corner is not None and not keep:
            self.marks = self._corner[1]
        self._corner = None

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
