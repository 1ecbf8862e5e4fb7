"""The values of x_t against N(0, 1), on an axis that stays while t moves."""

import math

import numpy as np
import pyqtgraph as pg

from diffvis.app.theme import Theme, colour, in_points
from diffvis.app.widgets.plots import CurvePlot
from diffvis.rendering.density import histogram
from diffvis.rendering.style import Style

BINS = 35
LOW, HIGH = -3.5, 3.5
CENTRES = LOW + (np.arange(BINS) + 0.5) * (HIGH - LOW) / BINS
TOP = 0.8  # of the axis: twice the height of N(0, 1)
BREAK = 0.7  # where a bar that goes on beyond the axis is broken
GAP = 0.02  # of the break, and how far it slants


class ValuesHistogram(CurvePlot):
    """A bar that the axis has no room for is broken, and the tallest of them says its height.

    Almost all of a picture's background has one value: an axis up to its peak would press N(0, 1)
    flat, and one that changed with t would hide that the bell stays where it is.
    """

    def __init__(self, theme: Theme) -> None:
        self._breaks = pg.PlotCurveItem(connect="pairs")
        self._height = pg.TextItem(anchor=(0, 0.5))
        self._says = ""
        super().__init__(theme, "values of x_t against N(0, 1)")
        self.set_bars("x_t", CENTRES, np.zeros(BINS), "signal")
        self.curve("N(0, 1)", "noise", "dash")
        grid = np.linspace(LOW, HIGH, 141)
        self.set_curve("N(0, 1)", grid, np.exp(-(grid**2) / 2) / math.sqrt(2 * math.pi))
        self.setXRange(LOW, HIGH, padding=0.02)
        self.setYRange(0, TOP, padding=0.02)
        for item in (self._breaks, self._height):
            self.addItem(item, ignoreBounds=True)
            item.hide()

    @property
    def height_said(self) -> str:
        """What stands beside the tallest broken bar; empty where every bar is whole."""
        return self._says

    def show_values(self, values: np.ndarray) -> None:
        """Draw the density of ``values``, of any shape."""
        heights = histogram(values.ravel(), LOW, HIGH, BINS)
        self.set_bars("x_t", CENTRES, heights, "signal")
        cut = np.flatnonzero(heights > TOP)
        self._breaks.setVisible(len(cut) > 0)
        self._height.setVisible(len(cut) > 0)
        self._says = ""
        if not len(cut):
            return
        half = 0.5 * (HIGH - LOW) / BINS
        x = np.repeat(CENTRES[cut], 2)
        x[0::2] -= half
        x[1::2] += half
        y = np.tile([BREAK - GAP, BREAK + GAP], len(cut))
        self._breaks.setData(x, y)
        self._say_height(int(heights.argmax()), float(heights.max()))

    def _say_height(self, place: int, height: float) -> None:
        """To the right of the bar, or to its left where it stands on the right."""
        right = CENTRES[place] < 0.5 * (LOW + HIGH)
        self._says = f"up to {height:.2g}"
        self._height.setText(self._says)
        self._height.setAnchor((0, 0.5) if right else (1, 0.5))
        beside = 0.6 * (HIGH - LOW) / BINS
        self._height.setPos(CENTRES[place] + (beside if right else -beside), BREAK)

    def restyle(self, style: Style) -> None:
        super().restyle(style)
        self._breaks.setPen(pg.mkPen(colour(style.panel), width=self.line_width(3, 5)))
        self._height.setColor(colour(style.text))
        self._height.setFont(in_points(self.font(), 9, style))
