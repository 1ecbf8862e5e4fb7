"""A vector field over a grid of points: which way the model pushes, wherever a point may be."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from diffvis.diffusion.estimate import estimate
from diffvis.diffusion.prediction import Denoiser
from diffvis.diffusion.schedule import NoiseSchedule
from diffvis.rendering.geometry import Rect
from diffvis.rendering.pixels import Pixels, to_numpy
from diffvis.rendering.scatter import to_pixels
from diffvis.rendering.strokes import stroke
from diffvis.rendering.style import Style

FIELDS = ("eps", "score")
CELLS = 17  # arrows along each axis
FULL = 0.9  # quantile of the lengths that is drawn as long as a cell
HEAD = 0.34  # of an arrow's length


@dataclass(frozen=True, eq=False)
class Field:
    """Arrows from ``places`` along ``vectors``, numpy (K, 2) each."""

    kind: str
    t: int
    places: np.ndarray
    vectors: np.ndarray
    dimensions: int = 2
    """Of the points; in three, the field is that of the plane z = 0."""

    @property
    def scale(self) -> float:
        """The length that is drawn as long as a cell."""
        lengths = np.hypot(*self.vectors.T)
        return max(1e-9, float(np.quantile(lengths, FULL)))


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
    """eps_hat(x, t), or the score -eps_hat / sqrt(1 - alpha_bar_t), over [-extent, extent]².

    In more ``dimensions`` the others are 0.

    t in 1..T; the score is that of q(x_t) (Song & Ermon 2019). ``labels`` is one class (1,) int64.

    Raises:
        ValueError: ``kind`` is none of ``FIELDS``.
    """
    if kind not in FIELDS:
        raise ValueError(f"a field is one of {', '.join(FIELDS)}, not {kind!r}")
    line = (torch.arange(CELLS) + 0.5) * (2 * extent / CELLS) - extent
    plane = torch.cartesian_prod(line, line)
    x = torch.nn.functional.pad(plane, (0, dimensions - 2)).to(device)
    labels = None if labels is None else labels.to(device).expand(len(x))
    found = estimate(denoiser, schedule, x, t, labels=labels)
    vectors = found.eps_hat
    if kind == "score":
        vectors = -vectors / schedule.at("sqrt_one_minus_alpha_bar", t, x)
    return Field(kind, t, to_numpy(plane), to_numpy(vectors[:, :2]), dimensions)


def draw_field(
    frame: Pixels, rect: Rect, field: Field, extent: float, style: Style, shaded: bool = False
) -> None:
    """Arrows on axes over [-extent, extent], none longer than its cell.

    ``shaded``: they lie over a density, on which the symbol's own colour would be lost.
    """
    size = rect.width, rect.height
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


def field_words(field: Field) -> str:
    """What the arrows are, in markup: the symbol and the length of the long ones."""
    symbol = r"\hat{ε}(x, t)" if field.kind == "eps" else "score"
    where = " at z = 0" if field.dimensions == 3 else ""
    return f"{symbol}{where}, longest {field.scale:.3g}"
