"""Schedules: how fast the signal fades, for one schedule or several laid over each other."""

import numpy as np
from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QCheckBox, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from diffvis.app.notices import Notice, NoticeKind
from diffvis.app.session import Session
from diffvis.app.theme import Theme
from diffvis.app.widgets.fields import (
    Readouts,
    beside,
    combo,
    decibels,
    identify,
    label,
    labelled,
    panel,
    show_choice,
    show_value,
    spin,
)
from diffvis.app.widgets.plots import CurvePlot
from diffvis.diffusion import SCHEDULE_KINDS, NoiseSchedule, make_schedule

MAX_T = 10_000
DASH_OF = ("dash", "dot", "dash-dot", "dash", "dot", "dash-dot")
COLOUR_OF = ("noise", "accent1", "accent2", "accent3", "noise", "accent1")


def _posterior_std(schedule: NoiseSchedule) -> np.ndarray:
    """The small choice of sigma_t for single steps, t = 0..T (0 at t = 0 and 1)."""
    steps = [schedule.posterior(t, t - 1).variance for t in range(1, schedule.T + 1)]
    return np.sqrt(np.array([0.0, *steps]))


def _decibels(schedule: NoiseSchedule) -> np.ndarray:
    """10 log10 SNR; infinite at t = 0, where it is left out of the plot."""
    db = np.full(schedule.T + 1, np.nan)
    db[1:] = 10 * np.log10(np.maximum(schedule.snr[1:].numpy(), 1e-30))
    return db


# What can be plotted: key, what the picker says, unit or range, function of the schedule.
QUANTITIES = (
    ("alpha_bar", "ᾱ: part of the variance that is signal", lambda s: s.alpha_bar.numpy()),
    ("beta", "β: variance added at each step", lambda s: np.r_[np.nan, s.beta[1:].numpy()]),
    ("snr", "SNR in dB", _decibels),
    ("signal", "√ᾱ: factor of x_0", lambda s: s.sqrt_alpha_bar.numpy()),
    ("noise", "√(1−ᾱ): factor of ε", lambda s: s.sqrt_one_minus_alpha_bar.numpy()),
    ("sigma", "σ̃: standard deviation of a reverse step", _posterior_std),
)
FUNCTIONS = {key: function for key, _, function in QUANTITIES}
TITLES = {key: says for key, says, _ in QUANTITIES}


class SchedulesWorkspace(QWidget):
    """One large plot of a chosen quantity, two small ones, and the numbers at the shared t."""

    def __init__(self, session: Session, theme: Theme) -> None:
        super().__init__()
        self._session = session
        self._theme = theme
        self._compared: dict[str, NoiseSchedule] = {}
        self._make_widgets()
        self._arrange()
        session.schedule_changed.connect(self._show_schedule)
        session.t_changed.connect(self._show_t)
        self._show_schedule(session.schedule)

    def _make_widgets(self) -> None:
        self._plot = CurvePlot(self._theme, "", cursor=True, legend=True)
        self._plot.setObjectName("schedules.plot")
        self._small = {
            "beta": CurvePlot(self._theme, "β: noise added at each step", cursor=True),
            "snr": CurvePlot(self._theme, "signal-to-noise ratio in dB", cursor=True),
        }
        for key, plot in self._small.items():
            plot.curve(key, "signal")
        self._quantity = combo(
            "schedules.quantity", "Quantity plotted", [(says, key) for key, says, _ in QUANTITIES]
        )
        self._quantity.setMinimumContentsLength(34)
        self._quantity.currentIndexChanged.connect(self._draw)
        self._log = QCheckBox("logarithmic")
        identify(self._log, "schedules.log", "Logarithmic axis", "Plot on a logarithmic axis")
        self._log.toggled.connect(self._draw)
        kinds = [(kind, kind) for kind in SCHEDULE_KINDS]
        self._kind = combo(
            "schedules.kind",
            "Kind of schedule",
            kinds,
            "linear: Ho et al. 2020, rescaled for T\ncosine: Nichol & Dhariwal 2021, eq. 17",
        )
        self._kind.activated.connect(self._chosen)
        self._T = spin("schedules.T", "Number of timesteps T", 1, MAX_T, 1000, "How many timesteps")
        self._T.valueChanged.connect(self._chosen)
        self._overlays: dict[str, QCheckBox] = {}
        for kind, _ in kinds:
            box = QCheckBox(kind)
            identify(box, f"schedules.compare_{kind}", f"Compare with {kind}")
            box.toggled.connect(self._draw)
            self._overlays[kind] = box
        self._readouts = Readouts(
            (
                ("beta", "β<sub>t</sub>"),
                ("alpha_bar", "ᾱ<sub>t</sub>"),
                ("signal", "√ᾱ<sub>t</sub>"),
                ("noise", "√(1−ᾱ<sub>t</sub>)"),
                ("snr", "SNR"),
                ("sigma", "σ̃<sub>t</sub>"),
            )
        )
        self._warning = label("", "warning")
        self._warning.setObjectName("schedules.warning")
        self._warning.setWordWrap(True)

    def _arrange(self) -> None:
        top = QHBoxLayout()
        top.addWidget(self._quantity)
        top.addWidget(self._log)
        top.addStretch(1)
        main = QVBoxLayout()
        main.addLayout(top)
        main.addWidget(self._plot, 1)
        small = QHBoxLayout()
        small.setSpacing(8)
        for plot in self._small.values():
            column = QVBoxLayout()
            column.addWidget(plot)
            small.addWidget(panel(column, 8))
        left = QVBoxLayout()
        left.setSpacing(8)
        left.addWidget(panel(main), 3)
        left.addLayout(small, 2)

        side = QVBoxLayout()
        side.setSpacing(10)
        side.addWidget(label("Schedule", "title"))
        side.addLayout(labelled("Kind", self._kind))
        side.addLayout(labelled("Timesteps T", self._T))
        side.addWidget(self._warning)
        side.addWidget(label("Laid over it", "muted"))
        boxes = QGridLayout()
        for place, box in enumerate(self._overlays.values()):
            boxes.addWidget(box, place // 2, place % 2)
        side.addLayout(boxes)
        side.addStretch(1)
        self._at = label("", "muted")
        side.addWidget(self._at)
        side.addWidget(self._readouts)
        beside(self, left, panel(side), 250, 420)

    @Slot()
    def _chosen(self) -> None:
        try:
            schedule = make_schedule(self._kind.currentData(), self._T.value())
        except ValueError as error:
            self._session.notice(
                Notice("This schedule cannot be made", str(error), NoticeKind.ERROR)
            )
            self._show_schedule(self._session.schedule)
            return
        self._session.set_schedule(schedule)

    @Slot(object)
    def _show_schedule(self, schedule: NoiseSchedule) -> None:
        if not show_choice(self._kind, schedule.kind):
            self._kind.setCurrentIndex(-1)  # a schedule of given betas
        show_value(self._T, schedule.T)
        warnings = schedule.warnings()
        self._warning.setText("\n".join(warnings))
        self._warning.setVisible(bool(warnings))
        t = np.arange(schedule.T + 1)
        for key, plot in self._small.items():
            plot.set_curve(key, t, FUNCTIONS[key](schedule))
            plot.setXRange(0, schedule.T, padding=0.02)
        for kind, box in self._overlays.items():
            box.setEnabled(kind != schedule.kind)
        self._draw()
        self._show_t()

    @Slot()
    def _draw(self) -> None:
        """Draw the large plot: the schedule in use in blue, the others dashed over it."""
        schedule, key = self._session.schedule, self._quantity.currentData()
        for name in self._plot.curve_names:
            self._plot.remove_curve(name)
        self._plot.set_log(y=self._log.isChecked() and key != "snr")
        self._log.setEnabled(key != "snr")
        self._plot.set_title(TITLES[key])
        t = np.arange(schedule.T + 1)
        in_use = f"{schedule.kind}, T = {schedule.T}"
        self._plot.curve(in_use, "signal")
        self._plot.set_curve(in_use, t, self._positive(FUNCTIONS[key](schedule)))
        for place, (kind, box) in enumerate(self._overlays.items()):
            if box.isChecked() and kind != schedule.kind:
                other = make_schedule(kind, schedule.T)
                self._plot.curve(kind, COLOUR_OF[place % 6], DASH_OF[place % 6])
                self._plot.set_curve(kind, t, self._positive(FUNCTIONS[key](other)))
        self._plot.setXRange(0, schedule.T, padding=0.02)
        self._plot.enableAutoRange(axis="y")

    def _positive(self, values: np.ndarray) -> np.ndarray:
        """On a logarithmic axis zeros have no place."""
        return np.where(values > 0, values, np.nan) if self._log.isChecked() else values

    @Slot()
    def _show_t(self) -> None:
        schedule, t = self._session.schedule, self._session.t
        if t > schedule.T:
            return
        for plot in (self._plot, *self._small.values()):
            plot.set_cursor(t)
        self._at.setText(f"at t = {t}")
        self._at.setTextFormat(Qt.TextFormat.PlainText)
        alpha_bar = float(schedule.alpha_bar[t])
        sigma = schedule.posterior(t, t - 1).variance ** 0.5 if t > 0 else 0.0
        snr = float(schedule.snr[t])
        self._readouts.set("beta", f"{float(schedule.beta[t]):.5f}" if t > 0 else "–")
        self._readouts.set("alpha_bar", f"{alpha_bar:.4f}")
        self._readouts.set("signal", f"{float(schedule.sqrt_alpha_bar[t]):.4f}")
        self._readouts.set("noise", f"{float(schedule.sqrt_one_minus_alpha_bar[t]):.4f}")
        self._readouts.set("snr", decibels(snr))
        self._readouts.set("sigma", f"{sigma:.4f}" if t > 0 else "–")
