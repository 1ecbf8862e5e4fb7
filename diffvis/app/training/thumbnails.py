"""Small pictures of what runs have made, drawn beside everything else."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QIcon, QPixmap
from torch import Tensor

from diffvis.app.theme import Theme
from diffvis.app.training.runs import THUMBNAIL, RunsPage
from diffvis.app.widgets.images import image_of
from diffvis.app.workers.aside import Aside
from diffvis.errors import UserError
from diffvis.rendering.geometry import Rect
from diffvis.rendering.pixels import Pixels, blank
from diffvis.rendering.style import Style
from diffvis.rendering.terms import draw_term
from diffvis.training.run import read_preview
from diffvis.viewing.film import pictures_in, zoom_of

FINER = 2  # pixels of a picture for one on the screen, which may be scaled
MOST_POINTS = 1_000
EXTENT = 2.6  # points are standardised


class Thumbnails(QObject):
    """Draws the newest preview of each run that is listed from now on, once."""

    def __init__(self, runs: RunsPage, aside: Aside, theme: Theme) -> None:
        super().__init__(runs)
        self._runs, self._aside, self._theme = runs, aside, theme
        self._icons: dict[Path, QIcon] = {}  # by the file of the preview
        runs.listed.connect(self._listed)
        theme.changed.connect(self._restyle)

    @Slot(object)
    def _listed(self, previews: Sequence[Path]) -> None:
        missing = []
        for preview in previews:
            if preview in self._icons:
                self._runs.show_picture(preview, self._icons[preview])
            else:
                missing.append(preview)
        self._icons = {path: self._icons[path] for path in previews if path in self._icons}
        style = self._theme.style
        if missing:
            self._aside.ask("thumbnails", lambda: _draw(missing, style), self._drawn)

    def _drawn(self, found: tuple[Path, Pixels]) -> None:
        preview, pixels = found
        self._icons[preview] = icon = QIcon(QPixmap.fromImage(image_of(pixels)))
        self._runs.show_picture(preview, icon)

    @Slot()
    def _restyle(self) -> None:
        self._icons.clear()
        self._runs.refresh()


def _draw(previews: Sequence[Path], style: Style) -> Iterator[tuple[Path, Pixels]]:
    for preview in previews:
        try:
            x0 = read_preview(preview)[1]
        except UserError:
            continue  # half copied, or damaged: the run is listed without it
        yield preview, _picture(x0, style)


def _picture(x0: Tensor, style: Style) -> Pixels:
    """Samples x0 (N, ...) of a run in a square."""
    side = FINER * THUMBNAIL
    frame = blank((side, side), style.panel)
    extent = None
    if x0.ndim == 4:
        shown = x0[: pictures_in(x0, side, style)]
    else:
        shown = x0[:MOST_POINTS]
        extent = EXTENT * zoom_of(shown, EXTENT)
    draw_term(frame, Rect(0, 0, side, side), shown, style, extent=extent)
    return frame
