"""Frames to an animated WebP, one by one, without loss.

The container is that of Google's WebP specification; Pillow's encoder compresses the pixels.
"""

import struct
from fractions import Fraction
from io import BytesIO
from xml.sax.saxutils import escape

import numpy as np
from PIL import Image

from diffvis.rendering.formats.difference import changed_part
from diffvis.rendering.formats.timing import BROWSERS_MS, Ticks, Timing
from diffvis.rendering.formats.writer import FrameWriter
from diffvis.rendering.geometry import Rect
from diffvis.rendering.pixels import Pixels

LARGEST_SIDE = 16_383
XMP, ANIMATION, ALPHA = 0x04, 0x02, 0x10  # flags of the file
OVERWRITE = 0x02  # a frame's pixels replace those below, opacity and all
METHOD = 2  # of 0 (fast) to 6 (small)


class WebpWriter(FrameWriter):
    """An animated WebP; a frame stores only the rectangle that differs from the one before."""

    timing = Timing(1, least=BROWSERS_MS)

    _last: Pixels | None = None
    _pending: bytes = b""
    _ticks: Ticks

    def _add(self, item: Pixels) -> None:
        height, width = item.shape[:2]
        if self._last is None:
            if max(height, width) > LARGEST_SIDE:
                raise ValueError(f"a WebP has sides of up to {LARGEST_SIDE} pixels")
            flags = ANIMATION | (XMP if self._comment else 0) | (ALPHA if _clear(item) else 0)
            self._file.write(b"RIFF\0\0\0\0WEBP")
            head = struct.pack("<B3x", flags) + _u24(width - 1) + _u24(height - 1)
            self._file.write(_chunk(b"VP8X", head))
            self._file.write(_chunk(b"ANIM", struct.pack("<IH", 0, self._loop)))
            self._ticks = Ticks(1)
            rect = Rect(0, 0, width, height)
        else:
            self._flush(self._ms)
            rect = _even(changed_part(self._last, item)[0])
        place = _u24(rect.x // 2) + _u24(rect.y // 2)
        place += _u24(rect.width - 1) + _u24(rect.height - 1)
        self._pending = place + _bitstream(item[rect.slices])
        self._last = item.copy()

    def _flush(self, duration_ms: Fraction) -> None:
        """Write the pending frame, now that its duration is known."""
        place, pixels = self._pending[:12], self._pending[12:]
        timed = place + _u24(self._ticks.of(duration_ms)) + bytes([OVERWRITE]) + pixels
        self._file.write(_chunk(b"ANMF", timed))

    def _finish(self) -> None:
        self._flush(self._hold_ms)
        if self._comment:
            self._file.write(_chunk(b"XMP ", as_xmp(self._comment)))
        size = self._file.tell()
        self._file.seek(4)
        self._file.write(struct.pack("<I", size - 8))
        self._file.seek(size)


def as_xmp(words: str) -> bytes:
    """Adobe's packet of metadata with ``words`` as the description."""
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:description>{escape(words)}</dc:description>"
        "</rdf:Description></rdf:RDF></x:xmpmeta>"
    ).encode()


def _clear(frame: Pixels) -> bool:
    return frame.shape[2:] == (4,)


def _even(rect: Rect) -> Rect:
    """At least as large, from an even column and row: others cannot be told."""
    x, y = rect.x & ~1, rect.y & ~1
    return Rect(x, y, rect.right - x, rect.bottom - y)


def _bitstream(part: Pixels) -> bytes:
    """The chunk of a still WebP that has the pixels."""
    buffer = BytesIO()
    picture = Image.fromarray(np.ascontiguousarray(part))
    picture.convert("RGBA" if _clear(part) else "RGB").save(
        buffer, "WEBP", lossless=True, quality=20, method=METHOD, exact=True
    )
    content = buffer.getvalue()
    position = 12
    while position < len(content):
        name, size = content[position : position + 4], content[position + 4 : position + 8]
        end = position + 8 + struct.unpack("<I", size)[0]
        if name == b"VP8L":
            return content[position : end + (end - position) % 2]
        position = end + (end - position) % 2
    raise ValueError("the encoder has written no picture without loss")


def _chunk(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)


def _u24(value: int) -> bytes:
    return struct.pack("<I", value)[:3]
