"""Frames to an MP4 film, one by one: H.264 as PowerPoint, Keynote and browsers play it.

PyAV (the extra ``video``) brings the encoder; no other program is needed.
"""

import platform
from fractions import Fraction
from typing import Any

import numpy as np

from diffvis.errors import UserError
from diffvis.rendering.formats.writer import FrameWriter
from diffvis.rendering.pixels import Pixels

QUALITY = 20  # x264's constant rate factor: 18 cannot be told from the original, 23 is usual
THREADS = 2  # of the encoder: always as many, so that a recipe makes the same file
BT709 = 1  # the colours of high definition, by the number in ITU-T H.273
RED, GREEN, BLUE = np.float32(0.2126), np.float32(0.7152), np.float32(0.0722)
OPTIONS = {"crf": str(QUALITY), "preset": "medium", "profile": "high"}


class Mp4Writer(FrameWriter):
    """An MP4 film with yuv420p pixels and even sides; a frame is repeated while it is held."""

    _container: Any = None
    _stream: Any = None
    _last: Pixels | None = None

    @classmethod
    def plays(cls, loop: int) -> int | None:
        return None

    def _add(self, item: Pixels) -> None:
        if item.shape[2:] == (4,):
            raise UserError("an MP4 cannot be transparent", "choose WebP, APNG or GIF")
        if self._stream is None:
            self._begin(*item.shape[:2])
        else:
            self._hold(self._ms)
        self._encode(item)
        self._last = item.copy()

    def _hold(self, ms: Fraction) -> None:
        """Show the frame before for so long, to the nearest whole frame."""
        assert self._last is not None
        for _ in range(max(1, round(ms / self._frame_ms)) - 1):
            self._encode(self._last)

    def _finish(self) -> None:
        self._hold(self._hold_ms)
        for packet in self._stream.encode(None):
            self._container.mux(packet)
        container, self._container = self._container, None
        container.close()

    def _give_up(self) -> None:
        container, self._container = self._container, None
        if container is not None:
            try:
                container.close()
            except (OSError, ValueError):
                return  # a full disk once more

    def _begin(self, height: int, width: int) -> None:
        av = _library()
        # By its name: what players need first is moved to the front, which reads the file again.
        options = {"movflags": "+faststart"}
        self._container = av.open(self._file.name, "w", format="mp4", options=options)
        if self._comment:
            self._container.metadata["comment"] = self._comment
        rate = 1000 / self._frame_ms
        stream = self._container.add_stream("libx264", rate=rate, options=_options())
        stream.width, stream.height = width + width % 2, height + height % 2
        stream.pix_fmt = "yuv420p"
        stream.codec_context.thread_count = THREADS
        stream.codec_context.colorspace = BT709
        stream.codec_context.color_primaries = BT709
        stream.codec_context.color_trc = BT709
        self._stream = stream

    def _encode(self, frame: Pixels) -> None:
        planes = as_yuv420(frame)
        picture = _library().VideoFrame.from_ndarray(planes, format="yuv420p")
        picture.colorspace = BT709
        for packet in self._stream.encode(picture):
            self._container.mux(packet)


def _options() -> dict[str, str]:
    """x264's wider instructions (AVX) make other bits from run to run, SSE2 always the same."""
    intel = platform.machine().lower() in ("x86_64", "amd64")
    return {**OPTIONS, "x264-params": "asm=SSE2"} if intel else OPTIONS


def as_yuv420(frame: Pixels) -> Pixels:
    """A frame (h, w) or (h, w, 3) as the planes Y, U, V below each other: (1.5 h, w), even sides.

    ITU-R BT.709 with black at 16 and white at 235; colours are the means of 2 x 2 pixels. Done
    here because the conversion of FFmpeg rounds differently from run to run.
    """
    if frame.ndim == 2:
        frame = np.repeat(frame[..., None], 3, axis=2)
    height, width = frame.shape[:2]
    even = np.pad(frame, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
    height, width = even.shape[:2]
    planes = np.empty((height * 3 // 2, width), np.uint8)
    red, green, blue = (even[..., plane].astype(np.float32) for plane in range(3))
    light = RED * red + GREEN * green + BLUE * blue
    planes[:height] = light * np.float32(219 / 255) + np.float32(16.5)
    quarter = height // 4 * width + (height % 4 // 2) * (width // 2)
    rest = planes[height:].reshape(-1)
    for place, colour, share in ((0, blue, 1 - BLUE), (1, red, 1 - RED)):
        small = (colour - light).reshape(height // 2, 2, width // 2, 2).mean((1, 3))
        small = small * np.float32(112 / 255 / share) + np.float32(128.5)
        rest[place * quarter : (place + 1) * quarter] = small.reshape(-1)
    return planes


def check_codec() -> None:
    """Make sure that films can be encoded.

    Raises:
        UserError: PyAV, or its H.264 encoder, is not installed.
    """
    av = _library()
    if "libx264" not in av.codecs_available:
        raise UserError(
            "this build of PyAV has no H.264 encoder",
            'install PyAV from PyPI: pip install "av>=14"',
        )


def _library() -> Any:
    try:
        import av
    except ImportError as error:
        raise UserError(
            "MP4 needs PyAV, which is not installed", 'pip install "diffvis[video]", or choose GIF'
        ) from error
    return av
