"""Strokes in a rectangle of which the picture has less, or nothing."""

import numpy as np

from diffvis.rendering.geometry import Rect
from diffvis.rendering.strokes import stroke_each

LINE = np.array([[1.0, 1.0], [6.0, 6.0]])
RED = (255, 0, 0)


def test_what_the_picture_lacks_is_not_painted() -> None:
    whole, low = np.zeros((8, 8, 3), np.uint8), np.zeros((4, 8, 3), np.uint8)
    for frame in (whole, low):
        stroke_each(frame, Rect(0, 0, 8, 8), [LINE], [RED], 1.5)
    assert whole.any() and np.array_equal(whole[:4], low)
    nothing = np.zeros((0, 8, 3), np.uint8)
    stroke_each(nothing, Rect(0, 0, 8, 8), [LINE], [RED], 1.5)
    assert nothing.size == 0
