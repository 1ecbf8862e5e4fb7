"""The numbers of the schedule in use at the shared t."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from diffvis.app.widgets.fields import Readouts, decibels, label
from diffvis.app.widgets.steady import Steady
from diffvis.app.widgets.symbols import in_plain, with_subscripts
from diffvis.diffusion import NoiseSchedule
from diffvis.rendering.factors import factors_of
from diffvis.rendering.phrases import decimals

NAMES = (
    ("beta", "β<sub>t</sub>", "variance added at step t; the large σ² of a reverse step"),
    ("alpha_bar", "ᾱ<sub>t</sub>", "ᾱ_t = α_1 α_2 … α_t: square of the factor of x_0"),
    ("signal", "√ᾱ<sub>t</sub>", "factor of x_0 in x_t"),
    ("noise", "√(1−ᾱ<sub>t</sub>)", "factor of ε in x_t"),
    (
        "snr",
        "SNR",
        "square of the factor of x_0 over that of ε, ᾱ_t / (1 − ᾱ_t) where variance\n"
        "is preserved, as 10 log₁₀ in dB",
    ),
    (
        "sigma",
        "σ̃<sub>t</sub>",
        "of q(x_{t−1} | x_t, x_0): σ̃² is Ho et al. 2020, eq. 7",
    ),
)


class ScheduleNumbers(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self._of: NoiseSchedule | None = None  # the names are those of its path
        self._readouts = Readouts((key, says) for key, says, _ in NAMES)
        for key, _, tip in NAMES:
            self._readouts.findChild(QLabel, f"readout.{key}").setToolTip(in_plain(tip))
        self._at = label("", "muted")
        self._at.setTextFormat(Qt.TextFormat.PlainText)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self._moment = Steady(self._at)
        column.addWidget(self._moment)
        column.addWidget(self._readouts)

    def show_t(self, schedule: NoiseSchedule, t: int) -> None:
        if schedule is not self._of:
            self._of = schedule
            for key, letters in zip(("signal", "noise"), factors_of(schedule), strict=True):
                self._readouts.rename(key, with_subscripts(letters))
        self._moment.set_text(f"at t = {t}")
        shown = self._readouts
        std = float(schedule.posterior_variance[t]) ** 0.5
        shown.set("beta", f"{float(schedule.beta[t]):.5f}" if t > 0 else "–")
        shown.set("alpha_bar", decimals(float(schedule.alpha_bar[t])))
        shown.set("signal", decimals(float(schedule.signal[t])))
        shown.set("noise", decimals(float(schedule.noise[t])))
        shown.set("snr", decibels(float(schedule.snr[t])))
        shown.set("sigma", f"{std:.4f}" if t > 0 else "–")
