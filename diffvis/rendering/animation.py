"""Frames to an animated GIF, one by one.

The file takes its name only when it is complete. The layout of a GIF is that of the GIF89a
specification; Pillow's encoder compresses the pixels.
"""

import errno
import os
import struct
from contextlib import ExitStack
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

import numpy as np
from PIL import Image

from diffvis.files import atomic_write
from diffvis.rendering.files import reported, write_png
from diffvis.rendering.geometry import Rect
from diffvis.rendering.palette import LIMIT, Palette, grey_palette, grey_ramp, reduce_colours
from diffvis.rendering.pixels import Pixels

__all__ = ["GifWriter", "write_png"]

LARGEST_SIDE = 65_535
LEAST_MS = 20  # browsers show shorter delays as 100 ms
LONGEST_MS = 655_350
TOLERANCE = 8.0  # a frame further than this from the palette gets one of its own
_TILE = 16


class GifWriter:
    """An animated GIF of equal frames; ``add`` does a bounded amount of work.

    A frame stores only the rectangle that differs from the one before, transparent where large
    parts of it do not. Grey frames (h, w) keep their exact values. As a context manager it closes
    the file, or aborts it when an exception leaves the block.

    Raises:
        UserError: the file cannot be written.
        ValueError: a duration is not possible.
    """

    def __init__(
        self,
        path: str | PathLike[str],
        frame_ms: int = 60,
        hold_ms: int = 2000,
        loop: int = 0,
        comment: str = "",
        palette: Palette | None = None,
    ) -> None:
        """Durations are multiples of 10 ms of at least 20 ms; the last frame stays ``hold_ms``.
        ``loop`` 0 repeats for ever. Without a ``palette`` the first frame decides.
        """
        for duration in (frame_ms, hold_ms):
            if duration % 10 or not LEAST_MS <= duration <= LONGEST_MS:
                raise ValueError(
                    f"a frame lasts a multiple of 10 ms from {LEAST_MS} to {LONGEST_MS}, "
                    f"not {duration} ms"
                )
        self._path = Path(path)
        self._frame_ms, self._hold_ms, self._loop = frame_ms, hold_ms, loop
        self._comment = comment.encode("utf-8")
        self._palette = palette
        self._palette_is_guess = palette is None
        self._last: Pixels | None = None
        self._pending: bytes | None = None  # the newest frame, whose duration is not known yet
        self._pending_transparent: int | None = None
        self._stack = ExitStack()
        self._file: BinaryIO | None = None
        with reported(self._path):
            if self._path.is_dir():
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
            self._file = self._stack.enter_context(atomic_write(self._path))

    def add(self, frame: Pixels) -> None:
        """Append a frame: uint8 (h, w, 3), or grey (h, w)."""
        if self._file is None:
            raise ValueError("the file is closed")
        if frame.dtype != np.uint8 or frame.ndim not in (2, 3):
            raise ValueError(f"a frame is uint8 (h, w) or (h, w, 3), not {frame.dtype}")
        if self._last is not None and frame.shape != self._last.shape:
            raise ValueError(f"a frame of {frame.shape} follows one of {self._last.shape}")
        with reported(self._path):
            if self._last is None:
                self._begin(frame)
            else:
                self._flush(self._frame_ms)
            self._encode(frame)
        self._last = frame.copy()

    def close(self) -> None:
        """Write the last frame and give the file its name."""
        if self._file is None:
            return
        if self._last is None:
            self.abort()
            raise ValueError("an animation has at least one frame")
        with reported(self._path):
            try:
                self._flush(self._hold_ms)
                self._file.write(b";")
            except BaseException:
                self.abort()
                raise
            self._file = None
            self._stack.close()

    def abort(self) -> None:
        """Leave nothing behind."""
        if self._file is not None:
            self._file = None
            self._stack.__exit__(_AbortedError, _AbortedError(), None)

    def __enter__(self) -> "GifWriter":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is None:
            self.close()
        else:
            self.abort()

    # --- the file's parts ----------------------------------------------------------------

    def _begin(self, frame: Pixels) -> None:
        height, width = frame.shape[:2]
        if max(height, width) > LARGEST_SIDE:
            raise ValueError(f"a GIF has sides of up to {LARGEST_SIDE} pixels")
        if self._palette is None:
            self._palette = _palette_of(frame)
        table = _table(self._palette.colours)
        head = b"GIF89a" + struct.pack("<HHBBB", width, height, 0xF0 | _bits(table) - 1, 0, 0)
        loop = b"!\xff\x0bNETSCAPE2.0\x03\x01" + struct.pack("<H", self._loop) + b"\0"
        comment = b"!\xfe" + _blocks(self._comment) if self._comment else b""
        assert self._file is not None
        self._file.write(head + table + loop + comment)

    def _flush(self, duration_ms: int) -> None:
        """Write the pending frame, now that its duration is known."""
        assert self._file is not None and self._pending is not None
        transparent = self._pending_transparent
        keep = 1 << 2  # the next frame is drawn over this one
        flags = keep | (transparent is not None)
        self._file.write(
            struct.pack("<BBBBHBB", 0x21, 0xF9, 4, flags, duration_ms // 10, transparent or 0, 0)
        )
        self._file.write(self._pending)
        self._pending = None

    def _encode(self, frame: Pixels) -> None:
        assert self._palette is not None
        same: np.ndarray | None = None
        if self._last is None:
            rect = Rect(0, 0, frame.shape[1], frame.shape[0])
        else:
            rect, same = _difference(self._last, frame)
        part = frame[rect.slices]
        table = b""
        guessed = self._palette_is_guess and frame.ndim == 3
        if guessed and self._palette.distance(part) > TOLERANCE:
            indices, table = _own_palette(part)
        else:
            indices = self._palette.indices(part)
        self._pending_transparent = None
        if same is not None and same.any():
            used = np.bincount(indices[~same], minlength=LIMIT)
            if used.min() == 0:  # an index that this frame does not need
                self._pending_transparent = int(used.argmin())
                indices = np.where(same, np.uint8(self._pending_transparent), indices)
        flags = 0x80 | _bits(table) - 1 if table else 0
        place = struct.pack("<BHHHHB", 0x2C, rect.x, rect.y, rect.width, rect.height, flags)
        pixels = Image.fromarray(np.ascontiguousarray(indices)).tobytes("gif", "L", 8, 0)
        self._pending = place + table + b"\x08" + pixels + b"\0"


class _AbortedError(Exception):
    """Tells atomic_write that the file is not wanted."""


def _palette_of(frame: Pixels) -> Palette:
    """For an animation that begins with ``frame``."""
    if frame.ndim == 2:
        return grey_palette()
    if (frame == frame[..., :1]).all():
        # White first: a reader that sees the usual ramp (Pillow) takes all frames to be grey.
        return Palette(grey_ramp(LIMIT)[::-1])
    return Palette(reduce_colours(frame, LIMIT))


def _own_palette(part: Pixels) -> tuple[Pixels, bytes]:
    """Indices and colour table for a frame that the common palette does not fit."""
    image = Image.fromarray(np.ascontiguousarray(part)).convert("RGB")
    made = image.quantize(LIMIT, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    colours = np.array(made.getpalette(), np.uint8).reshape(-1, 3)
    return np.asarray(made), _table(colours)


def _difference(last: Pixels, frame: Pixels) -> tuple[Rect, np.ndarray]:
    """The rectangle in which frames differ, and which of its pixels lie in unchanged tiles.

    Single unchanged pixels are left as they are: telling them apart costs more than they save.
    """
    changed = last != frame
    if changed.ndim == 3:
        changed = changed[..., 0] | changed[..., 1] | changed[..., 2]
    rows = np.flatnonzero(changed.any(1))
    if len(rows) == 0:
        return Rect(0, 0, 1, 1), np.ones((1, 1), bool)
    columns = np.flatnonzero(changed.any(0))
    rect = Rect(
        int(columns[0]),
        int(rows[0]),
        int(columns[-1] - columns[0]) + 1,
        int(rows[-1] - rows[0]) + 1,
    )
    changed = changed[rect.slices]
    height, width = changed.shape
    padded = np.zeros((-(-height // _TILE) * _TILE, -(-width // _TILE) * _TILE), bool)
    padded[:height, :width] = changed
    tiles = padded.reshape(padded.shape[0] // _TILE, _TILE, -1, _TILE).any((1, 3))
    same = ~tiles.repeat(_TILE, 0).repeat(_TILE, 1)[:height, :width]
    return rect, same


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
