"""Forward's numbers at t: readouts, the two factors over t, and the values against N(0, 1)."""

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QBoxLayout, QLabel, QVBoxLayout, QWidget

from diffvis.app.forward.histogram import ValuesHistogram
from diffvis.app.theme import Theme
from diffvis.app.widgets.fields import Readouts, decibels
from diffvis.app.widgets.plot_zoom import PlotZoom
from diffvis.app.widgets.plots import CurvePlot
from diffvis.app.widgets.symbols import in_plain
from diffvis.diffusion import NoiseSchedule
from diffvis.rendering.phrases import decimals
from diffvis.viewing.noising import Noised

LOW = 380  # pixels: lower than this, two plots over each other show nothing
SIGNAL, NOISE = "√ᾱ signal", "√(1−ᾱ) noise"
TIPS = {
    "alpha_bar": "ᾱ_t = α_1 α_2 … α_t: the part of the variance that is signal",
    "snr": "signal-to-noise ratio ᾱ_t / (1 − ᾱ_t), as 10 log₁₀ in dB",
    "mean": "mean of all values of x_t on show",
    "variance": "variance of all values of x_t on show; 1 for N(0, 1)",
}


class ForwardNumbers(QWidget):
    """Plots and readouts, and below them what is handed in: ``controls``."""

    def __init__(self, theme: Theme, controls: QWidget) -> None:
        super().__init__()
        self._wide = True
        self._moment: tuple[NoiseSchedule, Noised] | None = None
        self._curves = CurvePlot(theme, "signal √ᾱ and noise √(1−ᾱ)", cursor=True)
        self._curves.curve(SIGNAL, "signal")
        self._curves.curve(NOISE, "noise", "dash")
        self._curves.setObjectName("forward.curves")
        self._histogram = ValuesHistogram(theme)
        self._histogram.setObjectName("forward.histogram")
        for plot in (self._curves, self._histogram):
            PlotZoom(plot)
        self._readouts = Readouts(
            (
                ("alpha_bar", "ᾱ<sub>t</sub>"),
                ("snr", "SNR"),
                ("mean", "mean"),
                ("variance", "variance"),
            )
        )
        for key, tip in TIPS.items():
            self._readouts.findChild(QLabel, f"readout.{key}").setToolTip(in_plain(tip))
        self._box = QBoxLayout(QBoxLayout.Direction.TopToBottom, self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(8)
        self._box.addWidget(self._curves, 1)
        self._box.addWidget(self._histogram, 1)
        below = QVBoxLayout()
        below.setSpacing(8)
        below.addWidget(self._readouts)
        below.addWidget(controls)
        below.setAlignment(controls, Qt.AlignmentFlag.AlignBottom)
        self._box.addLayout(below)

    def set_wide(self, wide: bool) -> None:
        """Stand below each other beside a picture, or beside each other below it."""
        self._wide = wide
        directions = QBoxLayout.Direction
        self._box.setDirection(directions.TopToBottom if wide else directions.LeftToRight)
        self._show_what_fits()

    def set_schedule(self, schedule: NoiseSchedule) -> None:
        t = np.arange(schedule.T + 1)
        self._curves.set_curve(SIGNAL, t, schedule.sqrt_alpha_bar.numpy())
        self._curves.set_curve(NOISE, t, schedule.sqrt_one_minus_alpha_bar.numpy())
        self._curves.setXRange(0, schedule.T, padding=0.02)

    def show_moment(self, schedule: NoiseSchedule, now: Noised) -> None:
        """Show it; while nobody looks, as on stage, this waits for ``showEvent``."""
        self._moment = schedule, now
        if self.isVisible():
            self._show()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show()

    def _show(self) -> None:
        if self._moment is None:
            return
        schedule, now = self._moment
        self._curves.set_cursor(now.t)
        self._histogram.show_values(now.x_t.numpy())
        self._readouts.set("alpha_bar", decimals(float(schedule.alpha_bar[now.t])))
        self._readouts.set("snr", decibels(float(schedule.snr[now.t])))
        self._readouts.set("mean", f"{float(now.x_t.mean()):z.3f}")
        self._readouts.set("variance", f"{float(now.x_t.var(correction=0)):.3f}")

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_what_fits()

    def _show_what_fits(self) -> None:
        """The factors stand in the equation as well: they go where there is little room."""
        room = self._wide and self.height() >= LOW
        self._curves.setVisible(room)
