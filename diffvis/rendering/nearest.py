"""A sample beside the training images that are nearest to it: made, or learned by heart?"""

from dataclasses import dataclass

import torch
from torch import Tensor

from diffvis.data.dataset import to_model_units
from diffvis.rendering.equation import type_size
from diffvis.rendering.footer import Foot, draw_footer, split
from diffvis.rendering.geometry import Rect
from diffvis.rendering.pixels import Pixels, blank
from diffvis.rendering.style import SMALLEST, Style
from diffvis.rendering.terms import TermKind, draw_term
from diffvis.rendering.text import line_height, text_width, write

SHOWN = 2  # of the nearest
_CHUNK = 4_096


@dataclass(frozen=True, eq=False)
class Neighbours:
    """The nearest members of a data set to one sample (C, H, W), the nearest first."""

    sample: Tensor
    images: Tensor  # (k, C, H, W) in model units
    numbers: tuple[int, ...]
    """Which members of the data set they are."""
    distances: tuple[float, ...]
    """Root mean square over the values, in model units: 2 is black against white."""
    typical: float
    """The same between the nearest member and its own nearest neighbour."""


def nearest_images(x: Tensor, values: Tensor, index: Tensor, count: int = SHOWN) -> Neighbours:
    """The members ``values[index]`` nearest to x (C, H, W).

    ``values`` are images as a data set stores them, uint8 (N, C, H, W); ``index`` is int64 (M,).
    """
    sample = x.detach().float().cpu()
    distances = _distances(sample, values, index)
    found = distances.topk(min(count, len(index)), largest=False)
    images = to_model_units(values[index[found.indices]])
    around = _distances(images[0], values, index)
    around[found.indices[0]] = torch.inf
    return Neighbours(
        sample,
        images,
        tuple(index[found.indices].tolist()),
        tuple(found.values.tolist()),
        float(around.min()),
    )


def _distances(x: Tensor, values: Tensor, index: Tensor) -> Tensor:
    parts = [
        (to_model_units(values[part]) - x).flatten(1).square().mean(1).sqrt()
        for part in index.split(_CHUNK)
    ]
    return torch.cat(parts)


def draw_nearest(
    found: Neighbours,
    size: tuple[int, int],
    style: Style,
    symbol: str = r"\hat{x}_{0}",
    foot: Foot | None = None,
) -> Pixels:
    """The sample large on the left, its nearest neighbours beside it with their distances."""
    frame = blank(size, style.panel)
    em = type_size(size, style)
    body = split(size, em, foot is not None)[0]
    shape = tuple(found.sample.shape)
    kind = TermKind(1, shape)
    below = 2 * line_height(em) + round(0.5 * em)
    columns = 1 + len(found.images)
    wide = body.width >= 1.15 * body.height
    if wide:  # all in one row
        cells = [
            Rect(body.x + body.width * k // columns, body.y, body.width // columns, body.height)
            for k in range(columns)
        ]
    else:  # the sample and the nearest above the others
        half = body.height // 2
        cells = [
            Rect(
                body.x + body.width * (k % 2) // 2, body.y + half * (k // 2), body.width // 2, half
            )
            for k in range(columns)
        ]
    pictures = [found.sample, *found.images]
    titles = [symbol, *(f"no. {number:,}" for number in found.numbers)]
    notes = ["the sample", *(f"distance {distance:.3f}" for distance in found.distances)]
    for k, cell in enumerate(cells):
        room = max(1, cell.width - em), max(1, cell.height - below - em)
        width, height = kind.fit(*room)
        top = cell.y + (cell.height - height - below) // 2
        rect = Rect(cell.centre[0] - width // 2, top, width, height)
        draw_term(frame, rect, pictures[k][None], style)
        y = rect.bottom + round(0.9 * em)
        tone = style.signal if k == 0 else style.text
        for words, bold, colour in ((titles[k], True, tone), (notes[k], False, style.muted)):
            small = em
            while text_width(words, small, bold) > cell.width - 4 and small > (
                style.least or SMALLEST
            ):
                small -= 1
            write(frame, words, cell.centre[0], y, small, colour, bold=bold, align="centre")
            y += line_height(em)
    if foot is not None:
        draw_footer(frame, foot, em, style)
    return frame
