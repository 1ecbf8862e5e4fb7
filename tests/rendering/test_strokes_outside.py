"""Strokes in a rectangle of which the picture has less, or nothing."""

import numpy as np

from diffvis.rendering.geometry import Rect
from diffvis.rendering.strokes import stroke, stroke_each

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


def test_a_line_that_is_not_finite_takes_no_other_with_it() -> None:
    """A chain that runs away has points that are nowhere; a warning here would be an error."""
    good = np.array([[5.0, 5.0], [30.0, 20.0]])
    lost = np.array([[np.nan, 3.0], [np.inf, 9.0]])
    alone, both = np.zeros((40, 40, 3), np.uint8), np.zeros((40, 40, 3), np.uint8)
    stroke(alone, Rect(0, 0, 40, 40), [good], (255, 255, 255), 2.0)
    stroke(both, Rect(0, 0, 40, 40), [lost, good], (255, 255, 255), 2.0)
    assert alone.any() and np.array_equal(alone, both)
    stroke(both, Rect(0, 0, 40, 40), [lost], (255, 255, 255), 2.0)
    assert np.array_equal(alone, both)
