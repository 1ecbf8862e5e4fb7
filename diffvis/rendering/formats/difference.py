"""What of a frame has changed since the one before."""

import numpy as np

from diffvis.rendering.geometry import Rect
from diffvis.rendering.pixels import Pixels

_TILE = 16


def changed_part(last: Pixels, frame: Pixels) -> tuple[Rect, np.ndarray]:
    """The rectangle in which frames differ, and which of its pixels (h, w) are others.

    Equal frames differ in the first pixel only, so that there is always something to write.
    """
    changed = last != frame
    if changed.ndim == 3:
        planes = [changed[..., plane] for plane in range(changed.shape[2])]
        changed = np.logical_or.reduce(planes)
    rows = np.flatnonzero(changed.any(1))
    if len(rows) == 0:
        return Rect(0, 0, 1, 1), np.zeros((1, 1), bool)
    columns = np.flatnonzero(changed.any(0))
    rect = Rect(
        int(columns[0]),
        int(rows[0]),
        int(columns[-1] - columns[0]) + 1,
        int(rows[-1] - rows[0]) + 1,
    )
    return rect, changed[rect.slices]


def same_tiles(changed: np.ndarray) -> np.ndarray:
    """Which pixels (h, w) lie in tiles where nothing has ``changed`` (h, w).

    Single unchanged pixels are left as they are: telling them apart costs more than they save.
    """
    height, width = changed.shape
    padded = np.zeros((-(-height // _TILE) * _TILE, -(-width // _TILE) * _TILE), bool)
    padded[:height, :width] = changed
    tiles = padded.reshape(padded.shape[0] // _TILE, _TILE, -1, _TILE).any((1, 3))
    return ~tiles.repeat(_TILE, 0).repeat(_TILE, 1)[:height, :width]
