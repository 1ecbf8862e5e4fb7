"""Frames to an animated GIF, one by one.

The layout of a GIF is that of the GIF89a specification; Pillow's encoder compresses the pixels.
"""

import struct
from fractions import Fraction
from os import PathLike

import numpy as np
from PIL import Image

from diffvis.rendering.formats.difference import changed_part, same_tiles
from diffvis.rendering.formats.timing import Ticks, Timing
from diffvis.rendering.formats.writer import FrameWriter
from diffvis.rendering.geometry import Rect
from diffvis.rendering.palette import LIMIT, Palette, grey_palette, grey_ramp, reduce_colours
from diffvis.rendering.pixels import Pixels

LARGEST_SIDE = 65_535
STEP_MS = 10  # delays are hundredths of a second
TOLERANCE = 8.0  # a frame further than this from the palette gets one of its own
WORTH_TRYING = 0.1  # of the pixels are shown as before
OPAQUE = 128  # a GIF's pixel is there or not
KEEP, CLEAR = 1 << 2, 2 << 2  # what becomes of a frame before the next one is drawn


class GifWriter(FrameWriter):
    """An animated GIF.

    A frame stores only the rectangle that differs from the one before, transparent where large
    parts of it do not, or wherever a pixel is shown in the same colour, whichever is smaller. Grey
    frames (h, w) keep their exact values. Of frames with opacity each is stored whole, since a
    pixel of a GIF cannot be taken back.
    """

    timing = Timing(STEP_MS, least=2 * STEP_MS)  # one hundredth is shown as ten

    def __init__(
        self,
        path: str | PathLike[str],
        frame_ms: Fraction | int = 60,
        hold_ms: int = 2000,
        loop: int = 0,
        comment: str = "",
        palette: Palette | None = None,
        first_ms: int = 0,
    ) -> None:
        self._palette_is_guess = palette is None
        self._last: Pixels | None = None
        self._shown: Pixels | None = None  # indices on show (h, w); None: some of another table
        self._pending: bytes | None = None  # the newest frame, whose duration is not known yet
        self._pending_transparent: int | None = None
        self._after = KEEP
        self._ticks = Ticks(STEP_MS)
        super().__init__(path, frame_ms, hold_ms, loop, comment, palette, first_ms)

    def _add(self, item: Pixels) -> None:
        if self._last is None:
            self._begin(item)
        else:
            self._flush(self._ms)
        self._encode(item)
        self._last = item.copy()

    def _finish(self) -> None:
        self._flush(self._hold_ms)
        self._file.write(b";")

    # --- the file's parts ----------------------------------------------------------------

    def _begin(self, frame: Pixels) -> None:
        height, width = frame.shape[:2]
        if max(height, width) > LARGEST_SIDE:
            raise ValueError(f"a GIF has sides of up to {LARGEST_SIDE} pixels")
        if self._palette is None:
            self._palette = _palette_of(frame)
        self._after = CLEAR if frame.shape[2:] == (4,) else KEEP
        table = _table(self._palette.colours)
        head = b"GIF89a" + struct.pack("<HHBBB", width, height, 0xF0 | _bits(table) - 1, 0, 0)
        loop = _repetitions(self._loop)
        comment = b"!\xfe" + _blocks(self._comment.encode()) if self._comment else b""
        self._file.write(head + table + loop + comment)

    def _flush(self, duration_ms: Fraction) -> None:
        """Write the pending frame, now that its duration is known."""
        assert self._pending is not None
        transparent = self._pending_transparent
        flags = self._after | (transparent is not None)
        delay = self._ticks.of(duration_ms)
        self._file.write(struct.pack("<BBBBHBB", 0x21, 0xF9, 4, flags, delay, transparent or 0, 0))
        self._file.write(self._pending)
        self._pending = None

    def _encode(self, frame: Pixels) -> None:
        assert self._palette is not None
        rect = Rect(0, 0, frame.shape[1], frame.shape[0])
        unseen: np.ndarray | None = None
        if self._after == CLEAR:
            unseen = frame[..., 3] < OPAQUE
            frame = frame[..., :3]
        elif self._last is not None:
            rect, changed = changed_part(self._last, frame)
            unseen = same_tiles(changed)
        part = frame[rect.slices]
        table = b""
        guessed = self._palette_is_guess and frame.ndim == 3
        if guessed and self._palette.distance(part) > TOLERANCE:
            indices, table = _own_palette(part)
        else:
            indices = self._palette.indices(part)
        pixels, transparent = self._smallest(indices, unseen, rect, bool(table))
        flags = 0x80 | _bits(table) - 1 if table else 0
        place = struct.pack("<BHHHHB", 0x2C, rect.x, rect.y, rect.width, rect.height, flags)
        self._pending = place + table + b"\x08" + pixels + b"\0"
        self._pending_transparent = transparent

    def _smallest(
        self, indices: Pixels, unseen: np.ndarray | None, rect: Rect, own_table: bool
    ) -> tuple[bytes, int | None]:
        """Compressed indices (h, w) and which of them is transparent: as it is decided by tiles, or
        wherever nothing is seen to change, which of noise that hardly moves is a third of the size.
        """
        if self._after == CLEAR:
            return _compressed(_with_spare(indices, unseen, must=True))
        found = [_compressed(_with_spare(indices, unseen))]
        if own_table:
            self._shown = None
        elif self._shown is None:  # the first, or what lies under it is of another table
            whole = self._last is None or indices.shape == self._last.shape[:2]
            self._shown = indices.copy() if whole else None
        else:
            below = self._shown[rect.slices]
            same = indices == below
            if same.mean() > WORTH_TRYING:
                found.append(_compressed(_with_spare(indices, same)))
            np.copyto(below, indices)
        return min(found, key=lambda made: len(made[0]))


def _with_spare(
    indices: Pixels, unseen: np.ndarray | None, must: bool = False
) -> tuple[Pixels, int | None]:
    """``indices`` (h, w) with one that no other pixel needs where they are ``unseen``, and which it
    is; None where all are needed, unless it ``must`` be.
    """
    if unseen is None or not unseen.any():
        return indices, None
    used = np.bincount(indices[~unseen], minlength=LIMIT)
    spare = int(used.argmin())
    if used[spare] and not must:
        return indices, None
    taken = np.where(indices == spare, np.uint8(spare ^ 1), indices)
    return np.where(unseen, np.uint8(spare), taken), spare


def _compressed(made: tuple[Pixels, int | None]) -> tuple[bytes, int | None]:
    indices, spare = made
    return Image.fromarray(np.ascontiguousarray(indices)).tobytes("gif", "L", 8, 0), spare


def _repetitions(plays: int) -> bytes:
    """Netscape's block of how often it begins again, 0 for ever: what plays once has none."""
    if plays == 1:
        return b""
    return b"!\xff\x0bNETSCAPE2.0\x03\x01" + struct.pack("<H", max(0, plays - 1)) + b"\0"


def _palette_of(frame: Pixels) -> Palette:
    """For an animation that begins with ``frame``."""
    if frame.ndim == 2:
        return grey_palette()
    colours = frame[..., :3]
    if (colours == colours[..., :1]).all():
        # White first: a reader that sees the usual ramp (Pillow) takes all frames to be grey.
        return Palette(grey_ramp(LIMIT)[::-1])
    return Palette(reduce_colours(colours, LIMIT))


def _own_palette(part: Pixels) -> tuple[Pixels, bytes]:
    """Indices and colour table for a frame that the common palette does not fit."""
    image = Image.fromarray(np.ascontiguousarray(part)).convert("RGB")
    made = image.quantize(LIMIT, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    colours = np.array(made.getpalette(), np.uint8).reshape(-1, 3)
    return np.asarray(made), _table(colours)


def _table(colours: Pixels) -> bytes:
    """The colours, filled up to a power of two of at least 2."""
    size = 2
    while size < len(colours):
        size *= 2
    return colours.tobytes().ljust(3 * size, b"\0")


def _bits(table: bytes) -> int:
    return (len(table) // 3).bit_length() - 1


def _blocks(data: bytes) -> bytes:
    """GIF's sub-blocks of up to 255 bytes with an empty one at the end."""
    parts = [data[i : i + 255] for i in range(0, len(data), 255)]
    return b"".join(bytes([len(part)]) + part for part in parts) + b"\0"
