"""A vector field over a grid of points: which way the model pushes, wherever a point may be."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from diffvis.diffusion.estimate import estimate
from diffvis.diffusion.prediction import Denoiser
from diffvis.diffusion.schedule import NoiseSchedule
from diffvis.rendering.geometry import Rect
from diffvis.rendering.pixels import Pixels, to_numpy
from diffvis.rendering.scatter import to_pixels
from diffvis.rendering.streamlines import streamlines
from diffvis.rendering.strokes import stroke
from diffvis.rendering.style import Style
from diffvis.rendering.terms import DEFAULT_EXTENT

FIELDS = ("eps", "score", "streamlines")
CELLS = 17  # arrows along each axis
LINE_CELLS = 32  # vectors along each axis, between which lines are drawn
FULL = 0.9  # quantile of the lengths that is drawn as long as a cell
HEAD = 0.34  # of an arrow's length
LINE_HEAD = 5.0  # pixels of an arrow head on a line


@dataclass(frozen=True, eq=False)
class Field:
    """Arrows from ``places`` along ``vectors``, numpy (K, 2) each; or lines along them."""

    kind: str
    t: int
    places: np.ndarray
    vectors: np.ndarray
    dimensions: int = 2
    """Of the points; in three, the field is that of the plane z = 0."""
    extent: float = DEFAULT_EXTENT

    @property
    def scale(self) -> float:
        """The length that is drawn as long as a cell."""
        lengths = np.hypot(*self.vectors.T)
        return max(1e-9, float(np.quantile(lengths, FULL)))

    @cached_property
    def lines(self) -> list[np.ndarray]:
        """Lines (n, 2) along the field; found once, whatever the size of the picture."""
        side = round(len(self.vectors) ** 0.5)
        return streamlines(self.vectors.reshape(side, side, 2), self.extent)


@torch.no_grad()
def field_at(
    denoiser: Denoiser,
    schedule: NoiseSchedule,
    t: int,
    kind: str,
    extent: float,
    device: torch.device | str = "cpu",
    labels: Tensor | None = None,
    dimensions: int = 2,
) -> Field:
    """eps_hat(x, t), or the score -eps_hat / noise_t, over [-extent, extent]²; for
    ``streamlines`` the score at more places.

    In more ``dimensions`` the others are 0.

    t in 1..T; the score is that of q(x_t) (Song & Ermon 2019). ``labels`` is one class (1,) int64.

    Raises:
        ValueError: ``kind`` is none of ``FIELDS``.
    """
    if kind not in FIELDS:
        raise ValueError(f"a field is one of {', '.join(FIELDS)}, not {kind!r}")
    cells = LINE_CELLS if kind == "streamlines" else CELLS
    line = (torch.arange(cells) + 0.5) * (2 * extent / cells) - extent
    plane = torch.cartesian_prod(line, line)
    x = torch.nn.functional.pad(plane, (0, dimensions - 2)).to(device)
    labels = None if labels is None else labels.to(device).expand(len(x))
    found = estimate(denoiser, schedule, x, t, labels=labels)
    vectors = found.eps_hat
    if kind != "eps":
        vectors = -vectors / schedule.at("noise", t, x)
    return Field(kind, t, to_numpy(plane), to_numpy(vectors[:, :2]), dimensions, extent)


def draw_field(
    frame: Pixels, rect: Rect, field: Field, extent: float, style: Style, shaded: bool = False
) -> None:
    """Arrows on axes over [-extent, extent], none longer than its cell.

    ``shaded``: they lie over a density, on which the symbol's own colour would be lost.
    """
    size = rect.width, rect.height
    if field.kind == "streamlines":
        _draw_lines(frame, rect, field, extent, style)
        return
    cell = 2 * extent / CELLS
    lengths = np.hypot(*field.vectors.T)[:, None]
    drawn = np.minimum(lengths / field.scale, 1.0) * cell * 0.92
    steps = field.vectors / np.maximum(lengths, 1e-9) * drawn
    start = to_pixels(field.places - steps / 2, size, extent)
    end = to_pixels(field.places + steps / 2, size, extent)
    back = (start - end) * HEAD
    turned = np.stack([-back[:, 1], back[:, 0]], 1) * 0.6
    visible = np.hypot(*(end - start).T) > 1.5
    lines = []
    for tail, tip, towards, aside in zip(
        start[visible], end[visible], back[visible], turned[visible], strict=True
    ):
        lines += [np.stack([tail, tip])]
        lines += [np.stack([tip + towards + aside, tip, tip + towards - aside])]
    tone = style.text if shaded else style.noise if field.kind == "eps" else style.signal
    stroke(frame, rect, lines, tone, 1.2 * max(1.0, style.text_scale), 0.85)


def _draw_lines(frame: Pixels, rect: Rect, field: Field, extent: float, style: Style) -> None:
    """Thin lines with a head in the middle of each, which says the direction."""
    size = rect.width, rect.height
    thick = max(1.0, style.text_scale)
    lines = [to_pixels(line, size, extent) for line in field.lines]
    heads = [_head(line, LINE_HEAD * thick) for line in lines if len(line) > 2]
    stroke(frame, rect, [*lines, *heads], style.text, thick, 0.45)


def _head(line: np.ndarray, long: float) -> np.ndarray:
    middle = len(line) // 2
    tip, way = line[middle], line[middle] - line[middle - 1]
    back = -way * (long / max(1e-6, float(np.hypot(*way))))
    aside = np.array([-back[1], back[0]], np.float32) * 0.5
    return np.stack([tip + back + aside, tip, tip + back - aside])


def field_words(field: Field) -> str:
    """What the arrows are, in markup: the symbol and the length of the long ones."""
    symbol = r"\hat{ε}(x, t)" if field.kind == "eps" else "score"
    if field.kind == "streamlines":
        symbol = "lines along the score"
        return f"{symbol} at z = 0" if field.dimensions == 3 else symbol
    where = " at z = 0" if field.dimensions == 3 else ""
    return f"{symbol}{where}, longest {field.scale:.3g}"
