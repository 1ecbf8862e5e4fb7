"""Two schedules' strips stand in the same columns, and show their own tensors."""

import numpy as np
import pytest
import torch

from diffvis.data import Dataset
from diffvis.rendering.pixels import to_uint8
from diffvis.rendering.strips import StripRow, draw_strips, place_strips
from diffvis.rendering.style import DARK


@pytest.mark.parametrize("size", [(860, 200), (300, 120), (1500, 340)])
@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_rows_show_their_tensors_in_the_same_columns(
    digits: Dataset, size: tuple[int, int], scale: float
) -> None:
    x, style = digits.x0(slice(4)), DARK.scaled(scale)
    rows = [
        StripRow("linear", "0.5", "signal", x[:1], [x[1:2], x[2:3]]),
        StripRow("cosine", "0.7", "noise", x[3:4], [x[2:3], x[1:2]]),
    ]
    frame = draw_strips(rows, 7, [0, 100], size, style)
    assert frame.shape == (size[1], size[0], 3)
    layout = place_strips(rows, [0, 100], size, style)
    upper, lower = layout.pictures
    assert [rect.x for rect in upper] == [rect.x for rect in lower]
    assert upper[0].bottom <= lower[0].y
    for row, rects in zip(rows, layout.pictures, strict=True):
        for tensor, rect in zip((row.now, *row.moments), rects, strict=True):
            assert rect.right <= size[0]
            factor = rect.width // 8
            shown = np.kron(to_uint8(tensor)[0], np.ones((factor, factor, 1), np.uint8))
            assert np.array_equal(frame[rect.slices], np.repeat(shown, 3, 2))


def test_points_are_drawn_too() -> None:
    x = torch.zeros(5, 2)
    row = StripRow("linear", "0.5", "signal", x, [x + 1])
    frame = draw_strips([row], 3, [0], (400, 160), DARK, extent=3.0)
    assert (frame == DARK.signal).all(2).any()
