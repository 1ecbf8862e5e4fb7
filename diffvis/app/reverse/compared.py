"""The pictures of A, B and A - B, with their words."""

import numpy as np
from PySide6.QtCore import QPoint, QSize, Slot
from torch import Tensor

from diffvis.app.reverse.chain import Chain, moment_of, own_time
from diffvis.app.reverse.samples import SamplesPanel
from diffvis.app.session import Session
from diffvis.app.theme import Theme
from diffvis.app.widgets.raster import RasterView
from diffvis.bugs.bug import MARK
from diffvis.bugs.catalogue import BUGS
from diffvis.rendering.comparison import (
    ComparedSamples,
    difference_of,
    draw_comparison,
)
from diffvis.rendering.empty import draw_empty
from diffvis.rendering.factors import reach
from diffvis.rendering.read import Drawn
from diffvis.rendering.style import Style
from diffvis.rendering.text import escape
from diffvis.sampling.recording import Recording
from diffvis.sampling.registry import SAMPLERS
from diffvis.sampling.settings import ChainSettings, chain_settings


class ComparedView(RasterView):
    """Both chains at the shared t; a click selects a sample."""

    def __init__(self, session: Session, theme: Theme, chain: Chain, samples: SamplesPanel) -> None:
        super().__init__(theme, self._draw_both, self._words, QSize(200, 90))
        self._session, self._chain, self._samples = session, chain, samples
        self.setObjectName("reverse.compare_view")
        self.setAccessibleName("The samples of A and of B, and their difference")
        self.clicked.connect(self._clicked)

    def difference(self) -> float | None:
        """The root mean square of A - B on show; None where there is nothing yet."""
        pair = self._pair()
        return None if pair is None else difference_of(*pair)

    def _words(self) -> str:
        apart = self.difference()
        return "B is not there yet" if apart is None else f"A and B are {apart:.3f} apart"

    def _pair(self) -> tuple[Tensor, Tensor] | None:
        main, rival = self._chain.main, self._chain.rival
        t, T = self._session.t, self._samples.model.schedule.T
        a, b = moment_of(main, t, T), moment_of(rival, t, T)
        return None if a is None or b is None else (a, b)

    def _draw_both(self, size: tuple[int, int], style: Style) -> np.ndarray:
        pair, main, rival = self._pair(), self._chain.main, self._chain.rival
        if pair is None or main is None or rival is None:
            return draw_empty("Run the chain to see the same noise with two settings", size, style)
        t, T = self._session.t, self._samples.model.schedule.T
        far, extent = reach(main.model.schedule, main.shown_time(t)), self._samples.extent()
        return draw_comparison(
            _side(pair[0], main, t, "A"),
            _side(pair[1], rival, own_time(rival, t, T), "B", self._chain.bug),
            size, style.showing(main.model.range if far == 1 else (-far, far)),
            colours=self._samples.colours(), extent=None if extent is None else far * extent,
            selected=self._chain.selected,
        )  # fmt: skip

    @Slot(QPoint)
    def _clicked(self, at: QPoint) -> None:
        shown = self.shown_at(at)
        if not isinstance(shown, Drawn) or shown.grid is None:
            return
        index = shown.sample_at(at.x(), at.y())
        if index is not None:
            self._chain.select(index)


def _side(x: Tensor, recording: Recording, t: int, name: str, bug: str = "") -> ComparedSamples:
    settings = _settings_words(recording.settings, recording)
    if bug:  # at both places: where there is no room, the words stay away and the symbol does not
        settings, name = f"{MARK}: {escape(BUGS[bug].title)}, {settings}", f"{name} ({MARK})"
    words = f"{escape(recording.model.name)} · {settings}"
    return ComparedSamples(x, words, f"{name}: x_{{{recording.shown_time(t)}}}")


def _settings_words(settings: ChainSettings, recording: Recording) -> str:
    """``DDIM η = 0.5, 20 steps, not clipped``: what is not as usual."""
    words, symbols = [f"{recording.length} steps"], ""
    others = {**settings.model_dump(), "T": recording.model.schedule.T}
    for name, setting in chain_settings().items():
        value = settings[name]
        if setting.applies is not None and setting.applies(others):
            continue
        if setting.symbol:
            symbols += f" {setting.symbol} = {value:g}"
        elif setting.words is not None:
            words.append(setting.words(value))
    return ", ".join([SAMPLERS[settings.sampler].title + symbols, *filter(None, words)])
