"""Tensors to pictures: the one place where numbers become pixels."""

from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from diffvis.rendering.geometry import Grid, Rect
from diffvis.rendering.scene.marks import Fill
from diffvis.rendering.scene.recorder import begun, note_mark, note_paste
from diffvis.rendering.style import Colour

NOISE_RANGE = 3.0  # noise pictures show [-3, 3]: 99.7 % of a standard normal

SPARSE = 20_000  # pixels of a mask from which on only those are painted that it covers

Pixels = np.ndarray  # uint8


def to_uint8(x: Tensor | np.ndarray, span: tuple[float, float] = (-1.0, 1.0)) -> Pixels:
    """Images (N, C, H, W) as uint8 (N, H, W, C), from black to white over ``span``; what is outside
    is clipped.

    One channel stays one; of two, or more than three, the first, or the first three, are shown.
    Values that came from uint8 images come back exactly.
    """
    values = to_numpy(x)
    channels = values.shape[1]
    if channels not in (1, 3):
        values = values[:, : 3 if channels > 3 else 1]
    middle, half = (span[0] + span[1]) / 2, (span[1] - span[0]) / 2
    shown = values * np.float32(127.5 / half)
    # 127.5 for the range, 0.5 to round when the fraction is cut
    shown += np.float32(128.0 - 127.5 * middle / half)
    np.clip(shown, 0.0, 255.0, out=shown)
    shown[np.isnan(shown)] = 128.0
    return shown.astype(np.uint8).transpose(0, 2, 3, 1)


def to_numpy(x: Tensor | np.ndarray) -> np.ndarray:
    """float32 on the CPU, from wherever it is."""
    if isinstance(x, Tensor):
        return x.detach().to("cpu", torch.float32).numpy()
    return np.asarray(x, np.float32)


def noise_to_uint8(eps: Tensor | np.ndarray) -> Pixels:
    """Noise (N, C, H, W) as uint8 (N, H, W, C), with [-3, 3] from black to white."""
    return to_uint8(eps, (-NOISE_RANGE, NOISE_RANGE))


def shrink(pictures: Pixels, reduce: int) -> Pixels:
    """The means of reduce x reduce pixels of (N, H, W, C); the last ones may have fewer."""
    if reduce == 1:
        return pictures
    n, height, width, channels = pictures.shape
    down, right = -height % reduce, -width % reduce
    padded = np.pad(pictures, ((0, 0), (0, down), (0, right), (0, 0)), mode="edge")
    blocks = padded.reshape(
        n, (height + down) // reduce, reduce, (width + right) // reduce, reduce, channels
    )
    return np.rint(blocks.mean((2, 4), dtype=np.float32)).astype(np.uint8)


def mosaic(pictures: Pixels, grid: Grid, background: Colour) -> Pixels:
    """The pictures (N, H, W, 1 or 3) as ``grid`` says, on ``background``: (height, width, 3)."""
    pictures = shrink(pictures[: grid.count], grid.reduce)
    n, height, width = pictures.shape[:3]
    cells = np.empty((grid.rows * grid.columns, height + 1, width + 1), np.uint32)
    cells[:] = pack(np.array(background, np.uint8))  # the last row and column are the gap
    cells[:n, :height, :width] = pack(pictures)
    small = cells.reshape(grid.rows, grid.columns, height + 1, width + 1).transpose(0, 2, 1, 3)
    small = small.reshape(grid.rows * (height + 1), grid.columns * (width + 1))
    across = _enlarged(width, grid.columns, grid.factor, grid.gap)[: grid.width]
    down = _enlarged(height, grid.rows, grid.factor, grid.gap)[: grid.height]
    # First wider, then higher: whole rows are copied fast.
    return np.take(unpack(np.take(small, across, axis=1)), down, axis=0)


@lru_cache(maxsize=64)
def _enlarged(side: int, count: int, factor: int, gap: int) -> np.ndarray:
    """Which of ``side`` pixels and a gap, ``count`` times, each pixel of the mosaic shows."""
    one = np.r_[np.repeat(np.arange(side), factor), np.full(gap, side)]
    return (np.arange(count)[:, None] * (side + 1) + one).ravel()


def pack(colours: Pixels) -> np.ndarray:
    """uint8 (..., 1 or 3) as uint32 (...) whose first bytes in memory are red, green and blue."""
    if colours.shape[-1] == 1:
        return colours[..., 0].astype("<u4") * np.uint32(0x010101)
    four = np.zeros((*colours.shape[:-1], 4), np.uint8)
    for channel in range(3):
        four[..., channel] = colours[..., channel]
    return four.view(np.uint32)[..., 0]


def unpack(packed: np.ndarray) -> Pixels:
    """Undo ``pack``: uint32 (...) as uint8 (..., 3)."""
    four = packed.view(np.uint8).reshape(*packed.shape, 4)
    colours = np.empty((*packed.shape, 3), np.uint8)
    for channel in range(3):
        colours[..., channel] = four[..., channel]
    return colours


def blank(size: tuple[int, int], colour: Colour) -> Pixels:
    """A frame (height, width, 3) of one colour; ``size`` is (width, height)."""
    width, height = size
    frame = np.empty((height, 3 * width), np.uint8)
    frame[:] = np.tile(np.array(colour, np.uint8), width)  # whole rows: many times faster
    frame = frame.reshape(height, width, 3)
    begun(frame, colour)
    return frame


def paste(frame: Pixels, picture: Pixels, x: int, y: int) -> None:
    """Put ``picture`` into ``frame``; what does not fit is left out."""
    note_paste(frame, picture, x, y)
    height, width = frame.shape[:2]
    top, left = max(0, -y), max(0, -x)
    part = picture[top : max(top, height - y), left : max(left, width - x)]
    frame[y + top : y + top + part.shape[0], x + left : x + left + part.shape[1]] = part


def fill(frame: Pixels, rect: Rect, colour: Colour) -> None:
    """Paint the part of ``rect`` that is inside the frame."""
    note_mark(frame, lambda: Fill(rect.within(frame.shape[1], frame.shape[0]), colour))
    frame[max(0, rect.y) : max(0, rect.bottom), max(0, rect.x) : max(0, rect.right)] = colour


def outline(frame: Pixels, rect: Rect, colour: Colour, thickness: int = 1) -> None:
    """A frame of ``thickness`` pixels around ``rect``, outside of it."""
    x, y, t = rect.x - thickness, rect.y - thickness, thickness
    width, height = rect.width + 2 * t, rect.height + 2 * t
    fill(frame, Rect(x, y, width, t), colour)
    fill(frame, Rect(x, rect.bottom, width, t), colour)
    fill(frame, Rect(x, y, t, height), colour)
    fill(frame, Rect(rect.right, y, t, height), colour)


def blend(frame: Pixels, mask: Pixels, x: int, y: int, colour: Colour) -> None:
    """Paint ``colour`` as strongly as ``mask`` (h, w) says; what does not fit is left out."""
    height, width = frame.shape[:2]
    top, left = max(0, -y), max(0, -x)
    mask = mask[top : max(top, height - y), left : max(left, width - x)]
    target = frame[y + top : y + top + mask.shape[0], x + left : x + left + mask.shape[1]]
    if mask.size > SPARSE:  # lines over a whole picture leave most of it as it is
        rows, columns = np.nonzero(mask)
        below, strength = target[rows, columns], mask[rows, columns, None].astype(np.int32)
        change = (np.asarray(colour, np.int32) - below) * strength
        target[rows, columns] = below + (change + 127) // 255
        return
    strength = mask[..., None].astype(np.int32)
    change = (np.asarray(colour, np.int32) - target) * strength
    target[:] = target + (change + 127) // 255
