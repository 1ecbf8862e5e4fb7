"""What a training run looks like: its losses, its loss by t, its samples."""

import math

import numpy as np
from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from diffvis.app.film import draw_film
from diffvis.app.loss_history import Column, Envelope, Smoothed, averaged
from diffvis.app.theme import Theme
from diffvis.app.training_record import TrainingRecord
from diffvis.app.widgets.fields import identify, label
from diffvis.app.widgets.hint import Hint
from diffvis.app.widgets.plots import CurvePlot
from diffvis.app.widgets.raster import RasterView
from diffvis.rendering.style import Style

MOMENTS = 6
RAW, SMOOTH, VALIDATION = "train", "smoothed", "validation"
RAW_BUCKETS, SMOOTH_POINTS = 600, 400  # at most: about one for each column of pixels
ROUND = (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)
LEAST_LOSS = 1e-4  # what a loss of zero is drawn as on a logarithmic axis


class LossPlot(CurvePlot):
    """The losses over the steps: each one faint, their running mean, and the validation's."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "loss", legend=True)
        identify(self, "training.loss_plot", "Loss over training steps")
        self.setMinimumHeight(120)
        self.curve(RAW, "muted", alpha=0.45, thin=True)
        self.curve(SMOOTH, "signal")
        self.curve(VALIDATION, "noise", "dash")
        self._hint = Hint("Press Start to train:\nthe loss of every step appears here", self)
        self._log = QCheckBox("log")
        identify(self._log, "training.log", "Logarithmic axis", "Plot the loss logarithmically")
        self._log.setChecked(True)
        self._log.toggled.connect(self._set_log)
        corner = Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignRight
        self.layout().addWidget(self._log, 0, 0, corner)
        self.layout().setContentsMargins(0, 0, 4, 0)
        self.begin(None, 1000)

    def begin(self, record: TrainingRecord | None, steps: int) -> None:
        """Empty axes for a run of so many steps."""
        self._record = record
        self._smoothing, self._smooth = Smoothed(), Column()
        if record is not None:
            history = record.history
            self._raw_outline = Envelope(history.steps, history.loss, RAW_BUCKETS)
        for name in (RAW, SMOOTH, VALIDATION):
            self.set_curve(name, np.empty(0), np.empty(0))
        self._hint.setVisible(record is None)
        self._steps = steps
        self.setXRange(0, steps, padding=0.01)
        self._set_log(self._log.isChecked())

    def draw(self) -> None:
        """Take in what the record has by now."""
        if self._record is None or len(self._record.history) == 0:
            return
        history = self._record.history
        self._smooth.extend(self._smoothing.extend(history.loss.view(len(self._smooth))))
        raw = self._raw_outline.curve()
        self.set_curve(RAW, *_drawable(raw))
        smooth = self._smooth.view()
        steps = history.steps.view()[: len(smooth)]
        self.set_curve(SMOOTH, *_drawable(averaged(steps, smooth, SMOOTH_POINTS)))
        count = len(history.validation_loss)
        validation = history.validation_steps.view()[:count], history.validation_loss.view()
        self.set_curve(VALIDATION, *_drawable(validation))
        self.setXRange(0, min(self._steps, _round_up(max(10, 1.1 * raw[0][-1]))), padding=0.01)
        finite = raw[1][np.isfinite(raw[1])]
        if len(finite):
            self._set_range(float(finite.min()), float(finite.max()))

    @Slot(bool)
    def _set_log(self, log: bool) -> None:
        self.set_log(y=log)
        self._log_range: tuple[float, float] | None = None
        self._set_range(0.02, 1.2)  # where a loss usually lies
        self.draw()

    def _set_range(self, low: float, high: float) -> None:
        """Show losses from ``low`` to ``high``; a logarithmic axis gets ticks that can be read.

        The limits are rounded outwards, so that the axes are drawn again only now and then.
        """
        if not self._log.isChecked():
            self.set_ticks("left", None)
            self.setYRange(0, _round_up(high), padding=0.02)
            return
        low = math.floor(20 * math.log10(max(low, LEAST_LOSS))) / 20
        high = max(math.ceil(20 * math.log10(max(high, LEAST_LOSS))) / 20, low + 0.1)
        if self._log_range != (low, high):
            self._log_range = (low, high)
            self.set_ticks("left", _log_ticks(low, high))
        self.setYRange(low, high, padding=0.02)


class LossByTPlot(CurvePlot):
    """At which t the network still errs."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "loss by t")
        identify(self, "training.loss_by_t", "Loss of recent steps by timestep t")
        self.setMinimumWidth(150)
        self._hint = Hint("at which t\nit still errs", self)

    def begin(self, record: TrainingRecord | None, T: int) -> None:
        self._record = record
        self._hint.setVisible(record is None)
        bins = np.linspace(0, T, 11)
        self.set_bars("loss", (bins[1:] + bins[:-1]) / 2, np.zeros(10), "signal")
        self.setXRange(0, T, padding=0.02)
        self.setYRange(0, 1, padding=0)

    def draw(self) -> None:
        if self._record is None or len(self._record.history) == 0:
            return
        by_t = self._record.history.by_t
        heights = np.nan_to_num(by_t.loss, posinf=0.0)
        self.set_bars("loss", by_t.t, heights, "signal")
        self.setYRange(0, _round_up(float(heights.max())), padding=0)


class FilmView(QWidget):
    """Samples from the same noise, at up to six moments of the run."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._record: TrainingRecord | None = None
        self._shown: object = None
        self._extent = 3.0
        self._view = RasterView(theme, self._draw, QSize(300, 96))
        identify(self._view, "training.samples", "Samples from the same noise as the run goes on")
        words = (
            "Samples from one fixed noise appear here: watch it turn into data as the run goes on"
        )
        self._hint = Hint(words, self._view)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(label("Samples from the same noise, as the run goes on", "title"))
        column.addWidget(self._view, 1)

    def begin(self, record: TrainingRecord | None) -> None:
        self._record = record
        self._hint.setVisible(record is None)
        if record is not None and record.dataset.is_points:
            self._extent = 1.25 * float(record.dataset.values.abs().max())
        self._view.refresh()

    def draw(self) -> None:
        """Paint again only if there are new samples."""
        moments = () if self._record is None else self._record.film.moments
        if moments is not self._shown:
            self._shown = moments
            self._view.refresh()

    def _draw(self, size: tuple[int, int], style: Style) -> np.ndarray:
        moments = () if self._record is None else self._record.film.chosen(MOMENTS)
        return draw_film(moments, MOMENTS, self._extent, size, style)


def _round_up(value: float, rounds: tuple[float, ...] = ROUND) -> float:
    """The next of a few round numbers: an axis that grows now and then, not with every step."""
    power = 10.0 ** math.floor(math.log10(max(value, LEAST_LOSS)))
    return next(part * power for part in rounds if part * power >= value)


def _log_ticks(low: float, high: float) -> list[tuple[float, str]]:
    """Ticks for a logarithmic axis over 10**low .. 10**high."""
    if high - low < 0.5:
        first, last = 10**low, 10**high
        step = _round_up((last - first) / 8, (1, 2, 5, 10))
        values = [step * k for k in range(math.ceil(first / step), math.floor(last / step) + 1)]
    else:
        digits = (1, 2, 3, 4, 6) if high - low < 1 else (1, 2, 5) if high - low < 2.5 else (1,)
        decades = range(math.floor(low), math.ceil(high) + 1)
        values = [digit * 10.0**decade for decade in decades for digit in digits]
    return [(math.log10(value), f"{value:.4g}") for value in values]


def _drawable(curve: tuple[np.ndarray, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    x, y = curve
    return x, np.maximum(y, LEAST_LOSS)
