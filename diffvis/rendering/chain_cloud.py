"""Points of a reverse chain with what surrounds them: the data's density, a field, their paths."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from torch import Tensor

from diffvis.rendering.density import density_picture
from diffvis.rendering.equation import type_size
from diffvis.rendering.field import Field, draw_field, field_words
from diffvis.rendering.footer import Foot, draw_footer
from diffvis.rendering.geometry import Rect
from diffvis.rendering.pixels import Pixels, blank, paste, to_numpy
from diffvis.rendering.recent import scatter_again
from diffvis.rendering.samples import COLUMNS, fitting, samples_layout
from diffvis.rendering.scatter import dot_size, ring, splat, to_pixels
from diffvis.rendering.strokes import stroke_each
from diffvis.rendering.style import Style
from diffvis.rendering.text import write

MOST_PATHS = 16  # more cannot be told apart
MOST_CORNERS = 120  # of a path


@dataclass(frozen=True, eq=False)
class Layers:
    """What is drawn with the points of one moment; what is None is not drawn."""

    data: Tensor | None = None
    """Points (M, 2) of the data, noised to the same t."""
    field: Field | None = None
    paths: np.ndarray | None = None
    """Where the first k points have been so far, (n, k, 2)."""

    def __bool__(self) -> bool:
        return any(layer is not None for layer in (self.data, self.field, self.paths))


def draw_chain_cloud(
    x: Tensor,
    layers: Layers,
    size: tuple[int, int],
    style: Style,
    *,
    caption: str = "",
    extent: float,
    colours: Pixels | None = None,
    selected: int | None = None,
    foot: Foot | None = None,
) -> Pixels:
    """Points x (N, 2) where ``draw_samples`` puts them, uint8 (height, width, 3)."""
    frame = blank(size, style.panel)
    words = [caption] if caption else []
    if layers.field is not None:
        words.append(field_words(layers.field))
    if layers.data is not None:
        words.append("shade: data at t")
    if x.shape[1] == 3:
        words.append("seen along z")
    footed = foot is not None
    (part,) = samples_layout(len(x), (2,), size, style, bool(words), footed)
    box = part.rect
    square = box.width, box.height
    values = to_numpy(x)
    if layers.data is None:
        paste(frame, scatter_again(x, colours, square, extent, style), box.x, box.y)
    else:
        paste(frame, density_picture(to_numpy(layers.data), square, extent, style), box.x, box.y)
        radius, opacity = dot_size(len(values), square)
        dots = style.noise if colours is None else colours
        splat(frame[box.slices], to_pixels(values, square, extent), dots, radius, opacity)
    if layers.paths is not None:
        _draw_paths(frame, box, layers.paths, colours, extent, style)
    if layers.field is not None:
        draw_field(frame, box, layers.field, extent, style, shaded=layers.data is not None)
    if selected is not None:
        ring(frame[box.slices], to_pixels(values[selected : selected + 1], square, extent), style)
    if words:
        below, em = " · ".join(words), type_size(size, style, COLUMNS)
        y = box.bottom + round(0.95 * em)
        small = fitting(below, em, size[0] - em)
        write(frame, below, box.centre[0], y, small, style.muted, align="centre")
    if foot is not None:
        draw_footer(frame, foot, type_size(size, style), style)
    return frame


def path_of(moments: Sequence[Tensor], count: int) -> np.ndarray:
    """The places (n, count, 2) of the first points at ``moments``, of which some may be left out.

    The first and the last moment always stay.
    """
    n = len(moments)
    if n > MOST_CORNERS:
        moments = [moments[round(i * (n - 1) / (MOST_CORNERS - 1))] for i in range(MOST_CORNERS)]
    return np.stack([to_numpy(x[:count]) for x in moments])


def _draw_paths(
    frame: Pixels, box: Rect, paths: np.ndarray, colours: Pixels | None, extent: float, style: Style
) -> None:
    square = box.width, box.height
    lines = [to_pixels(paths[:, i], square, extent) for i in range(paths.shape[1])]
    tones = (
        [style.text] * len(lines)
        if colours is None
        else [tuple(int(c) for c in colours[i]) for i in range(len(lines))]
    )
    thick = 1.4 * max(1.0, style.text_scale)
    if len(paths) > 1:
        stroke_each(frame, box, lines, tones, thick, 0.9)
    for line, tone in zip(lines, tones, strict=True):
        splat(frame[box.slices], line[-1:], style.panel, 3.2 * thick, 1.0)
        splat(frame[box.slices], line[-1:], tone, 2.4 * thick, 1.0)
