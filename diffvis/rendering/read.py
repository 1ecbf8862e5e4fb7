"""What a picture shows where: the values of the samples that were drawn, for who points at them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

import numpy as np
from torch import Tensor

from diffvis.rendering.geometry import Grid, Rect
from diffvis.rendering.pixels import to_numpy
from diffvis.rendering.scatter import to_pixels

REACH = 12  # pixels from a point that still mean it


@dataclass(frozen=True, eq=False)
class Drawn:
    """Samples x (N, C, H, W) drawn in ``rect`` as ``grid`` says, or points (N, 2) or (N, 3) over
    [-extent, extent]².
    """

    rect: Rect
    x: Tensor | np.ndarray
    grid: Grid | None
    extent: float

    def value_at(self, x: float, y: float) -> str:
        """``no. 3, row 5, column 7: −0.42``; a point near by, or a place among points."""
        if not self.rect.contains(x, y):
            return ""
        x, y = x - self.rect.x, y - self.rect.y
        return self._point(x, y) if self.grid is None else self._pixel(self.grid, x, y)

    def _pixel(self, grid: Grid, x: float, y: float) -> str:
        number = grid.index_at(x, y)
        if number is None or number >= len(self.x):
            return ""
        cell = grid.cell_rect(number)
        row, column = (
            int(along // grid.factor) * grid.reduce for along in (y - cell.y, x - cell.x)
        )
        shown = to_numpy(self.x[number])[:, row : row + grid.reduce, column : column + grid.reduce]
        values = ", ".join(_number(value) for value in shown.mean((1, 2)))
        which = f"no. {number + 1}, " if grid.count > 1 else ""
        return f"{which}row {row}, column {column}: {values}"

    def _point(self, x: float, y: float) -> str:
        scale = min(self.rect.width, self.rect.height) / (2 * self.extent)
        here = np.array([(x - self.rect.width / 2) / scale, (self.rect.height / 2 - y) / scale])
        if len(self.x):
            values = to_numpy(self.x)
            places = to_pixels(values, (self.rect.width, self.rect.height), self.extent)
            away = np.hypot(*(places - np.array([x, y])).T)
            nearest = int(away.argmin())
            if away[nearest] <= REACH:
                return f"no. {nearest + 1}: ({', '.join(_number(v) for v in values[nearest])})"
        return f"({', '.join(_number(v) for v in here[: np.shape(self.x)[1]])})"


def _number(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")


_noted: ContextVar[list[Drawn] | None] = ContextVar("noted", default=None)


@contextmanager
def noting() -> Iterator[list[Drawn]]:
    """Whatever is drawn inside is noted in the list."""
    found: list[Drawn] = []
    token = _noted.set(found)
    try:
        yield found
    finally:
        _noted.reset(token)


def note(rect: Rect, x: Tensor | np.ndarray, grid: Grid | None, extent: float) -> None:
    """Samples have been drawn; nothing where nobody notes it."""
    noted = _noted.get()
    if noted is not None:
        noted.append(Drawn(rect, x, grid, extent))


def value_at(drawn: Sequence[Drawn], x: float, y: float) -> str:
    """What was drawn last at the pixel (x, y); "" where nothing was."""
    return next((said for each in reversed(drawn) if (said := each.value_at(x, y))), "")
