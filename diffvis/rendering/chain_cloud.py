"""Points of a reverse chain with what surrounds them: the data's density, a field, their ways."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from torch import Tensor

from diffvis.rendering.contours import Density, contour_picture
from diffvis.rendering.density import density_picture
from diffvis.rendering.equation import type_size
from diffvis.rendering.field import Field, draw_field, field_words
from diffvis.rendering.footer import Foot, draw_footer
from diffvis.rendering.geometry import Rect
from diffvis.rendering.guidance import Guidance, draw_guidance
from diffvis.rendering.pixels import Pixels, blank, paste, to_numpy
from diffvis.rendering.read import Drawn
from diffvis.rendering.recent import scatter_again
from diffvis.rendering.samples import COLUMNS, fitting, samples_layout
from diffvis.rendering.scatter import axes, dot_size, ring, splat, to_pixels
from diffvis.rendering.scene.noted import note
from diffvis.rendering.scene.recorder import inside
from diffvis.rendering.strokes import fading, stroke_each
from diffvis.rendering.style import Style
from diffvis.rendering.text import write

MOST_PATHS = 16  # more cannot be told apart
MOST_CORNERS = 120  # of a path
MOST_TAILS = 200
LONGEST = 0.12  # of the extent, of a tail: longer ones cross each other
TAIL, TAIL_CORNERS = 0.15, 6  # of T that a tail goes back, and its pieces at most
DIMMED = 0.6  # of their usual size and strength, of many points over contours
FEW, SMALLER = 400, 0.75  # points that are dots with an edge; more would hide what is behind them


@dataclass(frozen=True, eq=False)
class Layers:
    """What is drawn with the points of one moment; what is None is not drawn."""

    data: Tensor | None = None
    """Points (M, 2) of the data, noised to the same t."""
    field: Field | Guidance | None = None
    paths: np.ndarray | None = None
    """Where the first k points have been so far, (n, k, 2)."""
    density: Density | None = None
    """q(x_t) of the data, with its contours; instead of ``data``."""
    tails: np.ndarray | None = None
    """As ``paths``, of more points and of the last moments only."""
    sharpened: bool = False
    """Whether ``density`` is the sharpened law of guidance."""

    def __bool__(self) -> bool:
        layers = self.data, self.field, self.paths, self.density, self.tails
        return any(layer is not None for layer in layers)

    @property
    def is_figure(self) -> bool:
        """Whether lines and contours are what is looked at: the points are all of one colour."""
        lines = self.field is not None and self.field.kind in ("streamlines", "guidance")
        return lines or self.density is not None


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
    guides = isinstance(layers.field, Guidance)
    if isinstance(layers.field, Guidance):
        words.append(layers.field.words)
    elif layers.field is not None:
        words.append(field_words(layers.field))
    if layers.density is not None and layers.sharpened:
        words.append("contours: sharpened law")
    elif layers.density is not None:
        each = "" if guides else ", each half the one within"  # there is no room beside both
        words.append(f"contours of q(x_{{t}}){each}")
    elif layers.data is not None:
        words.append("shade: data at t")
    if x.shape[1] == 3:
        words.append("seen along z")
    footed = foot is not None
    (part,) = samples_layout(len(x), (2,), size, style, bool(words), footed)
    box = part.rect
    square = box.width, box.height
    values = to_numpy(x)
    note(Drawn(box, x, None, extent, "x", selected=selected))
    if layers.is_figure:
        _draw_figure(frame, box, values, layers, extent, style)
    elif layers.data is None:
        paste(frame, scatter_again(x, colours, square, extent, style), box.x, box.y)
    else:
        paste(frame, density_picture(to_numpy(layers.data), square, extent, style), box.x, box.y)
        radius, opacity = dot_size(len(values), square)
        dots = style.noise if colours is None else colours
        splat(inside(frame, box), to_pixels(values, square, extent), dots, radius, opacity)
    if layers.tails is not None and not layers.is_figure:
        _draw_tails(frame, box, layers.tails, extent, style)
    if layers.paths is not None:
        _draw_paths(frame, box, layers.paths, colours, extent, style)
    if isinstance(layers.field, Field) and not layers.is_figure:
        draw_field(frame, box, layers.field, extent, style, shaded=layers.data is not None)
    if selected is not None:
        ring(inside(frame, box), to_pixels(values[selected : selected + 1], square, extent), style)
    if words:
        below, em = " · ".join(words), type_size(size, style, COLUMNS)
        y = box.bottom + round(0.95 * em)
        below, small = fitting(below, em, size[0] - em, style)
        write(frame, below, box.centre[0], y, small, style.muted, align="centre")
    if foot is not None:
        draw_footer(frame, foot, type_size(size, style), style)
    return frame


def _draw_figure(
    frame: Pixels, box: Rect, values: np.ndarray, layers: Layers, extent: float, style: Style
) -> None:
    """Density and field with the points over them, which hide no more than they must."""
    square = box.width, box.height
    if layers.density is not None:
        below = contour_picture(layers.density, square, style)
    elif layers.data is not None:
        below = density_picture(to_numpy(layers.data), square, extent, style)
    else:
        below = axes(square, extent, style)
    paste(frame, below, box.x, box.y)
    shaded = layers.density is not None or layers.data is not None
    if isinstance(layers.field, Field):
        draw_field(frame, box, layers.field, extent, style, shaded=shaded)
    if layers.tails is not None:
        _draw_tails(frame, box, layers.tails, extent, style)
    places, target = to_pixels(values, square, extent), inside(frame, box)
    radius, opacity = dot_size(len(values), square)
    if len(values) <= FEW:
        radius *= SMALLER
        splat(target, places, style.panel, radius + max(1.0, style.text_scale), 0.9)
        splat(target, places, style.noise, radius, 1.0)
    else:
        splat(target, places, style.noise, DIMMED * radius, DIMMED * opacity)
    if isinstance(layers.field, Guidance):  # over the points: arrows are what is looked at
        draw_guidance(frame, box, layers.field, extent, style, shaded=shaded)


def _draw_tails(frame: Pixels, box: Rect, tails: np.ndarray, extent: float, style: Style) -> None:
    n, k = tails.shape[:2]
    tails = shortened(tails[..., :2], LONGEST * extent)
    places = to_pixels(tails.reshape(n * k, -1), (box.width, box.height), extent)
    fading(frame, box, places.reshape(n, k, 2), style.noise, 1.3 * max(1.0, style.text_scale), 0.8)


def shortened(tails: np.ndarray, longest: float) -> np.ndarray:
    """Tails (n, k, 2) cut to a length, from their ends on."""
    found, left = [tails[-1]], np.full(tails.shape[1], longest)
    for before, after in zip(tails[-2::-1], tails[:0:-1], strict=True):
        way = before - after
        long = np.hypot(*way.T)
        part = np.minimum(1.0, left / np.maximum(long, 1e-9))
        found.append(found[-1] + way * part[:, None])
        left = left - part * long
    return np.stack(found[::-1])


def tails_of(moments: Sequence[tuple[int, Tensor]], T: int) -> np.ndarray | None:
    """The places (n, k, 2) of the first points at the last ``moments``, (t, x_t) in the order of a
    chain; None where there is but one.
    """
    if len(moments) < 2:
        return None
    now = moments[-1][0]
    first = next(i for i, (t, _) in enumerate(moments) if t - now <= TAIL * T)
    since = moments[max(0, min(first, len(moments) - 2)) :]
    step = -(-len(since) // (TAIL_CORNERS + 1))
    chosen = since[::-1][::step][::-1]
    return np.stack([to_numpy(x[:MOST_TAILS]) for _, x in chosen])


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
        splat(inside(frame, box), line[-1:], style.panel, 3.2 * thick, 1.0)
        splat(inside(frame, box), line[-1:], tone, 2.4 * thick, 1.0)
