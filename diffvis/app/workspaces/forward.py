"""Forward: x_0 drowns in noise as t grows; the picture is the equation."""

import math

import numpy as np
import torch
from PySide6.QtCore import QPoint, QSize, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from diffvis.app.noising import PATH_LIMIT_BYTES, Noised, Noising
from diffvis.app.notices import Notice, NoticeKind
from diffvis.app.session import Session
from diffvis.app.theme import Theme
from diffvis.app.widgets.fields import Readouts, beside, button, combo, decibels, labelled, panel
from diffvis.app.widgets.plots import CurvePlot
from diffvis.app.widgets.raster import RasterView
from diffvis.app.workers.jobs import Jobs
from diffvis.app.workers.worker import Failure
from diffvis.rendering.forward import draw_forward, forward_strip
from diffvis.rendering.style import Style

IMAGE_COUNTS = (1, 4, 16, 64)
POINT_COUNTS = (500, 2_000, 10_000)
STRIP_PARTS = (0.0, 1 / 15, 1 / 6, 1 / 3, 2 / 3, 1.0)  # t = 0, 20, 50, 100, 200, 300 of 300
BINS = np.linspace(-3.5, 3.5, 36)
SIGNAL, NOISE = "√ᾱ signal", "√(1−ᾱ) noise"


class ForwardWorkspace(QWidget):
    """The noising of chosen samples at the shared t, with its numbers and histogram."""

    painted = Signal()  # the main view has been painted

    def __init__(self, session: Session, theme: Theme, jobs: Jobs) -> None:
        super().__init__()
        self._session = session
        self._theme = theme
        self._jobs = jobs
        self._first = 0
        self._count = 1
        self._noise_seed = session.seed
        self._marked: int | None = None  # the time of the film strip that is the shared t
        self._make_widgets()
        self._arrange()
        session.data_changed.connect(self._data_changed)
        session.schedule_changed.connect(self._rebuild)
        session.t_changed.connect(self._show_t)
        session.seed_changed.connect(self._seed_changed)
        self._data_changed()

    @property
    def noising(self) -> Noising:
        """The samples and noise on show."""
        return self._noising

    def export_options(self) -> dict[str, object]:
        """What the export dialog needs to make the same picture."""
        return {
            "count": self._count,
            "first": self._first,
            "seed": self._noise_seed,
            "chain": self._mode.currentData() == "chain",
        }

    def _make_widgets(self) -> None:
        self._view = RasterView(self._theme, self._draw, QSize(420, 190))
        self._view.setObjectName("forward.view")
        self._view.setAccessibleName("x_t = √ᾱ x_0 + √(1−ᾱ) ε as pictures")
        self._view.painted.connect(self.painted)
        self._strip = RasterView(self._theme, self._draw_strip, QSize(420, 96))
        self._strip.setObjectName("forward.strip")
        self._strip.setAccessibleName("Film strip: the same samples at chosen t; click to go there")
        self._strip.setToolTip("Click a picture to go to its t")
        self._strip.clicked.connect(self._strip_clicked)
        self._curves = CurvePlot(self._theme, "signal √ᾱ and noise √(1−ᾱ)", cursor=True)
        self._curves.curve(SIGNAL, "signal")
        self._curves.curve(NOISE, "noise", "dash")
        self._histogram = CurvePlot(self._theme, "values of x_t against N(0, 1)")
        centres = (BINS[1:] + BINS[:-1]) / 2
        self._histogram.set_bars("x_t", centres, np.zeros(len(centres)), "signal")
        self._histogram.curve("N(0, 1)", "noise", "dash")
        grid = np.linspace(-3.5, 3.5, 141)
        self._histogram.set_curve("N(0, 1)", grid, np.exp(-(grid**2) / 2) / math.sqrt(2 * math.pi))
        self._histogram.setXRange(-3.5, 3.5, padding=0.02)
        self._histogram.setYRange(0, 0.8, padding=0.02)
        self._readouts = Readouts(
            (
                ("alpha_bar", "ᾱ<sub>t</sub>"),
                ("snr", "SNR"),
                ("mean", "mean"),
                ("variance", "variance"),
            )
        )
        self._mode = combo(
            "forward.mode",
            "How x_t is made",
            [("Jump: q(x_t | x_0)", "jump"), ("Walk: true chain", "chain")],
            "Jump: the closed form, x_t = √ᾱ x_0 + √(1−ᾱ) ε with one ε for all t.\n"
            "Walk: the Markov chain x_t = √α x_{t−1} + √β ε with fresh noise at every step.\n"
            "Path by path they differ; in distribution they do not.",
        )
        self._mode.activated.connect(self._mode_chosen)
        self._counts = combo("forward.count", "How many samples")
        self._counts.activated.connect(self._count_chosen)
        self._others = button("Other samples", "forward.others", "Show other samples of the data")
        self._others.clicked.connect(self._show_others)
        self._resample = button("New noise", "forward.resample", "New noise", "Draw another ε")
        self._resample.clicked.connect(self._new_noise)

    def _arrange(self) -> None:
        picture, strip, side = QVBoxLayout(), QVBoxLayout(), QVBoxLayout()
        picture.addWidget(self._view)
        strip.addWidget(self._strip)
        side.addWidget(self._curves, 1)
        side.addWidget(self._histogram, 1)
        side.addWidget(self._readouts)
        choices = QHBoxLayout()
        choices.addLayout(labelled("Samples", self._counts))
        choices.addLayout(labelled("x_t by", self._mode), 1)
        side.addLayout(choices)
        buttons = QHBoxLayout()
        buttons.addWidget(self._resample)
        buttons.addWidget(self._others)
        side.addLayout(buttons)
        left = QVBoxLayout()
        left.setSpacing(8)
        left.addWidget(panel(picture), 1)
        strip_panel = panel(strip, 8)
        strip_panel.setMaximumHeight(170)
        left.addWidget(strip_panel)
        beside(self, left, panel(side), 270, 480)

    # --- what is shown -------------------------------------------------------------------

    @Slot()
    def _data_changed(self) -> None:
        data = self._session.data
        counts = [n for n in (POINT_COUNTS if data.is_points else IMAGE_COUNTS) if n <= len(data)]
        counts = counts or [len(data)]
        self._counts.clear()
        for n in counts:
            self._counts.addItem(f"{n:,}", n)
        chosen = min(1, len(counts) - 1) if data.is_points else 0
        self._counts.setCurrentIndex(chosen)
        self._count = counts[chosen]
        self._first = 0
        self._others.setEnabled(len(data) > self._count)
        self._rebuild()

    @Slot()
    def _rebuild(self) -> None:
        """Choose the samples and the noise again."""
        data, schedule = self._session.data, self._session.schedule
        self._noising = Noising(data, schedule, self._count, self._noise_seed, self._first)
        t = np.arange(schedule.T + 1)
        self._curves.set_curve(SIGNAL, t, schedule.sqrt_alpha_bar.numpy())
        self._curves.set_curve(NOISE, t, schedule.sqrt_one_minus_alpha_bar.numpy())
        self._curves.setXRange(0, schedule.T, padding=0.02)
        if self._mode.currentData() == "chain":
            self._walk()
        self._redraw()

    def _redraw(self) -> None:
        """The samples or their noise have changed: nothing on show is still right."""
        self._moments: list[torch.Tensor] | None = None
        self._strip.refresh()
        self._show_t()

    @Slot()
    def _show_t(self) -> None:
        t = self._session.t
        if t > self._noising.schedule.T:  # the schedule is changing; _rebuild follows
            return
        x_t = self._noised().x_t
        self._view.refresh()
        marked = t if t in self._strip_times() else None
        if marked != self._marked:  # its pictures stay as they are; only the mark moves
            self._marked = marked
            self._strip.refresh()
        self._curves.set_cursor(t)
        heights, _ = np.histogram(x_t.numpy().ravel(), bins=BINS)
        total = max(1, x_t.numel()) * (BINS[1] - BINS[0])
        centres = (BINS[1:] + BINS[:-1]) / 2
        self._histogram.set_bars("x_t", centres, heights / total, "signal")
        alpha_bar, snr = (
            float(self._session.schedule.alpha_bar[t]),
            float(self._session.schedule.snr[t]),
        )
        self._readouts.set("alpha_bar", f"{alpha_bar:.4f}")
        self._readouts.set("snr", decibels(snr))
        self._readouts.set("mean", f"{float(x_t.mean()):.3f}")
        self._readouts.set("variance", f"{float(x_t.var(correction=0)):.3f}")

    def _noised(self) -> Noised:
        return self._noising.at(self._session.t)

    def _draw(self, size: tuple[int, int], style: Style) -> np.ndarray:
        now = self._noised()
        return draw_forward(
            self._session.schedule, now.t, now.x0, now.eps, now.x_t, size, style,
            colours=self._noising.colours, extent=self._noising.extent,
        )  # fmt: skip

    def _strip_times(self) -> list[int]:
        T = self._session.schedule.T
        return sorted({round(part * T) for part in STRIP_PARTS})

    def _draw_strip(self, size: tuple[int, int], style: Style) -> np.ndarray:
        times = self._strip_times()
        return forward_strip(
            times, self._strip_moments(times), size, style,
            current=self._session.t, colours=self._noising.colours, extent=self._noising.extent,
        )  # fmt: skip

    def _strip_moments(self, times: list[int]) -> list[torch.Tensor]:
        """The strip's samples, the same tensors each time so that their pictures can be kept."""
        if self._moments is None:
            shown = self._count if self._session.data.is_points else 1
            self._moments = [self._noising.at(t).x_t[:shown] for t in times]
        return self._moments

    # --- what the person does ------------------------------------------------------------

    @Slot(QPoint)
    def _strip_clicked(self, at: QPoint) -> None:
        times = self._strip_times()
        width = max(1, round(self._strip.width() * self._strip.devicePixelRatioF()))
        self._session.set_t(times[min(len(times) - 1, at.x() * len(times) // width)])

    @Slot()
    def _new_noise(self) -> None:
        self._noise_seed = int(torch.randint(0, 2**31 - 1, ()))
        self._rebuild()

    @Slot(object)
    def _seed_changed(self, seed: int) -> None:
        self._noise_seed = seed
        self._rebuild()

    @Slot()
    def _show_others(self) -> None:
        self._first = (self._first + self._count) % len(self._session.data)
        self._rebuild()

    @Slot(int)
    def _count_chosen(self, _index: int) -> None:
        self._count = self._counts.currentData()
        self._others.setEnabled(len(self._session.data) > self._count)
        self._rebuild()

    @Slot(int)
    def _mode_chosen(self, _index: int) -> None:
        self._rebuild()

    def _walk(self) -> None:
        """Record the true chain in the background; until it is there, the closed form is shown."""
        noising = self._noising
        if noising.path_bytes > PATH_LIMIT_BYTES:
            size, limit = noising.path_bytes / 2**20, PATH_LIMIT_BYTES / 2**20
            self._mode.setCurrentIndex(0)
            self._session.notice(
                Notice(
                    f"The true chain of {self._count:,} samples takes {size:.0f} MB",
                    f"the limit is {limit:.0f} MB; show fewer samples",
                    NoticeKind.WARNING,
                )
            )
            return
        self._jobs.run(
            "forward.chain", lambda _: noising.walk(), lambda path: self._walked(noising, path),
            self._walk_failed, "Walking the true chain",
        )  # fmt: skip

    def _walked(self, noising: Noising, path: torch.Tensor) -> None:
        if noising is self._noising and self._mode.currentData() == "chain":
            noising.use_path(path)
            self._redraw()

    def _walk_failed(self, failure: Failure) -> None:
        self._mode.setCurrentIndex(0)
        self._session.notice(Notice.of(failure, "The true chain could not be walked"))
