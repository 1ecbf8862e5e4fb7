"""A scene as PDF, by the writer of matplotlib: words are words, with their letters in the file."""

from typing import Any, BinaryIO

import numpy as np
from matplotlib.artist import Artist
from matplotlib.backends.backend_pdf import FigureCanvasPdf
from matplotlib.font_manager import FontProperties
from matplotlib.path import Path
from matplotlib.transforms import Affine2D, IdentityTransform

import diffvis
from diffvis.rendering.figure import add_chart, empty_figure, settings
from diffvis.rendering.scene.marks import Dots, Fill, Image, Lines, Plot, Scene, Words
from diffvis.rendering.style import Colour
from diffvis.rendering.text import even_size, write_with
from diffvis.rendering.vector.clip import clipped
from diffvis.rendering.vector.dots import picture_of
from diffvis.rendering.vector.fonts import FAMILY
from diffvis.rendering.vector.squares import enlarged, over_one

POINT = 0.75  # of a pixel


def write_pdf(scene: Scene, file: BinaryIO, comment: str = "", transparent: bool = False) -> None:
    """Write it with ``comment`` among what it says about itself; ``transparent``: without what
    pictures lie on.
    """
    with settings():
        figure = empty_figure(scene.size)
        FigureCanvasPdf(figure)
        for mark in scene:
            if isinstance(mark, Plot):
                add_chart(figure, mark.chart, mark.rect, scene.size)
        figure.add_artist(_Marks(scene, transparent))
        about = {
            "Creator": f"diffvis {diffvis.__version__}", "CreationDate": None,
            "Subject": comment, "Title": scene.title, "Keywords": scene.alternative or None,
        }  # fmt: skip
        figure.savefig(file, format="pdf", metadata=about)


class _Marks(Artist):
    """All marks but the plots, below these."""

    def __init__(self, scene: Scene, transparent: bool) -> None:
        super().__init__()
        self.set_zorder(-1)
        self._scene, self._transparent = scene, transparent

    def draw(self, renderer: Any) -> None:
        page = _Page(renderer, self._scene.size[1])
        for mark in self._scene:
            if isinstance(mark, Fill) and mark.shown(self._transparent):
                rect = mark.rect
                page.boxes([(rect.x, rect.y, rect.width, rect.height)], mark.colour)
            elif isinstance(mark, Image):
                page.image(mark)
            elif isinstance(mark, Words):
                page.tone = mark.colour
                write_with(page, mark.markup, mark.x, mark.baseline, mark.size, mark.bold)
            elif isinstance(mark, Lines):
                pieces = [piece for line in mark.lines for piece in clipped(line, mark.within)]
                page.lines(pieces, mark.colour, mark.thickness, mark.opacity)
            elif isinstance(mark, Dots):
                page.dots(mark)


class _Page:
    """Paints in pixels from the upper left corner on what counts points from the lower left."""

    def __init__(self, renderer: Any, height: int) -> None:
        self._renderer = renderer
        self._place = Affine2D().scale(POINT, -POINT).translate(0, height * POINT)
        self.tone: Colour = (0, 0, 0)

    def boxes(self, boxes: Any, colour: Colour) -> None:
        """Rectangles (x, y, width, height) in one colour."""
        corners = [[(x, y), (x + w, y), (x + w, y + h), (x, y + h), (x, y)] for x, y, w, h in boxes]
        codes = [Path.MOVETO, *[Path.LINETO] * 3, Path.CLOSEPOLY] * len(corners)
        self._path(np.concatenate(corners), codes, _rgb(colour), 0.0, 1.0, fill=_rgb(colour))

    def lines(
        self, pieces: list[np.ndarray], colour: Colour, thickness: float, opacity: float
    ) -> None:
        """Lines (n, 2) each, covering once where they cross."""
        if pieces:
            codes = [
                code
                for piece in pieces
                for code in (Path.MOVETO, *[Path.LINETO] * (len(piece) - 1))
            ]
            wide = max(1.0, thickness) * POINT
            self._path(np.concatenate(pieces), codes, _rgb(colour), wide, opacity)

    def dots(self, mark: Dots) -> None:
        picture = picture_of(mark)
        if picture is not None:
            rect = mark.within
            self._embed(picture, rect.x, rect.y, rect.width, rect.height)
            return
        points, colours = mark.inside()
        disc, size = Path.unit_circle(), Affine2D().scale(mark.radius * POINT)
        each = [colours] if isinstance(colours, tuple) else np.unique(colours, axis=0).tolist()
        for colour in each:
            here = points if isinstance(colours, tuple) else points[(colours == colour).all(1)]
            context = self._context(_rgb(colour), 0.0, mark.opacity)
            self._renderer.draw_markers(context, disc, size, Path(here), self._place, _rgb(colour))
            context.restore()

    def image(self, mark: Image) -> None:
        height, width = mark.pixels.shape[:2]
        found = None if mark.smooth else over_one(mark.pixels)
        if found is None:
            shown = mark.pixels if mark.smooth else enlarged(mark.pixels)
            self._embed(shown, mark.x, mark.y, width, height)
            return
        for colour, each in found.items():
            self.boxes([(mark.x + x, mark.y + y, w, h) for x, y, w, h in each], colour)

    def letters(self, text: str, x: float, baseline: float, size: float, bold: bool) -> None:
        em = even_size(text, size, bold) * POINT
        look = FontProperties(family=FAMILY, weight="bold" if bold else "normal", size=em)
        column, row = self._place.transform((x, baseline))
        context = self._context(_rgb(self.tone), 0.0, 1.0)
        self._renderer.draw_text(context, column, row, text, look, 0.0)
        context.restore()

    def line(self, points: list[tuple[float, float]], thickness: float) -> None:
        self.lines([np.array(points)], self.tone, thickness, 1.0)

    def _embed(self, pixels: np.ndarray, x: int, y: int, width: int, height: int) -> None:
        column, row = self._place.transform((x, y + height))
        size = Affine2D().scale(width * POINT, height * POINT)
        opaque = np.full((*pixels.shape[:2], 1), 255, np.uint8)
        whole = pixels if pixels.shape[2] == 4 else np.concatenate([pixels, opaque], 2)
        context = self._context((0, 0, 0), 0.0, 1.0)
        self._renderer.draw_image(context, column, row, whole[::-1], size)
        context.restore()

    def _path(
        self, points: np.ndarray, codes: list[Any], colour: tuple[float, float, float],
        wide: float, opacity: float, fill: tuple[float, float, float] | None = None,
    ) -> None:  # fmt: skip
        path = Path(self._place.transform(points), codes)
        context = self._context(colour, wide, opacity)
        self._renderer.draw_path(context, path, IdentityTransform(), fill)
        context.restore()

    def _context(self, colour: tuple[float, float, float], wide: float, opacity: float) -> Any:
        context = self._renderer.new_gc()
        context.set_foreground(colour)
        context.set_linewidth(wide)
        context.set_alpha(opacity)
        context.set_joinstyle("round")
        context.set_antialiased(True)
        return context


def _rgb(colour: Any) -> tuple[float, float, float]:
    red, green, blue = (part / 255 for part in colour)
    return red, green, blue
