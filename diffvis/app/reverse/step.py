"""One step of the chain as a picture-equation with its numbers; a click enlarges a picture."""

import numpy as np
import torch
from PySide6.QtCore import QPoint, QSize, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from diffvis.app.reverse.chain import Chain
from diffvis.app.reverse.samples import SamplesPanel
from diffvis.app.session import Session
from diffvis.app.theme import Theme
from diffvis.app.widgets.raster import RasterView
from diffvis.app.widgets.symbols import in_letters
from diffvis.diffusion import ReverseStep
from diffvis.rendering.formula import step_phrases
from diffvis.rendering.phrases import Phrase
from diffvis.rendering.reverse import draw_reverse, draw_reverse_part
from diffvis.rendering.style import Style


class StepPanel(QWidget):
    """x_t → x0_hat, eps_hat; the sampler's own mean; mean + sigma z = x_s."""

    title = "One step"

    def __init__(self, session: Session, theme: Theme, chain: Chain, samples: SamplesPanel) -> None:
        super().__init__()
        self._session = session
        self._chain = chain
        self._samples = samples
        self._large: str | None = None
        self.view = RasterView(theme, self._draw, self._words, QSize(200, 100))
        self.view.setObjectName("reverse.step_view")
        self.view.setAccessibleName("One step of the chain as pictures with its numbers")
        self.view.setToolTip("Click a picture to enlarge it; click again to go back")
        self.view.clicked.connect(self._clicked)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.view)

    @property
    def large(self) -> str | None:
        """The name of the picture that fills the panel; None when all are shown."""
        return self._large

    def refresh(self) -> None:
        self.view.refresh()

    def reset(self) -> None:
        self._large = None
        self.refresh()

    def step(self) -> ReverseStep | None:
        """The step on show; of images that of the selected sample alone, (1, C, H, W)."""
        main = self._chain.main
        if main is None:
            return None
        only = None if main.model.is_points else self._chain.selected
        return main.step_from(self._session.t, only)

    def formula(self) -> tuple[Phrase, ...]:
        """How it is made, with the numbers."""
        step, main = self.step(), self._chain.main
        if step is None or main is None:
            return ()
        return step_phrases(
            main.model.schedule, main.sampler, step.t, step.s, main.time_before(step.t)
        )

    def _draw(self, size: tuple[int, int], style: Style) -> np.ndarray:
        step, main = self.step(), self._chain.main
        style = style if main is None else style.showing(main.model.range)
        colours, extent = self._samples.colours(), self._samples.extent()
        selected = 0 if extent is None else self._chain.selected
        schedule = None if main is None else main.model.schedule
        if step is not None and self._large is not None:
            return draw_reverse_part(
                step, self._large, size, style, selected,
                colours=colours, extent=extent, schedule=schedule,
            )  # fmt: skip
        return draw_reverse(
            step, size, style, selected, colours=colours, extent=extent, formula=self.formula(),
            schedule=schedule,
        )  # fmt: skip

    def _words(self) -> str:
        step = self.step()
        if step is None:
            return "no step yet: run the chain"
        made = in_letters("".join(words for words, *_ in self.formula())).replace("μ", "mean")
        sigma = float(torch.as_tensor(step.std).mean())
        way = f"from t = {step.t} to {step.s}"
        return f"{way}: {made}; σ = {sigma:.3f}" if made else f"{way}; σ = {sigma:.3f}"

    @Slot(QPoint)
    def _clicked(self, at: QPoint) -> None:
        shown = self.view.shown_at(at)
        if self._large is not None:
            self._large = None
        elif shown is not None:
            self._large = shown.name
        self.refresh()
