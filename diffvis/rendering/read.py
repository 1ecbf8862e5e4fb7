"""Which samples a picture shows where: what somebody means who points at it or clicks it."""

from dataclasses import dataclass, replace

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
    name: str = ""
    """Of the part of the picture that they are: ``x_t``, ``x_0``, ``eps``, ..."""
    seen: np.ndarray | None = None
    """Where the points are seen, (N, 2) of (column, row) from the corner of ``rect``, where that
    is not what their first two values say: turned, in space."""

    selected: int | None = None
    """The number of the sample that stands out."""

    def called(self, name: str) -> "Drawn":
        return replace(self, name=name)

    def sample_at(self, x: float, y: float, within: float = REACH) -> int | None:
        """The number of the image at the pixel (x, y) of the frame, or of the point that is nearest
        to it, within so many pixels.
        """
        if not len(self.x):
            return None
        if self.grid is not None:
            inside = self.rect.contains(x, y)
            number = self.grid.index_at(x - self.rect.x, y - self.rect.y) if inside else None
            return number if number is None or number < len(self.x) else None
        away = np.hypot(*(self._places() - (x - self.rect.x, y - self.rect.y)).T)
        nearest = int(away.argmin())
        return nearest if away[nearest] <= within else None

    def value_at(self, x: float, y: float) -> str:
        """``no. 3, row 5, column 7: −0.42``; a point near by, or a place among points."""
        if not self.rect.contains(x, y):
            return ""
        number = self.sample_at(x, y)
        if self.grid is not None:
            return "" if number is None else self._pixel(self.grid, number, x, y)
        if number is not None:
            values = to_numpy(self.x[number : number + 1])[0]
            return f"no. {number + 1}: ({', '.join(map(_number, values))})"
        return "" if self.seen is not None else self._place(x, y)

    def words(self) -> str:
        """``16 pictures of 28 × 28, no. 3 is selected``, ``500 points``."""
        count, many = len(self.x), "" if len(self.x) == 1 else "s"
        chosen = self.selected is not None and self.selected < count and count > 1
        which = f", no. {self.selected + 1} is selected" if chosen else ""
        if self.grid is None:
            return f"{count:,} point{many}{which}"
        height, width = np.shape(self.x)[-2:]
        return f"{count:,} picture{many} of {width} × {height}{which}"

    def _places(self) -> np.ndarray:
        if self.seen is not None:
            return self.seen
        return to_pixels(to_numpy(self.x), (self.rect.width, self.rect.height), self.extent)

    def _pixel(self, grid: Grid, number: int, x: float, y: float) -> str:
        cell = grid.cell_rect(number)
        row, column = (
            int(along // grid.factor) * grid.reduce
            for along in (y - self.rect.y - cell.y, x - self.rect.x - cell.x)
        )
        shown = to_numpy(self.x[number])[:, row : row + grid.reduce, column : column + grid.reduce]
        values = ", ".join(_number(value) for value in shown.mean((1, 2)))
        which = f"no. {number + 1}, " if grid.count > 1 else ""
        return f"{which}row {row}, column {column}: {values}"

    def place_at(self, x: float, y: float) -> tuple[float, float]:
        """What flat points would have at the pixel (x, y) of the frame."""
        rect = self.rect
        scale = min(rect.width, rect.height) / (2 * self.extent)
        across, down = x - rect.x - rect.width / 2, rect.y + rect.height / 2 - y
        return across / scale, down / scale

    def _place(self, x: float, y: float) -> str:
        here = self.place_at(x, y)[: np.shape(self.x)[1]]
        return f"({', '.join(map(_number, here))})"


@dataclass(frozen=True)
class Axes:
    """Values over t = 0..T, drawn over [-extent, extent] in ``rect``: a heat map."""

    rect: Rect
    T: int
    extent: float
    name: str = ""

    def called(self, name: str) -> "Axes":
        return replace(self, name=name)

    def place_at(self, x: float, y: float) -> tuple[int, float] | None:
        """t and the value at the pixel (x, y) of the frame; None beside the axes."""
        if not self.rect.contains(x, y):
            return None
        part = (x - self.rect.x) / max(1, self.rect.width - 1)
        down = (y - self.rect.y) / max(1, self.rect.height)
        return round(min(1.0, max(0.0, part)) * self.T), self.extent * (1 - 2 * down)

    def value_at(self, x: float, y: float) -> str:
        found = self.place_at(x, y)
        return "" if found is None else f"t = {found[0]}: {_number(found[1])}"

    def words(self) -> str:
        return f"a map over t = 0 to {self.T} and x = ±{self.extent:.3g}"


def _number(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")
