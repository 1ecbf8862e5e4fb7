"""Where the parts of a picture stand, as it was drawn."""

from collections.abc import Callable

import numpy as np

from diffvis.rendering.read import Drawn
from diffvis.rendering.scene.noted import noting


def drawn_parts(draw: Callable[[], np.ndarray]) -> tuple[np.ndarray, dict[str, Drawn]]:
    """The frame, and its samples by the name of the part that they are."""
    with noting() as noted:
        frame = draw()
    return frame, {shown.name: shown for shown in noted if isinstance(shown, Drawn)}
