"""What a dot is: how it covers the pixels about it, and how it is mixed with what is below."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from diffvis.rendering.pixels import Pixels

MOST_LAYERS, LAYER_PARTS = 32, 64  # discs over one pixel that still make a difference
WHOLE = 256  # of the colour of a pixel
PHASES = 8  # places within a pixel, each way, at which a dot is drawn: motion looks smooth


@lru_cache(maxsize=64)
def strength(opacity: float) -> np.ndarray:
    """How strongly a pixel is painted, of WHOLE, by the parts of layers of discs over it, uint16.

    Whole layers let through 1 - opacity each; the next one covers the pixel only partly.
    """
    layers = np.arange(MOST_LAYERS * LAYER_PARTS + 1) / LAYER_PARTS
    whole = np.floor(layers)
    through = (1 - opacity) ** whole * (1 - opacity * (layers - whole))
    return np.rint(WHOLE * (1 - through)).astype(np.uint16)


@lru_cache(maxsize=64)
def stamps(eighths: int) -> tuple[np.ndarray, np.ndarray]:
    """How a disc of that radius (in eighths of a pixel) covers the pixels about its centre.

    Returns float32 (K, PHASES * PHASES), one column for each place of the centre within its pixel,
    and the K offsets (row, column) of the pixels, the far ones first.
    """
    radius = eighths / 8
    reach = int(np.ceil(radius))
    span = np.arange(-reach, reach + 1)
    offsets = np.stack(np.meshgrid(span, span, indexing="ij"), -1).reshape(-1, 2)
    offsets = offsets[np.argsort(-np.hypot(*offsets.T), kind="stable")]
    inner = (np.arange(PHASES) + 0.5) / PHASES
    centres = np.stack(np.meshgrid(inner, inner, indexing="ij"), -1).reshape(-1, 1, 2)
    distance = np.linalg.norm(offsets + 0.5 - centres, axis=-1)
    cover = np.clip(radius + 0.5 - distance, 0, 1).astype(np.float32)
    reached = cover.any(0)
    return np.ascontiguousarray(cover[:, reached].T), offsets[reached]


def mix(frame: Pixels, shown: Sequence[np.ndarray | np.unsignedinteger], alpha: np.ndarray) -> None:
    """The three colours ``shown``, (h, w) or one number each, over those of the frame, with
    ``alpha`` (h, w) parts of WHOLE, uint16.
    """
    rest = np.uint16(WHOLE) - alpha
    for channel in range(3):  # one by one: numpy is slow along an axis of three
        mixed = np.multiply(shown[channel], alpha, dtype=np.uint16)
        mixed += np.multiply(frame[..., channel], rest, dtype=np.uint16)
        mixed += np.uint16(WHOLE // 2)
        mixed //= np.uint16(WHOLE)
        np.copyto(frame[..., channel], mixed, casting="unsafe")
