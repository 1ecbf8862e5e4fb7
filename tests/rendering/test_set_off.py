"""Pictures stand on a ground that neither their white nor their black is."""

import numpy as np
import pytest
import torch

from diffvis.rendering.geometry import Rect
from diffvis.rendering.paint import paint
from diffvis.rendering.pixels import blank
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.style import DARK, LIGHT, Style
from diffvis.rendering.terms import draw_term, kind_of


@pytest.mark.parametrize("style", [DARK, LIGHT], ids=["dark", "light"])
@pytest.mark.parametrize("value", [-1.0, 1.0], ids=["black", "white"])
@pytest.mark.parametrize("count", [1, 4, 5])
def test_edges_and_gaps_differ_from_the_pixels(style: Style, value: float, count: int) -> None:
    x = torch.full((count, 1, 8, 8), value)
    frame, rect = blank((300, 240), style.panel), Rect(20, 20, 260, 200)
    grid = kind_of(x).grid(rect.width, rect.height)
    draw_term(frame, rect, x, style)
    pixel = 0 if value < 0 else 255
    for index in range(count):
        cell = grid.cell_rect(index)
        top, left = rect.y + cell.y, rect.x + cell.x
        whole = frame[top : top + cell.height, left : left + cell.width]
        assert (whole == pixel).all()
        around = frame[top - 1 : top + cell.height + 1, left - 1 : left + cell.width + 1].copy()
        around[1:-1, 1:-1] = style.ground
        assert (around == style.ground).all(), "a line on every side"
    assert min(np.abs(np.array(style.ground) - pixel).max() for pixel in (0, 255)) > 25
    if grid.empty:
        cell = grid.cell_rect(count)
        assert (frame[rect.y + cell.y + 2, rect.x + cell.x + 2] == style.panel).all()


def test_what_is_between_pictures_stays_transparent() -> None:
    x = torch.ones(4, 1, 8, 8)

    def draw(look: Style) -> np.ndarray:
        frame = blank((100, 100), look.panel)
        draw_term(frame, Rect(10, 10, 80, 80), x, look)
        return frame

    alpha = paint(draw, ExportSpec().changed(transparent=True))[..., 3]
    assert set(np.unique(alpha)) == {0, 255}
    assert (alpha == 255).sum() == 4 * kind_of(x).grid(80, 80).cell_rect(0).width ** 2
