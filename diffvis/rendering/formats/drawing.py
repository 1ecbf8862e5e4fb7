"""A scene or a chart as SVG or PDF."""

import io
from os import PathLike

from diffvis.rendering.chart import Chart
from diffvis.rendering.formats.writer import FileWriter
from diffvis.rendering.geometry import Rect
from diffvis.rendering.scene.marks import Fill, Plot, Scene


class DrawingWriter(FileWriter):
    """The format is that of the name's ending, ``.svg`` or ``.pdf``."""

    _drawing: Scene | None = None

    def __init__(
        self, path: str | PathLike[str], comment: str = "", transparent: bool = False
    ) -> None:
        self._transparent = transparent
        super().__init__(path, comment)

    def _add(self, item: Scene | Chart) -> None:
        self._drawing = scene_of_chart(item) if isinstance(item, Chart) else item

    def _finish(self) -> None:
        if self._drawing is None:
            raise ValueError("there is nothing to draw")
        if self._path.suffix.lower() == ".svg":
            from diffvis.rendering.vector.svg import write_svg as write  # fontTools, matplotlib
        else:
            from diffvis.rendering.vector.pdf import write_pdf as write
        drawn = io.BytesIO()  # matplotlib says nothing sensible of a file that cannot be written
        write(self._drawing, drawn, self._comment, self._transparent)
        self._file.write(drawn.getvalue())


def scene_of_chart(chart: Chart) -> Scene:
    """One plot on its panel."""
    whole = Rect(0, 0, *chart.size)
    marks = Fill(whole, chart.style.panel, ground=True), Plot(whole, chart)
    return Scene(chart.size, marks, chart.title, chart.words())
