"""What a term of an equation looks like: a grid of pictures or a point cloud."""

from dataclasses import dataclass

import numpy as np
from torch import Tensor

from diffvis.rendering.equation import Fit
from diffvis.rendering.geometry import Grid, Rect, best_grid
from diffvis.rendering.pixels import Pixels, fill, outline, paste, to_numpy
from diffvis.rendering.read import Drawn
from diffvis.rendering.recent import mosaic_again, scatter_again
from diffvis.rendering.scatter import ring, to_pixels
from diffvis.rendering.scene.noted import note
from diffvis.rendering.scene.recorder import again
from diffvis.rendering.style import Style

DEFAULT_EXTENT = 3.0


@dataclass(frozen=True)
class TermKind:
    """What is drawn: ``count`` samples of ``shape``, (2,) or (C, H, W)."""

    count: int
    shape: tuple[int, ...]

    @property
    def is_points(self) -> bool:
        return len(self.shape) == 1

    def grid(self, width: int, height: int) -> Grid | None:
        """The grid of images that fills a space best; None for points."""
        if self.is_points:
            return None
        return best_grid(self.count, (self.shape[1], self.shape[2]), width, height)

    @property
    def fit(self) -> Fit:
        """How large a term is drawn within a space."""
        return self._fit_points if self.is_points else self._fit_images

    def _fit_points(self, width: int, height: int) -> tuple[int, int]:
        side = max(16, min(width, height))
        return side, side

    def _fit_images(self, width: int, height: int) -> tuple[int, int]:
        grid = self.grid(width, height)
        assert grid is not None
        return grid.width, grid.height


def kind_of(x: Tensor | np.ndarray) -> TermKind:
    """Of samples (N, 2) or (N, C, H, W)."""
    return TermKind(x.shape[0], tuple(x.shape[1:]))


def moment_name(t: int) -> str:
    """Of a picture of a film strip: ``t=100``."""
    return f"t={t}"


def set_off(frame: Pixels, at: Rect, grid: Grid, style: Style) -> None:
    """A line around the pictures whose first pixel is that of ``at``; nothing where none stand."""
    outline(frame, Rect(at.x, at.y, grid.width, grid.height), style.ground)
    if grid.empty:
        first = grid.cell_rect(grid.count)
        left = Rect(at.x + first.x, at.y + first.y, grid.width - first.x, first.height)
        fill(frame, left, style.panel)


def draw_term(
    frame: Pixels,
    rect: Rect,
    x: Tensor | np.ndarray,
    style: Style,
    *,
    limit: float | None = None,
    colours: Pixels | None = None,
    extent: float | None = None,
    selected: int | None = None,
    reach: float = 1.0,
) -> None:
    """Draw samples x (N, 2) or (N, C, H, W) into ``rect``; images show what the style says, or with
    a ``limit`` [-limit, limit].

    ``selected`` is the number of a sample that stands out. With a ``reach`` above 1 x lies so many
    times further from 0 than data (``factors.reach``): images show [-reach, reach], and the axes
    ``extent`` of points grow with it.
    """
    if reach > 1:
        limit, extent = reach, reach * (extent or DEFAULT_EXTENT)
    kind = kind_of(x)
    grid = kind.grid(rect.width, rect.height)
    note(Drawn(rect, x, grid, extent or DEFAULT_EXTENT, selected=selected))
    if grid is None:
        size = rect.width, rect.height
        extent = extent or DEFAULT_EXTENT
        picture = scatter_again(x, colours, size, extent, style)
        if selected is not None:
            picture = again(picture)
            one = to_numpy(x[selected : selected + 1])
            ring(picture, to_pixels(one, size, extent, selected), style)
        paste(frame, picture, rect.x, rect.y)
        return
    span = style.span if limit is None else (-limit, limit)
    paste(frame, mosaic_again(x, span, grid, style.ground), rect.x, rect.y)
    set_off(frame, rect, grid, style)
    if selected is not None and selected < grid.count:
        cell = grid.cell_rect(selected)
        here = Rect(rect.x + cell.x, rect.y + cell.y, cell.width, cell.height)
        outline(frame, here, style.signal, max(2, grid.gap // 2))
