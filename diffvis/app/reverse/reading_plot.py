"""The loss by t of a network as it is read, and as it would be read best."""

import numpy as np
from PySide6.QtGui import QFontMetrics

from diffvis.app.theme import Theme
from diffvis.app.widgets.fields import identify
from diffvis.app.widgets.plots import CurvePlot
from diffvis.evaluation.reading_losses import Asking
from diffvis.evaluation.reading_rows import Readings, Row

LOWEST, HIGHEST = 1e-3, 10.0  # of the axis; what lies outside is drawn at its end
NOTHING, AS_READ, BEST = "predicting nothing", "as it is read", "best reading"
TICKS = (0.001, 0.01, 0.1, 1.0, 10.0)


class ReadingPlot(CurvePlot):
    """Over what predicting nothing costs, on a logarithmic axis."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "Loss by t, over what predicting nothing costs", legend=True)
        identify(self, "reverse.reading.plot", "Loss by t under this reading and under the best")
        self.setMinimumHeight(9 * QFontMetrics(self.font()).height())
        self.set_log(y=True)
        self.curve(NOTHING, "muted", "dot")
        self.curve(AS_READ, "accent1")
        self.curve(BEST, "accent2", "dash")
        self.set_ticks("left", [(float(np.log10(value)), f"{value:g}") for value in TICKS])
        self.setYRange(np.log10(LOWEST), np.log10(HIGHEST), padding=0.02)

    def forget(self) -> None:
        """Nothing but the axes."""
        empty = np.empty(0)
        for name in self.curve_names:
            self.set_curve(name, empty, empty)

    def show_asking(self, asking: Asking) -> None:
        """The losses under the reading at hand, while others are tried."""
        self.forget()
        if asking.given is not None:
            self._show_given(asking.times, asking.given)

    def show_readings(self, found: Readings) -> None:
        self.forget()
        self._show_given(found.times, found.given)
        better = found.best is not found.given
        if better:
            self.set_curve(BEST, *_points(found.times, found.best))
        words = found.label(found.best) if better else "no other fits better"
        self.set_legend(BEST, f"best: {words}" if better else words)

    def _show_given(self, times: tuple[int, ...], given: Row) -> None:
        ends = np.array([times[0], times[-1]], float)
        self.setXRange(0, ends[1], padding=0.02)
        self.set_curve(NOTHING, ends, np.ones(2))
        self.set_curve(AS_READ, *_points(times, given))


def _points(times: tuple[int, ...], row: Row) -> tuple[np.ndarray, np.ndarray]:
    known = [(t, loss) for t, loss in zip(times, row.losses, strict=True) if loss is not None]
    t, loss = np.array(known, float).reshape(-1, 2).T
    return t, loss.clip(LOWEST, HIGHEST)
