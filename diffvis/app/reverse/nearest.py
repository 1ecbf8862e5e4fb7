"""The training images nearest to the selected sample: did the model make it or remember it?"""

import numpy as np
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QVBoxLayout, QWidget

from diffvis.app.own_samples import is_own, pictures_learned
from diffvis.app.reverse.chain import Chain
from diffvis.app.session import Session
from diffvis.app.theme import Theme
from diffvis.app.widgets.fields import label
from diffvis.app.widgets.raster import RasterView
from diffvis.app.workers.jobs import Jobs
from diffvis.data.dataset import Dataset
from diffvis.models.shipped import LEARNED_BY
from diffvis.rendering.nearest import Neighbours, draw_nearest, nearest_images
from diffvis.rendering.pixels import blank
from diffvis.rendering.style import Style


class NearestPanel(QWidget):
    """Looks in the background, for x0_hat seen from the shared t, and at t = 0 for the sample."""

    title = "Nearest"

    def __init__(self, session: Session, theme: Theme, chain: Chain, jobs: Jobs) -> None:
        super().__init__()
        self._session, self._chain, self._jobs = session, chain, jobs
        self._asked: tuple[object, ...] | None = None
        self._found: Neighbours | None = None
        self._symbol = ""
        self._words = label("", "muted")
        self._words.setWordWrap(True)
        self.view = RasterView(theme, self._draw, self._in_words, QSize(200, 80))
        self.view.setObjectName("reverse.nearest_view")
        self.view.setAccessibleName("The sample beside the training images nearest to it")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self._words)
        column.addWidget(self.view, 1)

    @property
    def found(self) -> Neighbours | None:
        """What is on show; None while nothing has been found."""
        return self._found

    @property
    def among(self) -> Dataset | None:
        """What is looked in: the data, or what came with the model; None where neither will do."""
        return pictures_learned(self._session.model, self._session.data)

    def refresh(self) -> None:
        """Look for the sample on show, unless it is what was looked for last."""
        main, data = self._chain.main, self.among
        # Another model may be chosen already while the chain of the last one is still on show.
        if (
            main is None
            or not main.steps
            or data is None
            or tuple(main.model.shape) != tuple(data.shape)
        ):
            self._asked = self._found = None
            self._say()
            self.view.refresh()
            return
        t, sample = self._session.t, min(self._chain.selected, main.settings.count - 1)
        key = (main, data, main.shown_time(t), sample)
        if key == self._asked:
            return
        self._asked = key
        x0_hat = main.model.stored(main.x0_hat_at(t)[sample].cpu(), data.scaling)
        symbol = "x_{0}" if main.shown_time(t) == 0 else rf"\hat{{x}}_{{0}} at t = {key[2]}"
        self._jobs.run(
            "nearest",
            lambda _: nearest_images(x0_hat, data.values, data.train),
            lambda found: self._show(key, found, symbol),
            title="Looking for the nearest",
        )

    def reset(self) -> None:
        self._asked = None
        self.refresh()

    def _show(self, key: tuple[object, ...], found: Neighbours, symbol: str) -> None:
        if key == self._asked:
            self._found, self._symbol = found, symbol
            self._say()
            self.view.refresh()

    def _say(self) -> None:
        among = self.among
        if among is None:
            if is_own(self._session.data):
                words = (
                    "The images on show were made by a model, and those that it learned from did "
                    "not come with it: open them (Ctrl+O) to look for the nearest"
                )
            else:
                words = "Open images of the model's size to look for the nearest of them"
            self._words.setText(words)
        elif self._found is None:
            self._words.setText("Run the chain to look for the nearest training images")
        else:
            nearest, typical = self._found.distances[0], self._found.typical
            which = "that travel with the model " if among.source.startswith(LEARNED_BY) else ""
            self._words.setText(
                f"The nearest of {len(among.train):,} training images {which}is {nearest:.3f}"
                f" away (root mean square, from −1 to 1); from there to its own nearest it is"
                f" {typical:.3f}"
            )

    def _draw(self, size: tuple[int, int], style: Style) -> np.ndarray:
        if self._found is None:
            return blank(size, style.panel)
        return draw_nearest(self._found, size, style, self._symbol)

    def _in_words(self) -> str:
        return self._words.text() or "nothing has been looked for yet"
