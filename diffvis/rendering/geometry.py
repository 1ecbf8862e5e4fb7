"""Where things stand in a frame: rectangles, grids of cells and named parts."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache


@dataclass(frozen=True)
class Rect:
    """``width`` by ``height`` pixels whose first is (x, y); y grows downwards."""

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        """The first column that is outside."""
        return self.x + self.width

    @property
    def bottom(self) -> int:
        """The first row that is outside."""
        return self.y + self.height

    @property
    def centre(self) -> tuple[int, int]:
        return self.x + self.width // 2, self.y + self.height // 2

    @property
    def slices(self) -> tuple[slice, slice]:
        """Indexes these pixels in an array of rows."""
        return slice(self.y, self.bottom), slice(self.x, self.right)

    def contains(self, x: float, y: float) -> bool:
        return self.x <= x < self.right and self.y <= y < self.bottom

    def inset(self, by: int) -> "Rect":
        """Smaller by as many pixels on each side, but never less than nothing."""
        by = min(by, self.width // 2, self.height // 2)
        return Rect(self.x + by, self.y + by, self.width - 2 * by, self.height - 2 * by)

    def within(self, width: int, height: int) -> "Rect":
        """What of it is inside a frame of that size; nothing has a width and a height of 0."""
        x, y = min(max(0, self.x), width), min(max(0, self.y), height)
        right, bottom = min(max(x, self.right), width), min(max(y, self.bottom), height)
        return Rect(x, y, right - x, bottom - y)

    def moved(self, x: int, y: int) -> "Rect":
        return Rect(self.x + x, self.y + y, self.width, self.height)

    def centred(self, width: int, height: int) -> "Rect":
        """A rectangle of that size with the same centre."""
        return Rect(
            self.x + (self.width - width) // 2, self.y + (self.height - height) // 2, width, height
        )


@dataclass(frozen=True)
class Grid:
    """``count`` equal pictures row by row, each enlarged ``factor`` times, or ``reduce`` times
    smaller where they do not fit in full size.
    """

    count: int
    columns: int
    picture: tuple[int, int]
    """(height, width) of a picture in its own pixels."""
    factor: int
    reduce: int
    gap: int

    @property
    def rows(self) -> int:
        return -(-self.count // self.columns)

    @property
    def empty(self) -> int:
        """Cells of the last row that stay empty."""
        return self.rows * self.columns - self.count

    @property
    def scale(self) -> float:
        """Pixels of the frame for one of a picture."""
        return self.factor / self.reduce

    @property
    def elongation(self) -> float:
        """1 for a square, more for anything longer in one direction."""
        return max(self.width, self.height) / max(1, min(self.width, self.height))

    @property
    def cell(self) -> tuple[int, int]:
        """(height, width) of a picture in the frame's pixels."""
        height, width = self.picture
        return (
            -(-height // self.reduce) * self.factor,
            -(-width // self.reduce) * self.factor,
        )

    @property
    def height(self) -> int:
        return self.rows * (self.cell[0] + self.gap) - self.gap

    @property
    def width(self) -> int:
        return self.columns * (self.cell[1] + self.gap) - self.gap

    @classmethod
    def spaced(
        cls, count: int, columns: int, picture: tuple[int, int], factor: int, reduce: int = 1
    ) -> "Grid":
        """With gaps that suit the pictures as they are shown; none where there is only one."""
        shown = min(picture) * factor // reduce
        gap = 0 if count == 1 else min(8, max(1, shown // 14))
        return cls(count, columns, picture, factor, reduce, gap)

    def cell_rect(self, index: int) -> Rect:
        """Where picture ``index`` stands, from the grid's first pixel."""
        row, column = divmod(index, self.columns)
        height, width = self.cell
        return Rect(column * (width + self.gap), row * (height + self.gap), width, height)

    def index_at(self, x: float, y: float) -> int | None:
        """The picture at (x, y) from the grid's first pixel; None between pictures."""
        height, width = self.cell
        column, in_x = divmod(x, width + self.gap)
        row, in_y = divmod(y, height + self.gap)
        index = int(row) * self.columns + int(column)
        inside = in_x < width and in_y < height and 0 <= column < self.columns
        return index if inside and 0 <= index < self.count else None


@dataclass(frozen=True)
class Part:
    """A picture of a frame by its name: ``x_t``, ``x_0``, ``eps``, ..."""

    name: str
    rect: Rect
    grid: Grid | None = None


@dataclass(frozen=True)
class Layout:
    """Where the pictures of a frame stand."""

    size: tuple[int, int]
    parts: tuple[Part, ...] = field(default=())

    def __iter__(self) -> Iterator[Part]:
        return iter(self.parts)

    def __getitem__(self, name: str) -> Part:
        for part in self.parts:
            if part.name == name:
                return part
        raise KeyError(name)


@lru_cache(maxsize=256)
def best_grid(count: int, picture: tuple[int, int], width: int, height: int) -> Grid:
    """The grid of ``count`` pictures (height, width) that shows them largest in width x height.

    A grid without empty cells is preferred unless its pictures would be much smaller; of equally
    good ones it takes the squarest.
    """
    grids = [
        largest_grid(count, columns, picture, width, height) for columns in range(1, count + 1)
    ]
    grids = [grid for grid in grids if grid.empty < grid.columns]
    largest = max(grid.scale for grid in grids)
    full = [grid for grid in grids if grid.empty == 0 and grid.scale >= 0.6 * largest]
    return max(full or grids, key=lambda grid: (grid.scale, -grid.empty, -grid.elongation))


def largest_grid(
    count: int, columns: int, picture: tuple[int, int], width: int, height: int
) -> Grid:
    """The largest grid of so many columns that fits, or the smallest there is."""

    def grid(factor: int, reduce: int) -> Grid:
        return Grid.spaced(count, columns, picture, factor, reduce)

    def fits(made: Grid) -> bool:
        return made.width <= width and made.height <= height

    rows = -(-count // columns)
    factor = min(width // (columns * picture[1]), height // (rows * picture[0]))
    while factor >= 1:
        if fits(grid(factor, 1)):
            return grid(factor, 1)
        factor -= 1
    reduce = max(2, columns * picture[1] // max(1, width), rows * picture[0] // max(1, height))
    while reduce < max(picture) and not fits(grid(1, reduce)):
        reduce += 1
    return grid(1, reduce)
