"""Point clouds as pictures: fast enough to be drawn anew for every t.

Points on a line, (N, 1), are drawn along x, each at a height of its own, so that they do not hide
each other.
"""

import math
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from diffvis.rendering.crowd import is_crowd, splat_crowd
from diffvis.rendering.discs import LAYER_PARTS, PHASES, mix, stamps, strength
from diffvis.rendering.geometry import Rect
from diffvis.rendering.once import drawn_once
from diffvis.rendering.pixels import Pixels, blank, fill, outline, pack, to_numpy
from diffvis.rendering.scene.marks import AXES, Dots
from diffvis.rendering.scene.recorder import again, note_mark, part
from diffvis.rendering.style import Colour, Style
from diffvis.rendering.text import text_width, write

# Violet over green to yellow with rising lightness, as viridis, but neither so dark that it is lost
# on the dark panel nor so light that it is lost on the light one.
_ORIGIN = np.array(
    [
        (118, 84, 190),
        (84, 104, 200),
        (52, 130, 198),
        (28, 154, 178),
        (34, 174, 142),
        (84, 190, 100),
        (150, 200, 66),
        (212, 196, 48),
    ],
    np.float32,
)


BAND = 256  # rows of a picture that are painted at once: what that takes stays in the cache
SPREAD = 0.62  # of the extent: how high points on a line may be
GOLDEN = (5**0.5 - 1) / 2


def colour_of_origin(values: Tensor | np.ndarray) -> Pixels:
    """Colours uint8 (N, 3) for positions (N,) in [0, 1] along a curve; outside ones are clipped."""
    place = np.clip(np.asarray(values, np.float32), 0, 1) * (len(_ORIGIN) - 1)
    low = np.minimum(place.astype(np.intp), len(_ORIGIN) - 2)
    part = (place - low)[:, None]
    return np.rint(_ORIGIN[low] * (1 - part) + _ORIGIN[low + 1] * part).astype(np.uint8)


def colour_of_noise(x_T: Tensor | np.ndarray) -> Pixels:
    """Colours uint8 (N, 3) of points by the direction in which their noise x_T (N, 2) lay; on a
    line by how many lay below.
    """
    x_T = torch.as_tensor(x_T).detach().cpu()
    if x_T.shape[1] == 1:
        wide = x_T.square().mean().sqrt().clamp(min=1e-9)
        return colour_of_origin(torch.special.ndtr(x_T[:, 0] / wide))
    return colour_of_origin(torch.atan2(x_T[:, 1], x_T[:, 0]) / (2 * torch.pi) + 0.5)


def scatter(
    x: Tensor | np.ndarray,
    colours: Pixels | None,
    size: tuple[int, int],
    extent: float,
    style: Style,
) -> Pixels:
    """Points x (N, 2) on axes over [-extent, extent], y upwards; uint8 (height, width, 3).

    ``colours`` is uint8 (N, 3); None paints all in the colour of the signal. Many points are drawn
    smaller and thinner than few, so that density shows.
    """
    values = to_numpy(x)
    frame = again(axes(size, extent, style, values.shape[1] == 1))
    radius, opacity = dot_size(len(values), size)
    points = to_pixels(values, size, extent)
    splat(frame, points, style.signal if colours is None else colours, radius, opacity)
    return frame


def to_pixels(x: np.ndarray, size: tuple[int, int], extent: float, first: int = 0) -> np.ndarray:
    """Points (N, 2) in the picture's pixels, float32 (N, 2) as (column, row); those in three
    dimensions are seen along the third. On a line the heights are those of the numbers from
    ``first`` on.
    """
    width, height = size
    scale = min(width, height) / (2 * extent)
    points = np.asarray(x, np.float32)[:, :2]
    if points.shape[1] == 1:
        points = np.concatenate([points, extent * _heights(len(points), first)], 1)
    # Along one axis at a time numpy is many times faster.
    places = np.multiply(points.T, np.array([[scale], [-scale]], np.float32), order="C")
    places += np.array([[width / 2], [height / 2]], np.float32)
    return places.T


def _heights(count: int, first: int) -> np.ndarray:
    """Parts of the extent (count, 1) that look random and never come together."""
    part = (np.arange(first, first + count)[:, None] + 0.5) * GOLDEN % 1
    return (SPREAD * (2 * part - 1)).astype(np.float32)


def dot_size(count: int, size: tuple[int, int]) -> tuple[float, float]:
    """Radius in pixels and opacity of a dot, so that ``count`` of them can be told apart."""
    side = min(size)
    radius = min(0.009, 0.35 / max(1, count) ** 0.5, 0.007 * (2500 / max(1, count)) ** 0.7)
    radius = side * max(0.0018, radius)
    opacity = float(np.clip(16 / max(1, count) ** 0.33, 0.6, 0.95))
    return max(0.8, radius), opacity


def splat(
    frame: Pixels,
    points: np.ndarray,
    colours: Pixels | Colour,
    radius: float,
    opacity: float,
) -> None:
    """Paint soft-edged discs at ``points`` (N, 2) (column, row) into the frame.

    Where discs overlap, the later one's colour shows and they cover more of what is below.
    """
    height, width = frame.shape[:2]
    whole = Rect(0, 0, width, height)
    note_mark(frame, lambda: Dots(points, colours, radius, opacity, whole))
    if is_crowd(len(points), frame):
        splat_crowd(frame, points, colours, radius, opacity)
        return
    covers, offsets = stamps(round(8 * radius))
    reach = int(offsets.max())
    x, y = np.ascontiguousarray(points.T)
    inside = (x > -reach) & (x < width + reach) & (y > -reach) & (y < height + reach)
    if not inside.all():  # points that are not finite are outside, too
        x, y = x[inside], y[inside]
    if not len(x):
        return
    # Work only where there are points: a single one costs no more than its own few pixels.
    left, top = (max(math.floor(along.min()) - reach, 0) for along in (x, y))
    right, bottom = (math.floor(along.max()) + reach + 1 for along in (x, y))
    frame = frame[top:bottom, left:right]
    column, phase_x = _place(x, left)
    row, phase_y = _place(y, top)
    phase = phase_y * PHASES + phase_x
    plain = isinstance(colours, tuple)
    packed = None if plain else pack(colours[inside])
    for first in range(0, bottom - top, BAND):
        band = frame[first : first + BAND]
        near = (row >= first - reach) & (row < first + BAND + reach)
        if not near.any():
            continue
        tones = colours if plain else packed[near]
        stamped = np.take(covers, phase[near], axis=1), offsets
        _paint(band, column[near], row[near] - first, stamped, tones, opacity)


def _paint(
    frame: Pixels, column: np.ndarray, row: np.ndarray, stamped: tuple[np.ndarray, np.ndarray],
    tones: np.ndarray | Colour, opacity: float,
) -> None:  # fmt: skip
    """Discs about pixels of the frame or just beyond it.

    ``stamped`` is how each disc covers the pixels (offsets, N), the far ones first, and these
    offsets; ``tones`` are packed.
    """
    cover, offsets = stamped
    height, width = frame.shape[:2]
    border = 2 * int(offsets.max())  # takes what falls over the edge
    columns, rows = width + 2 * border, height + 2 * border
    index = (offsets[:, 0] * columns + offsets[:, 1])[:, None] + (
        (row + border) * columns + column + border
    )
    total = _gathered(index, cover, rows * columns, torch.Tensor.scatter_add_)
    window = slice(border, border + height), slice(border, border + width)
    layers = (total.reshape(rows, columns)[window] * np.float32(LAYER_PARTS)).astype(np.int32)
    alpha = np.take(strength(opacity), layers, mode="clip")

    if isinstance(tones, tuple):
        shown = [np.uint16(tone) for tone in tones]
    else:
        # Of those who cover a pixel, the one whose middle is nearest shows: it is written last.
        covered = np.where(cover > 0.02, index, 0)
        colours = np.tile(tones.view(np.int32), len(offsets))
        owner = _gathered(covered, colours, rows * columns, torch.Tensor.scatter_)
        four = owner.view(np.uint8).reshape(rows, columns, 4)[window]
        shown = [four[..., channel] for channel in range(3)]
    mix(frame, shown, alpha)


def _gathered(
    index: np.ndarray, values: np.ndarray, length: int, how: Callable[..., Tensor]
) -> np.ndarray:
    """An array of zeros into which ``values`` went at ``index``, in their order: PyTorch does this
    in half of numpy's time.
    """
    flat = torch.from_numpy(values.reshape(-1))
    target = torch.zeros(length, dtype=flat.dtype)
    return np.asarray(how(target, 0, torch.from_numpy(index.reshape(-1)), flat))


def _place(along: np.ndarray, first: int) -> tuple[np.ndarray, np.ndarray]:
    """The pixel, counted from ``first``, in which each position lies, and where in the pixel."""
    place = along - np.float32(first)
    pixel = np.floor(place)
    return pixel.astype(np.intp), ((place - pixel) * PHASES).astype(np.intp)


def ring(frame: Pixels, point: np.ndarray, style: Style) -> None:
    """A dot (1, 2) (column, row) that stands out from all others."""
    radius = 0.018 * min(frame.shape[:2]) + 2
    for grown, colour in ((3.0, style.panel), (1.8, style.text), (0.0, style.noise)):
        splat(frame, point, colour, radius + grown, 1.0)


@drawn_once
def axes(size: tuple[int, int], extent: float, style: Style, on_a_line: bool = False) -> Pixels:
    """The empty axes: a box with lines through 0 and ticks at round numbers; of points on a line
    only those along x. Do not write to it.
    """
    frame = blank(size, style.panel)
    width, height = size
    scale = min(width, height) / (2 * extent)
    thin = max(1, round(style.text_scale))
    if not on_a_line:
        fill(frame, Rect(0, height // 2, width, thin), style.border)
    fill(frame, Rect(width // 2, 0, thin, height), style.border)
    type_size = style.legible(round(10 * style.text_scale), 9)
    step = tick_step(extent)
    label = text_width("−10", type_size)
    labels = step * scale > 1.4 * label and min(size) > 9 * type_size
    with part(frame, AXES):
        for k in range(-int(extent / step), int(extent / step) + 1):
            value = k * step
            column, row = round(width / 2 + value * scale), round(height / 2 - value * scale)
            tick = max(3, round(0.35 * type_size))
            fill(frame, Rect(column, height - tick, thin, tick), style.muted)
            if not on_a_line:
                fill(frame, Rect(0, row, tick, thin), style.muted)
            if not labels or abs(value) * scale > min(size) / 2 - 1.2 * type_size:
                continue
            words = f"{value:g}".replace("-", "−")
            below = height - tick - round(0.7 * type_size)
            write(frame, words, column, below, type_size, style.muted, align="centre")
            if value != 0 and not on_a_line:
                write(frame, words, tick + 3, row, type_size, style.muted)
    outline(frame, Rect(0, 0, width, height).inset(thin), style.border, thin)
    frame.setflags(write=False)
    return frame


def tick_step(extent: float) -> float:
    """1, 2 or 5 times a power of ten, so that each side of 0 has between two and four ticks."""
    rough = extent / 3
    power = 10.0 ** np.floor(np.log10(rough))
    return float(power * min((1, 2, 5, 10), key=lambda m: abs(m * power - rough)))
