"""Jump and walk beside each other: one value of x_t, path by path and in distribution."""

import numpy as np
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QLabel, QWidget

from diffvis.app.theme import Theme
from diffvis.app.widgets.fields import label
from diffvis.app.widgets.plot_zoom import PlotZoom
from diffvis.app.widgets.plots import CurvePlot
from diffvis.app.widgets.symbols import in_plain
from diffvis.rendering.factors import written
from diffvis.rendering.markup import plain
from diffvis.rendering.walk_curves import path_curves
from diffvis.rendering.walks import (
    BINS,
    CENTRES,
    CHAINS,
    GRID,
    HIGH,
    LOW,
    STEEPEST,
    Comparison,
    density_of,
    stairs,
)

LEAST_LINES = 12  # of text, as high as the whole must be for the words to find room


class CompareView(QWidget):
    """Left the paths over t, right where they all are at this t."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._shown: Comparison | None = None
        self._paths = CurvePlot(theme, "one value of x_t over t", cursor=True)
        self._paths.setObjectName("forward.compare_paths")
        self._paths.setYRange(LOW, HIGH, padding=0)
        self._places = CurvePlot(theme, "walks and jumps at this t")
        self._places.setObjectName("forward.compare_places")
        self._places.set_bars("walks", CENTRES, np.zeros(BINS), "accent1")
        self._places.curve("jumps", "noise")
        self._places.curve("formula", "text", "dash")
        self._places.setXRange(LOW, HIGH, padding=0)
        for plot in (self._paths, self._places):
            PlotZoom(plot)
        self._words = label("", "muted")
        self._words.setObjectName("forward.compare_words")
        self._words.setWordWrap(True)
        plots = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        plots.addWidget(self._paths, 1)
        plots.addWidget(self._places, 1)
        column = QBoxLayout(QBoxLayout.Direction.TopToBottom, self)
        column.setContentsMargins(4, 4, 4, 4)
        column.addLayout(plots, 1)
        column.addWidget(self._words)

    @property
    def words(self) -> QLabel:
        return self._words

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._words.setVisible(self.height() >= LEAST_LINES * self.fontMetrics().height())

    def show_comparison(self, made: Comparison, t: int) -> None:
        self._shown = made
        for curve in path_curves(made):
            self._paths.show_curve(curve)
        self._paths.setXRange(0, made.schedule.T, padding=0.01)
        self.show_t(t)

    def show_t(self, t: int) -> None:
        made = self._shown
        if made is None or t > made.schedule.T:
            return
        self._paths.set_cursor(t)
        walks, jumps = made.walks[t], made.jumps(t)
        mean, std = made.moments(t)
        self._places.set_bars("walks", CENTRES, density_of(walks), "accent1")
        self._places.set_curve("jumps", *stairs(density_of(jumps)))
        self._places.set_curve("formula", GRID, np.minimum(made.density(t), 1.5 * STEEPEST))
        self._places.setYRange(0, made.top(t), padding=0)
        self._places.set_title(f"at t = {t}: one distribution")
        self._words.setText(
            f"x₀ = {made.x0:.2f}.  {CHAINS:,} walks (bars): mean {walks.mean():.2f}, "
            f"variance {walks.var():.3f}.  {CHAINS:,} jumps (line): mean {jumps.mean():.2f}, "
            f"variance {jumps.var():.3f}.  q(xₜ | x₀) (dashed): mean {_factor(made)} x₀ = "
            f"{mean:.2f}, variance {_variance(made)} = {std**2:.3f}."
        )


def _factor(made: Comparison) -> str:
    """That of x_0, as it is written on this path."""
    return "√ᾱ" if made.schedule.preserves_variance else in_plain(written(made.schedule).letters[0])


def _variance(made: Comparison) -> str:
    """The square of the factor of ε."""
    if made.schedule.preserves_variance:
        return "1−ᾱ"
    return in_plain(plain(written(made.schedule).variance))
