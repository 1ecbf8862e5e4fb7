"""Pictures that are drawn once: the same ones again, within a room."""

import numpy as np

from diffvis.rendering.once import ROOM, drawn_once, kept_bytes
from diffvis.rendering.scatter import axes
from diffvis.rendering.style import DARK, LIGHT


def test_a_picture_is_drawn_once() -> None:
    drawn = []

    @drawn_once
    def picture(side: int, tone: int = 0) -> np.ndarray:
        drawn.append((side, tone))
        return np.full((side, side), tone, np.uint8)

    @drawn_once
    def other(side: int) -> np.ndarray:
        return np.full((side, side), 9, np.uint8)

    assert picture(3) is picture(3)
    assert picture(3, tone=5).max() == 5 and other(3).max() == 9
    assert drawn == [(3, 0), (3, 5)]


def test_a_window_of_many_sizes_does_not_fill_the_memory() -> None:
    for style in (DARK, LIGHT):
        for width in range(400, 1200, 20):
            axes((width, 700), 3.0, style)
            assert kept_bytes() <= ROOM
    assert axes((1180, 700), 3.0, LIGHT) is axes((1180, 700), 3.0, LIGHT)
    assert axes((1180, 700), 3.0, LIGHT) is not axes((1180, 700), 3.0, DARK)
