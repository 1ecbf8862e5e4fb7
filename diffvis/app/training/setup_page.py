"""The form of a new run, and what the run would cost."""

from PySide6.QtCore import Slot
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from diffvis.app.failure import Failure
from diffvis.app.training.folds import FormScroll
from diffvis.app.training.form import TrainingForm
from diffvis.app.training.run_page import duration
from diffvis.app.training.studies import Studies
from diffvis.app.widgets.fields import label
from diffvis.training.config import TrainConfig
from diffvis.training.trial import Cost

FREE = (
    "steps",
    "minutes",
    "seed",
    "checkpoint_seconds",
    "checkpoints_kept",
    "patience",
    "data_options",
)  # cost no time a step
NO_COST = {name: TrainConfig.model_fields[name].default for name in FREE}


class SetupPage(QWidget):
    """Asks for the cost of the choice while it is in sight and no run is under way."""

    def __init__(self, form: TrainingForm, studies: Studies) -> None:
        super().__init__()
        self._form, self._studies = form, studies
        self._asked: TrainConfig | None = None
        self._cost: Cost | None = None
        self._free = True
        self._label: QLabel = label("", "hint")
        self._label.setObjectName("training.cost")
        self._label.setAccessibleName("What the choice costs")
        self._label.setWordWrap(True)
        self._label.setToolTip(
            "Parameters, floating-point operations of one forward pass of one sample, and the "
            "time of a step, found by taking a few"
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(FormScroll(form), 1)
        column.addWidget(form.error)
        column.addWidget(self._label)
        form.changed.connect(self.ask)
        studies.cost_found.connect(self._found)
        studies.cost_failed.connect(self._failed)

    def set_free(self, free: bool) -> None:
        """Whether the machine is free to try what a step costs."""
        self._free = free
        self._form.setEnabled(free)
        if free:
            self.ask()
        else:
            self._stop()

    def set_low(self, low: bool) -> None:
        """Whether there is so little height that the fields need all of it."""
        self._form.about.setHidden(low)

    @Slot()
    def ask(self) -> None:
        """Find the cost of what the form says, if it is another one than before."""
        config = self._form.check()
        like = None if config is None else config.changed(**NO_COST)
        if like != self._asked:
            self._asked = self._cost = None
            self._label.setText("")
            self._studies.ask_cost(None)
        if config is None or not (self._free and self.isVisible()):
            return
        if self._cost is not None:
            self._say(config)
        elif self._asked is None:
            self._asked = like
            self._label.setText("Finding out what it costs…")
            self._studies.ask_cost(config)

    def _stop(self) -> None:
        """Try nothing any more; what is not known by now is asked again."""
        if self._cost is None or self._cost.step_seconds is None:
            self._asked = self._cost = None
            self._label.setText("")
        self._studies.stop()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.ask()

    def hideEvent(self, event: QHideEvent) -> None:
        """Who does not look is not kept waiting elsewhere by a trial."""
        super().hideEvent(event)
        self._stop()

    @Slot(object)
    def _found(self, cost: Cost) -> None:
        self._cost = cost
        config = self._form.check()
        if config is not None:
            self._say(config)

    @Slot(object)
    def _failed(self, failure: Failure) -> None:
        self._label.setText("")
        self._form.say(f"{failure.title}: {failure.hint}")

    def _say(self, config: TrainConfig) -> None:
        cost = self._cost
        words = f"{cost.parameters:,} parameters · {_flops(cost.flops)} a sample"
        if cost.step_seconds is not None:
            each = cost.step_seconds
            took = f"{1000 * each:.{1 if each < 0.01 else 0}f} ms" if each < 1 else f"{each:.1f} s"
            whole = f"{duration(each * config.steps)} in all"
            if config.minutes:  # without previews and checkpoints, which take little
                whole = f"some {60 * config.minutes / each:,.0f} in {duration(60 * config.minutes)}"
            words += f"\nabout {took} a step, {whole}"
            if self._form.beside:
                words += "; the run beside it takes about as long again"
        else:
            words += "\ntrying a few steps…"
        self._label.setText(words)


def _flops(count: int) -> str:
    for size, unit in ((1e9, "GFLOPs"), (1e6, "MFLOPs"), (1e3, "kFLOPs")):
        if count >= size:
            return f"{count / size:.1f} {unit}"
    return f"{count} FLOPs"
