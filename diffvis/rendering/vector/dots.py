"""Dots so many that a drawing of them would be slow to open, as a picture."""

import numpy as np

from diffvis.rendering.paint import BLACK, WHITE, matte
from diffvis.rendering.pixels import blank
from diffvis.rendering.scatter import splat
from diffvis.rendering.scene.marks import Dots

MOST = 10_000
TIMES = 3  # larger than on the screen


def picture_of(mark: Dots) -> np.ndarray | None:
    """The dots on nothing, uint8 (h, w, 4), a few times larger; None where they are few enough."""
    if len(mark.points) <= MOST:
        return None
    size = TIMES * mark.within.width, TIMES * mark.within.height
    places = (mark.points - (mark.within.x, mark.within.y)).astype(np.float32) * TIMES
    grounds = [blank(size, colour) for colour in (BLACK, WHITE)]
    for ground in grounds:
        splat(ground, places, mark.colours, TIMES * mark.radius, mark.opacity)
    return matte(*grounds)
