"""A sheet or a chart as SVG or PDF."""

import io
from os import PathLike

from diffvis.rendering.chart import Chart
from diffvis.rendering.formats.writer import FileWriter
from diffvis.rendering.sheet import Sheet


class DrawingWriter(FileWriter):
    """The format is that of the name's ending, ``.svg`` or ``.pdf``."""

    _drawing: Sheet | Chart | None = None

    def __init__(
        self, path: str | PathLike[str], comment: str = "", transparent: bool = False
    ) -> None:
        self._transparent = transparent
        super().__init__(path, comment)

    def _add(self, item: Sheet | Chart) -> None:
        self._drawing = item

    def _finish(self) -> None:
        from diffvis.rendering.figure import save_figure  # matplotlib takes its time

        if self._drawing is None:
            raise ValueError("there is nothing to draw")
        suffix = self._path.suffix.lower()
        drawn = io.BytesIO()  # matplotlib says nothing sensible of a file that cannot be written
        save_figure(self._drawing, drawn, suffix, self._comment, self._transparent)
        self._file.write(drawn.getvalue())
