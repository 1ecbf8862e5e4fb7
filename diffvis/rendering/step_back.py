"""Where a step back may lead from one place: the true x_s among the points, and DDPM's circle."""

from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from diffvis.diffusion import GaussianMixtureDenoiser, TrueReverse, true_reverse
from diffvis.rendering.equation import type_size
from diffvis.rendering.geometry import Rect
from diffvis.rendering.pixels import Pixels, blank, paste, to_numpy
from diffvis.rendering.read import Drawn
from diffvis.rendering.recent import scatter_again
from diffvis.rendering.scatter import ring, splat, to_pixels
from diffvis.rendering.scene.noted import note
from diffvis.rendering.scene.recorder import inside
from diffvis.rendering.strokes import circle, stroke
from diffvis.rendering.style import Style
from diffvis.rendering.text import line_height, text_width, write

DRAWN = 300  # samples of x_s
PALE = 0.62  # how much of the panel covers the points behind them


@lru_cache(maxsize=8)
def samples_back(true: TrueReverse) -> np.ndarray:
    """Samples (DRAWN, D) of x_s, always the same of one step."""
    return to_numpy(true.draw(DRAWN, torch.Generator().manual_seed(0)))


@lru_cache(maxsize=8)
def step_back(
    mixture: GaussianMixtureDenoiser, place: tuple[float, ...], t: int, s: int
) -> TrueReverse:
    """q(x_s | x_t) at a place (D)."""
    return true_reverse(mixture, torch.tensor(place, dtype=torch.float64), t, s)


def step_box(size: tuple[int, int], style: Style) -> Rect:
    """The square over [-extent, extent]² of ``draw_step_back``: words stand below it."""
    em = type_size(size, style)
    margin, below = round(0.5 * em), line_height(em) + round(0.3 * em)
    side = max(16, min(size[0] - 2 * margin, size[1] - 2 * margin - below))
    return Rect((size[0] - side) // 2, max(margin, (size[1] - below - side) // 2), side, side)


def draw_step_back(
    true: TrueReverse,
    std: float,
    place: tuple[float, ...],
    s: int,
    x_t: Tensor,
    size: tuple[int, int],
    style: Style,
    *,
    colours: Pixels | None,
    extent: float,
    reach: float = 1.0,
) -> Pixels:
    """Points x_t (N, D) on axes over [-extent, extent]², pale; over them the place that steps back,
    samples of the ``true`` step to s, and the Gaussian of DDPM as circles of one and two ``std``.
    The axes grow with ``reach`` (``factors.reach``).
    """
    extent *= reach
    frame = blank(size, style.panel)
    box = step_box(size, style)
    square = box.width, box.height
    behind = scatter_again(x_t, colours, square, extent, style)
    panel = np.asarray(style.panel, np.float32)
    paste(frame, (behind + (panel - behind) * PALE).astype(np.uint8), box.x, box.y)
    note(Drawn(box, x_t, None, extent, "x_t"))
    within = inside(frame, box)
    thick = max(1.0, style.text_scale)
    splat(within, to_pixels(samples_back(true), square, extent), style.signal, 2.2 * thick, 0.8)
    mean = to_pixels(to_numpy(true.mean)[None], square, extent)[0]
    unit = box.width / (2 * extent)
    for k in (1, 2):
        stroke(frame, box, [circle(mean, k * std * unit)], style.noise, 1.6 * thick)
    ring(within, to_pixels(np.array([place], np.float32), square, extent), style)
    em = type_size(size, style)
    told, small = f"blue: true x_{{{s}}}", style.legible(0.9 * em)
    words = f"{told} · circles: DDPM, 1 and 2 σ"
    words = words if text_width(words, small) <= size[0] else f"{told} · circles: DDPM"
    y = box.bottom + round(0.2 * em) + line_height(em) // 2
    write(frame, words, size[0] // 2, y, small, style.muted, align="centre")
    return frame
