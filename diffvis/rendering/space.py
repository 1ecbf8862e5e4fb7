"""Points in three dimensions as they are seen from the side: what is nearer is larger and stronger.

The third axis is that of the points, or of flat points the time, along which their paths run.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from diffvis.rendering.equation import type_size
from diffvis.rendering.footer import Foot, above, draw_footer
from diffvis.rendering.geometry import Rect
from diffvis.rendering.pixels import Pixels, blank
from diffvis.rendering.read import Drawn
from diffvis.rendering.scatter import dot_size, ring, splat
from diffvis.rendering.scene.noted import note
from diffvis.rendering.scene.recorder import inside
from diffvis.rendering.strokes import stroke, stroke_each
from diffvis.rendering.style import Colour, Style
from diffvis.rendering.text import line_height, write

TURN, TILT = 35.0, 20.0  # degrees, at first
STEEPEST = 89.0
A_PIXEL = 0.5  # degrees by which the mouse turns
DISTANCE = 4.0  # of the eye, in extents
SLICES = 8  # of depth, each with dots of one size
SMALLER = 0.8  # dots than flat, of which fewer lie behind each other
FAR = 0.55  # how much of the panel covers what is farthest
FIT = 0.345  # of the room that the cube's half side takes
DIAGONALS = tuple(product((-1.0, 1.0), repeat=3))


@dataclass(frozen=True)
class Camera:
    """``turn`` about the upright axis and ``tilt`` from above, in degrees."""

    turn: float = TURN
    tilt: float = TILT

    def moved(self, right: float, down: float) -> "Camera":
        """As a hand turns it that moves so many pixels."""
        tilt = self.tilt + A_PIXEL * down
        turn = (self.turn + A_PIXEL * right + 180) % 360 - 180
        return Camera(turn, min(STEEPEST, max(-STEEPEST, tilt)))

    @property
    def words(self) -> str:
        """For whoever does not see it."""
        return f"turned by {self.turn:.0f}°, seen from {self.tilt:.0f}° above"

    def seen(self, points: np.ndarray) -> np.ndarray:
        """Points (N, 3) as (right, up, towards the eye), (N, 3): the second axis stands upright."""
        turn, tilt = math.radians(self.turn), math.radians(self.tilt)
        x, y, z = np.asarray(points, np.float64).T
        right = math.cos(turn) * x + math.sin(turn) * z
        deep = math.cos(turn) * z - math.sin(turn) * x
        up = math.cos(tilt) * y - math.sin(tilt) * deep
        return np.stack([right, up, math.sin(tilt) * y + math.cos(tilt) * deep], 1)

    def placed(self, points: np.ndarray, rect: Rect, extent: float) -> np.ndarray:
        """Where points (N, 3) of [-extent, extent]³ are in ``rect``: column, row, and how much
        larger than in the middle they are, (N, 3).
        """
        right, up, towards = (self.seen(points) / extent).T
        larger = DISTANCE / (DISTANCE - np.minimum(towards, 0.9 * DISTANCE))
        unit = FIT * min(rect.width, rect.height) / math.sqrt(2)
        column = rect.width / 2 + unit * right * larger
        return np.stack([column, rect.height / 2 - unit * up * larger, larger], 1)


@dataclass(frozen=True, eq=False)
class Way:
    """A line (n, 3) through space."""

    places: np.ndarray
    colour: Colour


def draw_space(
    points: np.ndarray,
    camera: Camera,
    size: tuple[int, int],
    style: Style,
    *,
    extent: float,
    colours: Pixels | None = None,
    ways: Sequence[Way] = (),
    names: tuple[str, str, str] = ("x", "y", "z"),
    selected: int | None = None,
    caption: str = "",
    foot: Foot | None = None,
) -> Pixels:
    """Points (N, 3) within a cube over [-extent, extent]³ whose axes have ``names``, uint8 (height,
    width, 3). ``selected`` is the number of a point that stands out.
    """
    frame = blank(size, style.panel)
    em = type_size(size, style)
    rect = space_rect(size, style, bool(caption), foot is not None)
    within = inside(frame, rect)
    _draw_cube(frame, rect, camera, extent, style)
    lines = [camera.placed(way.places, rect, extent)[:, :2] for way in ways]
    if lines:
        stroke_each(
            frame, rect, lines, [way.colour for way in ways], 1.2 * max(1, style.text_scale)
        )
    placed = camera.placed(points, rect, extent)
    note(Drawn(rect, points, None, extent, "x_t", placed[:, :2], selected))
    _draw_dots(within, placed, colours, style)
    _write_names(frame, rect, camera, extent, names, em, style)
    if selected is not None:
        ring(within, placed[selected : selected + 1, :2].astype(np.float32), style)
    if caption:
        y = rect.bottom + line_height(em) // 2
        write(frame, caption, rect.centre[0], y, em, style.muted, align="centre")
    if foot is not None:
        draw_footer(frame, foot, em, style)
    return frame


def space_rect(size: tuple[int, int], style: Style, captioned: bool, footed: bool) -> Rect:
    """Where ``draw_space`` draws."""
    em = type_size(size, style)
    width, height = above(size, em, footed)
    return Rect(0, 0, width, max(1, height - (line_height(em) if captioned else 0)))


def _draw_dots(frame: Pixels, placed: np.ndarray, colours: Pixels | None, style: Style) -> None:
    """The farthest first; those in front are larger, those behind paler."""
    if not len(placed):
        return
    height, width = frame.shape[:2]
    radius, opacity = dot_size(len(placed), (width, height))
    larger = placed[:, 2]
    edges = np.linspace(larger.min(), larger.max() + 1e-9, SLICES + 1)
    panel = np.asarray(style.panel, np.float32)
    for near in range(SLICES):
        here = (larger >= edges[near]) & (larger < edges[near + 1])
        if not here.any():
            continue
        pale = FAR * (1 - near / (SLICES - 1))
        own = np.tile(style.signal, (here.sum(), 1)) if colours is None else colours[here]
        tones = (own + (panel - own) * pale).astype(np.uint8)
        size = SMALLER * radius * float(edges[near : near + 2].mean()) ** 2
        splat(frame, placed[here, :2].astype(np.float32), tones, max(0.8, size), opacity)


def _draw_cube(frame: Pixels, rect: Rect, camera: Camera, extent: float, style: Style) -> None:
    """Its edges."""
    corners = np.array(DIAGONALS) * extent
    places = camera.placed(corners, rect, extent)[:, :2]
    edges = [
        np.stack([places[a], places[b]])
        for a in range(8)
        for b in range(a)
        if (corners[a] != corners[b]).sum() == 1
    ]
    stroke(frame, rect, edges, style.border, max(1.0, style.text_scale))


def _write_names(
    frame: Pixels, rect: Rect, camera: Camera, extent: float, names: tuple[str, str, str], em: int,
    style: Style,
) -> None:  # fmt: skip
    """Each at the upper end of an edge along its axis: of the lowest on the screen, or for the
    upright axis of the leftmost.
    """
    for axis, name in enumerate(names):
        edges = []
        for sides in product((-1.06, 1.06), repeat=2):
            ends = np.insert(np.array([sides, sides]), axis, (0.0, 1.06), axis=1) * extent
            middle, end = camera.placed(ends, rect, extent)
            edges.append((-middle[0] if axis == 1 else middle[1], *end[:2]))
        _, column, row = max(edges)
        row = min(row, rect.height - 0.7 * em)  # a low corner of a cube that stands close
        write(frame, name, round(rect.x + column), round(rect.y + row), em, style.text,
              align="centre")  # fmt: skip


def in_time(places: np.ndarray, times: np.ndarray, T: int, extent: float) -> np.ndarray:
    """Flat points (..., 2) with their times (...) as the first axis: data at its upper end, noise
    at the lower. (..., 3).
    """
    along = extent * (1 - 2 * times / T)
    return np.stack([along, places[..., 1], places[..., 0]], -1)
