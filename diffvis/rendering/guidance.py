"""Guidance over a grid of points: a weaker and a stronger prediction, and the push between them."""

from dataclasses import dataclass

import numpy as np
import torch

from diffvis.diffusion.estimate import estimate
from diffvis.diffusion.prediction import Denoiser
from diffvis.diffusion.schedule import NoiseSchedule
from diffvis.rendering.contours import Density
from diffvis.rendering.geometry import Rect
from diffvis.rendering.pixels import Pixels, to_numpy
from diffvis.rendering.scatter import to_pixels
from diffvis.rendering.strokes import arrow, stroke
from diffvis.rendering.style import Style
from diffvis.rendering.text import escape

CELLS = 9  # places along each axis: at each of them are three arrows
FULL = 0.9  # quantile of the lengths of guided arrows that is drawn as long as a cell
HEAD = 5.0  # pixels
Told = tuple[Denoiser, int | None]
"""A denoiser, and the class that it is told."""


@dataclass(frozen=True, eq=False)
class Guidance:
    """Scores, numpy (K, 2) each, at ``places`` (K, 2); guided is weak + scale (strong - weak) (Ho &
    Salimans 2022, eq. 6; Karras et al. 2024, eq. 3).
    """

    t: int
    places: np.ndarray
    weak: np.ndarray
    strong: np.ndarray
    scale: float
    extent: float
    title: str
    """What the two are."""

    kind = "guidance"

    @property
    def guided(self) -> np.ndarray:
        return self.weak + self.scale * (self.strong - self.weak)

    @property
    def words(self) -> str:
        """What the arrows are, in markup."""
        return f"{escape(self.title)}; orange: {self.scale:g} × the difference"


@torch.no_grad()
def guidance_at(
    weak: Told,
    strong: Told,
    schedule: NoiseSchedule,
    t: int,
    scale: float,
    extent: float,
    device: torch.device | str = "cpu",
    title: str = "",
) -> Guidance:
    """Over [-extent, extent]² at t in 1..T, of points of two dimensions."""
    line = (torch.arange(CELLS) + 0.5) * (2 * extent / CELLS) - extent
    plane = torch.cartesian_prod(line, line)
    x = plane.to(device)
    noise = schedule.at("noise", t, x)
    scores = []
    for denoiser, label in (weak, strong):
        labels = None if label is None else torch.full((len(x),), label, device=x.device)
        found = estimate(denoiser, schedule, x, t, labels=labels)
        scores.append(to_numpy(-found.eps_hat / noise))
    return Guidance(t, to_numpy(plane), *scores, scale, extent, title)


def draw_guidance(
    frame: Pixels, rect: Rect, found: Guidance, extent: float, style: Style, shaded: bool
) -> None:
    """From each place the weak score (thin) and the strong one (in the colour of the signal); from
    the tip of the first the scaled difference, which ends where guidance pushes to.

    ``shaded``: they lie over a density, on which the signal's own colour would be lost.
    """
    size = rect.width, rect.height
    cell = 2 * extent / CELLS
    longest = max(1e-9, float(np.quantile(np.hypot(*found.guided.T), FULL)))
    unit = cell / longest
    start, weak, strong, guided = (
        to_pixels(found.places + unit * vector, size, extent)
        for vector in (0 * found.guided, found.weak, found.strong, found.guided)
    )
    thick = max(1.0, style.text_scale)
    known = style.text if shaded else style.signal
    for begin, end, tone, wide in (
        (start, weak, style.muted, 1.3),
        (start, strong, known, 1.8),
        (weak, guided, style.noise, 1.8),
    ):
        lines = [
            line for a, b in zip(begin, end, strict=True) for line in arrow(a, b, HEAD * thick)
        ]
        stroke(frame, rect, lines, tone, wide * thick, 0.9)


def sharpened(all_points: Density, of_class: Density, scale: float) -> Density:
    """The law that guidance is often said to sample, p(x | c)^scale p(x)^(1 - scale), scaled to 1.

    It is not what guided chains sample, as that law, noised, has another score than the one that
    guidance composes of noised laws.
    """
    tiny = 1e-30
    log = scale * np.log(of_class.values + tiny) + (1 - scale) * np.log(all_points.values + tiny)
    log[of_class.values < 1e-12 * of_class.values.max()] = -np.inf
    values = np.exp(log - log.max())
    cell = 2 * of_class.extent / len(values)
    return Density(values / (values.sum() * cell**2), of_class.extent)
