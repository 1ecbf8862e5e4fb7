"""How many values a pixel can have: data of 8 bits may have come from fewer."""

import numpy as np
from torch import Tensor

BYTE_LEVELS = 256
_MOST = 128  # that are told from 256: a finer grid would fit what has few values by chance
_PART = 2**22  # values looked at at a time


def levels_of(values: Tensor) -> int | None:
    """The levels of uint8 images: 256 where more than half of those occur; else the fewest, spread
    evenly over 0..255 and rounded, among which are all values that occur, if at least half of those
    levels do; else None, for they cannot be told.
    """
    seen = np.zeros(BYTE_LEVELS, bool)
    flat = values.reshape(-1).numpy()
    for start in range(0, len(flat), _PART):
        seen[flat[start : start + _PART]] = True
        if seen.sum() > _MOST:
            return BYTE_LEVELS
    occurring = np.flatnonzero(seen)
    for levels in range(2, min(_MOST, 2 * len(occurring)) + 1):
        grid = np.arange(levels) * (255 / (levels - 1))
        # Half a level between two bytes may have been rounded either way.
        distance = np.abs(occurring[:, None] - grid).min(axis=1)
        if distance.max() <= 0.5:
            return levels
    return None
