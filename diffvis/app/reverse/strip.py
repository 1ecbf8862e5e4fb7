"""Film strip of the chain: the selected sample at the marked t, from noise to data."""

from bisect import bisect_left

import numpy as np
from PySide6.QtCore import QPoint, QSize, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget
from torch import Tensor

from diffvis.app.reverse.chain import Chain
from diffvis.app.reverse.samples import SamplesPanel
from diffvis.app.session import Session
from diffvis.app.theme import Theme
from diffvis.app.widgets.raster import RasterView
from diffvis.rendering.empty import draw_empty
from diffvis.rendering.forward import forward_strip
from diffvis.rendering.pixels import blank, paste
from diffvis.rendering.style import Style


class StripPanel(QWidget):
    """The marks are those of the preferences, with both ends; a click goes to a t."""

    def __init__(self, session: Session, theme: Theme, chain: Chain, samples: SamplesPanel) -> None:
        super().__init__()
        self._session = session
        self._chain = chain
        self._samples = samples
        self._drawn: tuple[object, ...] = ()
        self._tensors: dict[tuple[object, ...], Tensor] = {}
        self.view = RasterView(theme, self._draw, self._words, QSize(200, 54))
        self.view.setObjectName("reverse.strip")
        self.view.setAccessibleName("Film strip: the chain at the marked t; click to go there")
        self.view.setToolTip(
            "The selected sample at the marked t. Click a picture to go to its t.\n"
            "The marks can be chosen in the preferences"
        )
        self.view.clicked.connect(self._clicked)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.view)
        session.preferences.marks_changed.connect(self.refresh)

    def times(self) -> list[int]:
        """Falling, from where the chain begins to 0: what it visits at the marks or above them."""
        T = self._samples.model.schedule.T
        main = self._chain.main
        start = T if main is None else main.start
        marks = [t for t in self._session.preferences.marks_for(T) if t < start]
        if main is not None:  # the same before it is there: nothing may move when it comes
            marks = [main.times[bisect_left(main.times, t)] for t in marks]
        return sorted({0, start, *marks}, reverse=True)

    def _here(self) -> int:
        """The time of what is on show."""
        main, t = self._chain.main, self._session.t
        return t if main is None else main.shown_time(t)

    def refresh(self) -> None:
        self._tensors.clear()
        self._drawn = ()
        self.view.refresh()

    def follow(self) -> None:
        """Draw again only where t or the frontier passed one of the marks."""
        if self._state() != self._drawn:
            self.view.refresh()

    def _state(self) -> tuple[object, ...]:
        main, times = self._chain.main, self.times()
        here = self._here() if self._here() in times else None
        there = sum(main is not None and bool(main.steps) and main.frontier <= t for t in times)
        return main, self._chain.selected, here, there, tuple(times)

    def _draw(self, size: tuple[int, int], style: Style) -> np.ndarray:
        self._drawn = self._state()
        main, times = self._chain.main, self.times()
        there = [t for t in times if main is not None and main.steps and main.frontier <= t]
        if main is None or not there:
            return draw_empty("Run the chain to see it at the marked t", size, style)
        moments = [self._moment(t) for t in there]
        # Marks that the chain has not reached yet keep their room: nothing moves when they come.
        width = size[0] * len(there) // len(times)
        frame = blank(size, style.panel)
        reached = forward_strip(
            there, moments, (width, size[1]), style.showing(main.model.range), current=self._here(),
            colours=self._samples.colours(), extent=self._samples.extent(),
            schedule=main.model.schedule,
        )  # fmt: skip
        paste(frame, reached, 0, 0)
        return frame

    def _words(self) -> str:
        main, times = self._chain.main, self.times()
        there = [t for t in times if main is not None and main.steps and main.frontier <= t]
        return f"the chain at t = {', '.join(map(str, there))}" if there else "no chain yet"

    def _moment(self, t: int) -> Tensor:
        """The same tensor each time, so that its picture can be kept."""
        main, selected = self._chain.main, self._chain.selected
        points = self._samples.model.is_points
        key = (main, t, None if points else selected)
        if key not in self._tensors:
            x = main.x_at(t)
            self._tensors[key] = x if points else x[selected : selected + 1]
        return self._tensors[key]

    @Slot(QPoint)
    def _clicked(self, at: QPoint) -> None:
        times = self.times()
        width = max(1, round(self.view.width() * self.view.devicePixelRatioF()))
        self._session.set_t(times[min(len(times) - 1, at.x() * len(times) // width)])
