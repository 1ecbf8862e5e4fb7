"""Frames to one HTML page with a slider, for browsers and for slides that are web pages.

All is in the page: nothing is fetched, and a policy in its head has the browser see to that.
"""

import base64
import hashlib
import html
import json
from fractions import Fraction
from io import BytesIO
from os import PathLike
from string import Template

import numpy as np
from PIL import Image

import diffvis
from diffvis.errors import UserError
from diffvis.files import resource, size_words
from diffvis.rendering.formats.difference import changed_part, same_tiles
from diffvis.rendering.formats.timing import Timing
from diffvis.rendering.formats.writer import FrameWriter
from diffvis.rendering.palette import Palette
from diffvis.rendering.pixels import Pixels
from diffvis.rendering.style import DARK, Style
from diffvis.rendering.told import SEPARATOR, Told

MOST_BYTES = 64_000_000  # of a page, all of which a browser reads before it shows any
COLOURS = ("panel", "border", "text", "muted", "signal", "noise", "on_signal")
QUALITY, METHOD = 50, 4  # of WebP without loss: how hard it looks for a smaller file


class SlideWriter(FrameWriter):
    """A page that shows one frame, and has a slider through all of them.

    Frames are WebP pictures without loss. The first and the last are whole; of each other there is
    what differs from the first, in tiles, so that any can be drawn at once. Frames with opacity are
    all whole. One that was there before is not stored again.
    """

    timing = Timing()

    _first: Pixels | None = None
    _last: Pixels
    _count = 0

    def __init__(
        self,
        path: str | PathLike[str],
        frame_ms: Fraction | int = 60,
        hold_ms: int = 2000,
        loop: int = 0,
        comment: str = "",
        palette: Palette | None = None,
        first_ms: int = 0,
        told: Told = Told(),  # noqa: B008 - it never changes
        style: Style = DARK,
    ) -> None:
        """``told`` and ``style`` are for what is around the pictures; the ``comment`` is JSON."""
        self._told, self._style = told, style
        self._stored: dict[bytes, int] = {}  # the number of each frame, by its hash
        self._before, self._after = _template("page.html").split("$frames")
        super().__init__(path, frame_ms, hold_ms, loop, comment, palette, first_ms)

    def _add(self, item: Pixels) -> None:
        if self._first is None:
            self._first = item.copy()
            self._write(Template(self._before).substitute(self._head(item)))
        else:
            self._flush()
        self._last = item.copy()
        self._count += 1
        if self.written() > MOST_BYTES:
            raise UserError(
                f"the film is too large for one page ({size_words(MOST_BYTES)} at most)",
                "choose fewer frames, fewer samples or a smaller size; or WebP or MP4",
            )

    def _flush(self) -> None:
        """Write the frame before, now that its duration is known and that it is not the last."""
        key = hashlib.sha256(np.ascontiguousarray(self._last)).digest()
        before = self._stored.setdefault(key, self._count - 1)
        picture = {"as": before} if before < self._count - 1 else self._picture(self._last)
        self._write(json.dumps(self._facts(self._ms) | picture) + ",\n")

    def _finish(self) -> None:
        self._write(json.dumps(self._facts(self._hold_ms)))
        words = f"{self._told.words}{SEPARATOR}{self._now()} {self._told.whole}".strip()
        script = _template("page.js")
        tail = {
            "title": html.escape(self._told.words),
            "alt": html.escape(words.replace(SEPARATOR, ", ")),
            "width": self._last.shape[1],
            "height": self._last.shape[0],
            "last": _webp(self._last),
            "script": script,
        }
        self._write(Template(self._after).substitute(tail))

    def _head(self, frame: Pixels) -> dict[str, object]:
        style = Template(_template("page.css")).substitute(
            theme=self._style.name,
            colours="".join(
                f"--{name.replace('_', '-')}: rgb{getattr(self._style, name)}; " for name in COLOURS
            ),
        )
        return {
            "theme": self._style.name,
            "clear": " clear" if _clear(frame) else "",
            "program": f"diffvis {diffvis.__version__}",
            "title": html.escape(self._told.words),
            "style": style,
            "style_hash": _hash(style),
            "script_hash": _hash(_template("page.js")),
            "recipe": _inside(self._comment or "{}"),
            "width": frame.shape[1],
            "height": frame.shape[0],
            "loop": self._loop,
            "whole": _inside(json.dumps(self._told.whole)),
        }

    def _facts(self, ms: Fraction) -> dict[str, object]:
        """Of the newest frame."""
        return {"now": self._now(), "ms": round(float(ms), 3)}

    def _now(self) -> str:
        """The moment of the newest frame, in words."""
        told = self._told.moments
        return told[self._count - 1] if self._count <= len(told) else f"picture {self._count}"

    def _picture(self, frame: Pixels) -> dict[str, object]:
        """All of it, or what lies over the first frame, and where."""
        assert self._first is not None
        if self._count == 1 or _clear(frame):
            return {"webp": _webp(frame)}
        rect, changed = changed_part(self._first, frame)
        same = same_tiles(changed)
        part = np.where(same[..., None], np.uint8(0), _rgb(frame[rect.slices]))
        opaque = np.where(same, np.uint8(0), np.uint8(255))
        return {"x": rect.x, "y": rect.y, "webp": _webp(np.dstack([part, opaque]))}

    def _write(self, words: str) -> None:
        self._file.write(words.encode())


def _template(name: str) -> str:
    return resource(f"slide/{name}").read_text(encoding="utf-8")


def _inside(words: str) -> str:
    """JSON so that it cannot end the element of the page that it stands in."""
    return words.replace("<", "\\u003c")


def _hash(content: str) -> str:
    """What a content security policy knows an element by."""
    return f"sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}"


def _clear(frame: Pixels) -> bool:
    return frame.shape[2:] == (4,)


def _rgb(frame: Pixels) -> Pixels:
    return np.repeat(frame[..., None], 3, axis=2) if frame.ndim == 2 else frame


def _webp(frame: Pixels) -> str:
    """A picture without loss, in base64."""
    buffer = BytesIO()
    picture = Image.fromarray(np.ascontiguousarray(_rgb(frame)))
    picture.save(buffer, "WEBP", lossless=True, quality=QUALITY, method=METHOD, exact=True)
    return base64.b64encode(buffer.getvalue()).decode("ascii")
