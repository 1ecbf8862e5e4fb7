"""At which t a run still errs, and how much of that no network could avoid."""

import numpy as np
from PySide6.QtWidgets import QVBoxLayout, QWidget

from diffvis.app.theme import Theme
from diffvis.app.training.axes import round_up
from diffvis.app.widgets.fields import button, identify
from diffvis.app.widgets.hint import Hint
from diffvis.app.widgets.plot_zoom import PlotZoom
from diffvis.app.widgets.plots import CurvePlot
from diffvis.training.floor import Floor
from diffvis.viewing.training_record import TrainingRecord


class LossByT(QWidget):
    """Bars of the loss over t with the floor under them, and the question that they answer."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.plot = CurvePlot(theme, "loss by t")
        identify(self.plot, "training.loss_by_t", "Loss of recent steps by timestep t")
        self.plot.setMinimumWidth(150)
        PlotZoom(self.plot)
        self._hint = Hint("at which t\nit still errs", self.plot)
        self.why = button(
            "Why does it flatten?",
            "training.why",
            "Why the loss flattens while the samples improve",
            "What is left of the loss, and why the samples still get better",
        )
        self.why.setCheckable(True)
        self.why.setProperty("role", "toggle")
        self._record: TrainingRecord | None = None
        self._floor: Floor | None = None
        self._top = 0.0
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.plot, 1)
        column.addWidget(self.why)
        self.plot.curve("floor", "accent1", "dot")

    def begin(self, record: TrainingRecord | None, T: int) -> None:
        self._record, self._floor, self._top = record, None, 0.0
        self._hint.setVisible(record is None)
        bins = np.linspace(0, T, 11)
        self.plot.set_bars("loss", (bins[1:] + bins[:-1]) / 2, np.zeros(10), "signal")
        self.plot.set_curve("floor", np.empty(0), np.empty(0))
        self.plot.setXRange(0, T, padding=0.02)
        self.plot.set_ticks("bottom", [(T * k // 4, str(T * k // 4)) for k in (1, 2, 3)])
        self.plot.setYRange(0, 1, padding=0)
        self.plot.set_title("loss by t")

    def set_floor(self, floor: Floor | None) -> None:
        self._floor = floor
        if floor is not None:
            self.plot.set_curve("floor", floor.t, floor.loss)
            self.plot.set_title("loss and floor by t")
        self.draw()

    def draw(self) -> None:
        if self._record is None:
            return
        by_t = self._record.history.by_t
        heights = np.nan_to_num(by_t.loss, posinf=0.0)
        if heights.any():
            self.plot.set_bars("loss", by_t.t, heights, "signal")
        highest = float(heights.max(initial=0.0))
        if self._floor is not None:
            highest = max(highest, float(self._floor.loss.max()))
        if highest > 0 and (top := round_up(highest)) != self._top:
            self._top = top
            self.plot.setYRange(0, top, padding=0)
