"""From what draws a picture to what a file holds: pixels, perhaps with opacity or fewer greys; or
its scene.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from diffvis.rendering.palette import fewer_greys
from diffvis.rendering.pixels import Pixels
from diffvis.rendering.scene.marks import Scene
from diffvis.rendering.scene.recorder import scene_of
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.style import Colour, Style

BLACK, WHITE = (0, 0, 0), (255, 255, 255)


def paint(draw: Callable[[Style], Pixels], spec: ExportSpec) -> Pixels:
    """What ``draw`` makes of the look that is asked for: uint8 (h, w, 3), or (h, w, 4) where the
    background is to be transparent.
    """
    if spec.picture.transparent:
        frame = matte(draw(on(spec.look, BLACK)), draw(on(spec.look, WHITE)))
    else:
        frame = draw(spec.look)
    return fewer_greys(frame, spec.picture.levels)


def drawn_as(
    kind: str, draw: Callable[[Style], Pixels], spec: ExportSpec, title: str, said: str = ""
) -> Pixels | Scene:
    """What ``paint`` makes; or of the kind drawing the same as a scene, with a ``title`` and what
    is ``said`` of it to those who do not see it.
    """
    if kind != "drawing":
        return paint(draw, spec)
    return scene_of(lambda: draw(spec.look), title, said or title)


def on(style: Style, background: Colour) -> Style:
    """The style with that colour below everything."""
    return replace(style, panel=background, background=background, mat=background)


def matte(on_black: Pixels, on_white: Pixels) -> Pixels:
    """The picture (h, w, 4) that, laid on black and on white, gives these two (h, w, 3).

    Where both are equal it is opaque; where they are black and white there is nothing.
    """
    light = on_white.astype(np.int32) - on_black
    alpha = np.clip(255 - light.max(2), 0, 255)
    colour = on_black.astype(np.int32) * 255 // np.maximum(alpha, 1)[..., None]
    whole = np.empty((*alpha.shape, 4), np.uint8)
    whole[..., :3] = np.where(alpha[..., None] > 0, np.clip(colour, 0, 255), 0)
    whole[..., 3] = alpha
    return whole
