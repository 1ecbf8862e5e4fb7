"""Samples in a grid whose columns and enlargement were chosen rather than fitted."""

import numpy as np
from torch import Tensor

from diffvis.errors import UserError
from diffvis.rendering.equation import type_size
from diffvis.rendering.footer import Foot, draw_footer, split
from diffvis.rendering.geometry import Grid, best_grid, largest_grid
from diffvis.rendering.pixels import Pixels, blank, mosaic, paste, to_uint8
from diffvis.rendering.samples import draw_samples
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.style import Style
from diffvis.rendering.terms import set_off


def draw_grid(
    x: Tensor | np.ndarray,
    spec: ExportSpec,
    look: Style,
    *,
    colours: Pixels | None = None,
    extent: float | None = None,
    foot: Foot | None = None,
    size: tuple[int, int] | None = None,
) -> Pixels:
    """Samples x (N, 2) or (N, C, H, W) as on screen, or as ``spec`` lays them out.

    Raises:
        UserError: what is asked for is larger than the frame.
    """
    size = size or spec.picture.size
    if x.ndim != 4 or (spec.picture.columns is None and spec.picture.factor is None):
        return draw_samples(x, size, look, colours=colours, extent=extent, foot=foot)
    em = type_size(size, look)
    body, _ = split(size, em, foot is not None)
    grid = chosen_grid(x, spec, body.width, body.height)
    frame = blank(size, look.panel)
    box = body.centred(grid.width, grid.height)
    paste(frame, mosaic(to_uint8(x, look.span), grid, look.ground), box.x, box.y)
    set_off(frame, box, grid, look)
    if foot is not None:
        draw_footer(frame, foot, em, look)
    return frame


def chosen_grid(x: Tensor | np.ndarray, spec: ExportSpec, width: int, height: int) -> Grid:
    """The grid of images x (N, C, H, W) that ``spec`` asks for, within width x height.

    Raises:
        UserError: there is no room for it.
    """
    count, picture = len(x), (int(x.shape[2]), int(x.shape[3]))
    if spec.picture.columns is None:
        grid = best_grid(count, picture, width, height)
    else:
        grid = largest_grid(count, min(spec.picture.columns, count), picture, width, height)
    if spec.picture.factor is not None:
        grid = Grid.spaced(count, grid.columns, picture, spec.picture.factor)
    if grid.width > width or grid.height > height:
        raise UserError(
            f"{count} samples in {grid.columns} columns take {grid.width} x {grid.height} pixels",
            f"there are {width} x {height}; choose a smaller factor or a larger size",
        )
    return grid
