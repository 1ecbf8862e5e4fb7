"""Frames to an animated PNG, one by one.

The chunks are those of the PNG specification (third edition), which has animations in it.
"""

import math
import struct
import zlib
from fractions import Fraction

import numpy as np

from diffvis.rendering.formats.difference import changed_part
from diffvis.rendering.formats.timing import BROWSERS_MS, Timing
from diffvis.rendering.formats.writer import FrameWriter
from diffvis.rendering.geometry import Rect
from diffvis.rendering.pixels import Pixels

SIGNATURE = b"\x89PNG\r\n\x1a\n"
COLOUR_TYPES = {(): 0, (3,): 2, (4,): 6}
MOST = 0xFFFF  # of a number of two bytes
LEVEL = 6  # of zlib
UP = 2  # the filter: a row as its difference from the one above, zeros in enlarged pictures


class ApngWriter(FrameWriter):
    """An animated PNG; a frame stores only the rectangle that differs from the one before."""

    timing = Timing(least=BROWSERS_MS)

    _last: Pixels | None = None
    _sequence = 0
    _frames = 0
    _counted_at = 0
    _pending: tuple[Rect, bytes] | None = None

    def _add(self, item: Pixels) -> None:
        height, width = item.shape[:2]
        rect = Rect(0, 0, width, height)
        if self._last is None:
            self._begin(item)
        else:
            self._flush(self._ms)
            rect = changed_part(self._last, item)[0]
        self._pending = rect, _compressed(item[rect.slices])
        self._last = item.copy()
        self._frames += 1

    def _begin(self, frame: Pixels) -> None:
        height, width = frame.shape[:2]
        kind = COLOUR_TYPES[frame.shape[2:]]
        self._file.write(SIGNATURE)
        self._file.write(_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, kind, 0, 0, 0)))
        if self._comment:
            words = b"recipe\0\0\0\0\0" + self._comment.encode()
            self._file.write(_chunk(b"iTXt", words))
        self._counted_at = self._file.tell()
        self._file.write(_chunk(b"acTL", struct.pack(">II", 0, self._loop)))

    def _flush(self, duration_ms: Fraction) -> None:
        """Write the pending frame, now that its duration is known."""
        assert self._pending is not None
        rect, data = self._pending
        place = struct.pack(">IIII", rect.width, rect.height, rect.x, rect.y)
        control = struct.pack(">I", self._next()) + place + struct.pack(">HH", *_delay(duration_ms))
        self._file.write(_chunk(b"fcTL", control + b"\0\0"))
        if self._sequence == 1:
            self._file.write(_chunk(b"IDAT", data))
        else:
            self._file.write(_chunk(b"fdAT", struct.pack(">I", self._next()) + data))

    def _next(self) -> int:
        self._sequence += 1
        return self._sequence - 1

    def _finish(self) -> None:
        self._flush(self._hold_ms)
        self._file.write(_chunk(b"IEND", b""))
        size = self._file.tell()
        self._file.seek(self._counted_at)
        self._file.write(_chunk(b"acTL", struct.pack(">II", self._frames, self._loop)))
        self._file.seek(size)


def _delay(ms: Fraction) -> tuple[int, int]:
    """A numerator and a denominator of seconds."""
    if ms % 10 == 0:
        return int(ms) // 10, 100
    seconds = ms / 1000
    near = seconds.limit_denominator(MOST // math.ceil(seconds))  # mostly these seconds themselves
    return near.numerator, near.denominator


def _compressed(part: Pixels) -> bytes:
    rows = np.ascontiguousarray(part).reshape(part.shape[0], -1)
    filtered = np.empty((rows.shape[0], rows.shape[1] + 1), np.uint8)
    filtered[:, 0] = UP
    filtered[0, 1:] = rows[0]
    np.subtract(rows[1:], rows[:-1], out=filtered[1:, 1:])
    return zlib.compress(filtered, LEVEL)


def _chunk(name: bytes, content: bytes) -> bytes:
    check = zlib.crc32(content, zlib.crc32(name))
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", check)
