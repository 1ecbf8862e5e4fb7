"""One picture as PNG."""

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo

import diffvis
from diffvis.rendering.formats.writer import FileWriter
from diffvis.rendering.pixels import Pixels

DPI = 96  # as in drawings: all files of a figure have one size on a slide


class PngWriter(FileWriter):
    """A PNG of the newest picture that was added: uint8 (h, w), (h, w, 3) or (h, w, 4)."""

    _picture: Pixels | None = None

    def _add(self, item: Pixels) -> None:
        self._picture = item

    def _finish(self) -> None:
        if self._picture is None:
            raise ValueError("there is no picture to write")
        words = PngInfo()
        words.add_itxt("Software", f"diffvis {diffvis.__version__}")
        if self._comment:
            words.add_itxt("recipe", self._comment)
        picture = Image.fromarray(np.ascontiguousarray(self._picture))
        picture.save(self._file, "PNG", pnginfo=words, compress_level=6, dpi=(DPI, DPI))
