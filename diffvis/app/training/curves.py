"""Loss, gradient norm and learning rate of a run over its steps, on one shared axis."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QVBoxLayout, QWidget

from diffvis.app.theme import Theme
from diffvis.app.training.axes import finite_range, round_up
from diffvis.app.training.equation import loss_equation
from diffvis.app.training.plots import StepPlot, middle, outline
from diffvis.app.training.zoom import ZoomButtons
from diffvis.app.widgets.elided import ElidedLabel
from diffvis.app.widgets.fields import identify
from diffvis.app.widgets.hint import Hint
from diffvis.rendering.chart import Curve
from diffvis.rendering.loss_curves import FLOOR, NONE, VALIDATION, Points, run_curves
from diffvis.training.config import TrainConfig
from diffvis.training.floor import Floor
from diffvis.viewing.loss_history import LossHistory
from diffvis.viewing.pyramid import Pyramid
from diffvis.viewing.told_apart import has_another_loss, told_apart
from diffvis.viewing.training_record import TrainingRecord

RAW_BUCKETS, SMOOTH_POINTS = 600, 400  # at most: about one for each column of pixels
NEAR = 4  # times the floor: a loss from which the floor is in view
LOOKS = (("accent2", "solid"), ("accent4", "dash-dot"), ("accent3", "dash"), ("accent2", "dot"))


@dataclass(eq=False)
class _Source:
    """The curves of a run at any magnification."""

    record: TrainingRecord
    history: LossHistory
    loss: Pyramid
    smooth: Pyramid
    gradient: Pyramid
    rate: Pyramid

    @classmethod
    def of(cls, record: TrainingRecord) -> "_Source":
        h = record.history
        pyramids = (Pyramid(c) for c in (h.loss, h.smooth, h.gradient_norm, h.learning_rate))
        return cls(record, h, *pyramids)

    def part(self, low: float, high: float) -> tuple[np.ndarray, tuple[int, int]]:
        """All steps, and from which to which one lies in view, with one more on either side."""
        steps = self.history.steps.view()[: len(self.history)]
        first, last = np.searchsorted(steps, (low, high))
        return steps, (max(0, int(first) - 1), min(len(steps), int(last) + 1))


class Curves(QWidget):
    """Draws a record when it is asked to; other runs lie over it, smoothed."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._source: _Source | None = None
        self._others: dict[str, _Source] = {}  # by the name of the curve
        self._looks: dict[str, tuple[str, str]] = {}
        self._floor: Floor | None = None
        self._choice: TrainConfig | None = None
        self._steps = 1000
        self._whole = True
        self.loss = StepPlot(theme, "training.loss_plot", "Loss over training steps", "", True)
        self.loss.setMinimumHeight(96)
        self._show(run_curves())
        self._hint = Hint("Press Start to train:\nthe loss of every step appears here", self.loss)
        self._gradient = self._strip(theme, "gradient_plot", "gradient norm", "accent2")
        self._gradient.set_log_axis(True)
        self._rate = self._strip(theme, "rate_plot", "learning rate", "noise")
        self._make_row()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.controls)
        for plot, stretch in ((self.loss, 7), (self._gradient, 2), (self._rate, 2)):
            column.addWidget(plot, stretch)
            plot.pointed.connect(self._point)
            plot.zoomed.connect(self._zoomed)
            plot.whole_wanted.connect(self.show_whole)
        for strip in (self._gradient, self._rate):
            strip.setXLink(self.loss)
        self.loss.getPlotItem().getViewBox().sigXRangeChanged.connect(self._range_changed)
        self._set_log(True)
        self.begin(None)

    def _strip(self, theme: Theme, name: str, says: str, colour_name: str) -> StepPlot:
        plot = StepPlot(theme, f"training.{name}", f"{says.capitalize()} over training steps", says)
        plot.curve(says, colour_name, thin=says == "gradient norm")
        plot.getAxis("bottom").setStyle(showValues=False)
        plot.getAxis("bottom").setHeight(6)
        return plot

    def _make_row(self) -> None:
        self._readout = ElidedLabel(loss_equation(None), "hint")
        self._readout.set_tip("Point at a curve to read it, turn the wheel to zoom")
        self._readout.setObjectName("training.readout")
        self._part = ZoomButtons()
        self._part.whole_wanted.connect(self.show_whole)
        self._part.moved.connect(self.loss.move_on)
        self._log = QCheckBox("log")
        identify(self._log, "training.log", "Logarithmic axis", "Plot the loss logarithmically")
        self._log.setChecked(True)
        self._log.toggled.connect(self._set_log)
        self._strips = QCheckBox("more")
        tip = "Show the norm of the gradient before clipping, and the learning rate"
        identify(self._strips, "training.strips", "Gradient norm and learning rate", tip)
        self._strips.setChecked(True)
        self._strips.toggled.connect(self._show_strips)
        self.controls = QWidget()
        row = QHBoxLayout(self.controls)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        row.addWidget(self._readout, 1)
        for control in (self._part, self._log, self._strips):
            row.addWidget(control)

    # --- what is drawn ----------------------------------------------------------------------

    def begin(self, record: TrainingRecord | None) -> None:
        """Empty axes for a run, or for none."""
        self._source = None if record is None else _Source.of(record)
        self._floor = None
        self._show(run_curves())
        self.loss.set_legend(FLOOR, FLOOR)
        validates = record is None or record.dataset is None or len(record.dataset.validation) > 0
        self.loss.set_legend(VALIDATION, VALIDATION if validates else f"no {VALIDATION}")
        for strip, name in ((self._gradient, "gradient norm"), (self._rate, "learning rate")):
            strip.set_curve(name, np.empty(0), np.empty(0))
            strip.clear_range()
        for plot in self._plots:
            plot.show_events(())
            plot.set_moment(None)
        self._hint.setVisible(record is None)
        self._point(None)
        self._steps = 1000 if record is None else record.config.steps
        if record is None:
            self.loss.fit(np.array([0.02, 1.2]))  # where a loss usually lies
        self.show_whole()

    def set_choice(self, config: TrainConfig) -> None:
        """What the next run would make small: that is said while none is on show."""
        self._choice = config
        if self._source is None:
            self._point(None)

    def set_floor(self, floor: Floor | None) -> None:
        """The loss of a perfect denoiser, drawn under those of the run."""
        self._floor = floor
        self.draw()

    def set_others(self, records: list[TrainingRecord]) -> None:
        """Lay other runs over this one."""
        wanted = {over(record): record for record in records}
        for name in [n for n in self._others if n not in wanted]:
            self.loss.remove_curve(name)
            del self._others[name], self._looks[name]
        for name, record in wanted.items():
            if name not in self._others:
                used = list(self._looks.values())
                self._looks[name] = min(LOOKS, key=used.count)  # the first that is free
                self.loss.curve(name, *self._looks[name], says=record.title)
            self.loss.set_legend(name, self._says(record))
            self._others[name] = _Source.of(record)
        self.draw()

    def _says(self, other: TrainingRecord) -> str:
        """What differs, and whether its loss is one that cannot be compared with that on show."""
        if self._source is None:
            return other.title
        own = self._source.record
        words = told_apart((own, other))[1]
        words = other.title if words == other.title else f"{other.title}: {words}"
        another = has_another_loss(own.config, other.config)
        return f"{words} (another loss)" if another else words

    def reset(self) -> None:
        """The whole run on a logarithmic axis, with everything shown."""
        self._log.setChecked(True)
        self._strips.setChecked(True)
        self.show_whole()

    def set_moment(self, step: float | None) -> None:
        """Mark the step whose samples are on show."""
        for plot in self._plots:
            plot.set_moment(step)

    def draw(self) -> None:
        """Take in what the records have by now."""
        if self._source is not None and self._source.history is not self._source.record.history:
            self._source = _Source.of(self._source.record)  # it was read again from the start
        if self._whole:
            with_others = [s for s in (self._source, *self._others.values()) if s is not None]
            ends = [s.history.steps.view()[-1] for s in with_others if len(s.history)]
            if ends:
                most = max(self._steps, *(s.record.config.steps for s in with_others))
                self.loss.show_whole(min(most, round_up(max(10, 1.1 * max(ends)))))
        self._draw_in_view()

    def _draw_in_view(self) -> None:
        view = self.loss.shown_steps
        shown: list[np.ndarray] = []
        lines: tuple[Points, ...] = (NONE, NONE, NONE)
        if self._source is not None and len(self._source.history):
            lines = self._draw_run(self._source, view)
            shown += [lines[0][1], lines[2][1]]
        self._show(run_curves(*lines, floor=self._floor_line(view)))
        for name, source in self._others.items():
            if source.history is not source.record.history:
                source = self._others[name] = _Source.of(source.record)
            if len(source.history):
                steps, part = source.part(*view)
                x, y = middle(source.smooth, steps, part, SMOOTH_POINTS)
                self.loss.set_line(name, x, y)
                shown.append(y)
        if self._floor is not None:
            shown += self._floor_in_view(self._floor.mean, shown)
        self.loss.fit(*shown)

    def _show(self, curves: Iterable[Curve]) -> None:
        for curve in curves:
            self.loss.show_curve(curve)

    def _floor_in_view(self, mean: float, curves: list[np.ndarray]) -> list[np.ndarray]:
        """What of the floor is to be in view: on a logarithmic axis it comes into view when the
        curves get near, since the way down there would press them flat.
        """
        lowest = finite_range(*curves)
        below = self._log.isChecked() and lowest is not None and mean < lowest[0] / NEAR
        self.loss.set_legend(FLOOR, f"{FLOOR} ↓" if below else FLOOR)
        return [] if below else [np.array([mean])]

    def _floor_line(self, view: tuple[float, float]) -> Points:
        """To the end of the run, or of what is in view."""
        if self._floor is None:
            return NONE
        return np.array([0, max(self._steps, view[1])]), np.full(2, self._floor.mean)

    def _draw_run(self, source: _Source, view: tuple[float, float]) -> tuple[Points, ...]:
        """Its losses of each step, smoothed and validated, for the plot of them; all else of it
        is drawn.
        """
        history = source.history
        steps, part = source.part(*view)
        raw = outline(source.loss, steps, part, RAW_BUCKETS)
        smooth = middle(source.smooth, steps, part, SMOOTH_POINTS)
        count = len(history.validation_loss)
        validation = history.validation_steps.view()[:count], history.validation_loss.view()[:count]
        if self._strips.isChecked():
            norm = outline(source.gradient, steps, part, RAW_BUCKETS)
            self._gradient.set_line("gradient norm", *norm, least=1e-6)
            self._gradient.fit(norm[1], least=1e-6)
            rate = outline(source.rate, steps, part, RAW_BUCKETS)
            self._rate.set_line("learning rate", *rate)
            self._rate.fit(rate[1])
        self.loss.show_events(source.record.events, texts=True)
        for strip in (self._gradient, self._rate):
            strip.show_events(source.record.events)
        return raw, smooth, validation

    # --- what the person does ---------------------------------------------------------------

    @property
    def log(self) -> bool:
        """Whether the axis of the losses is logarithmic."""
        return self._log.isChecked()

    @property
    def strips(self) -> tuple[StepPlot, ...]:
        """The low plots under the loss."""
        return self._gradient, self._rate

    @property
    def _plots(self) -> tuple[StepPlot, ...]:
        return self.loss, self._gradient, self._rate

    @Slot()
    def show_whole(self) -> None:
        """All steps so far, and all to come while the run goes on."""
        self._whole = True
        self._part.hide()
        self.loss.show_whole(self._steps)
        self.draw()

    @Slot()
    def _zoomed(self) -> None:
        self._whole = False
        self._part.show()

    @Slot()
    def _range_changed(self) -> None:
        if not self._whole:
            self._draw_in_view()

    @Slot(bool)
    def _set_log(self, log: bool) -> None:
        self.loss.set_log_axis(log)
        self.loss.fit(np.array([0.02, 1.2]))
        self._draw_in_view()

    @Slot()
    def _show_strips(self) -> None:
        room = self.height() > 240  # in a narrow dock the loss alone must do
        for strip in (self._gradient, self._rate):
            strip.setVisible(self._strips.isChecked() and room)
        self._draw_in_view()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_strips()

    @Slot(object)
    def _point(self, step: float | None) -> None:
        """Read the run at a step, and mark the step in all plots."""
        found = {} if step is None or self._source is None else self._source.history.at(step)
        for plot in self._plots:
            plot.point_at(found.get("step"))
        if not found:
            config = self._choice if self._source is None else self._source.record.config
            self._readout.setText(loss_equation(config))
            return
        words = [f"step {found.pop('step'):,}"]
        words += [f"{name} {value:.3g}" for name, value in found.items()]
        near = [
            event.text or event.kind
            for event in self._source.record.events
            if abs(event.step - step) < 0.01 * (self.loss.shown_steps[1] - self.loss.shown_steps[0])
        ]
        self._readout.setText("   ".join(words + near[-1:]))


def over(record: TrainingRecord) -> str:
    """The curve of a run that lies over another: a folder may be called as it likes, ``train``
    too, and two in different places may be called alike.
    """
    return str(record.path.absolute())
