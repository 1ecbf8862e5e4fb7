"""The run on show in numbers, and what can be done to it while it goes on."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QComboBox, QGridLayout, QVBoxLayout, QWidget

from diffvis.app.training.controls import Phase
from diffvis.app.training.resumption import Resumption
from diffvis.app.widgets.controls import in_short, mark_wrong
from diffvis.app.widgets.fields import Readouts, button, combo, label, labelled
from diffvis.viewing.training_record import TrainingRecord, Whose

FACTORS = (("× 1/10", 0.1), ("× 1/2", 0.5), ("× 2", 2.0))
READOUTS = (
    ("step", "step"),
    ("speed", "speed"),
    ("left", "left"),
    ("device", "device"),
    ("memory", "memory"),
    ("rate", "learning rate"),
    ("best", "best validation"),
)


class RunPage(QWidget):
    """Only shows and offers; the workspace connects the buttons."""

    rate_wanted = Signal(float)

    def __init__(self) -> None:
        super().__init__()
        self._rate = 0.0
        self._whose = label("", "hint")
        self._whose.setObjectName("training.whose")
        self._whose.setWordWrap(True)
        self._readouts = Readouts(READOUTS, columns=1)
        self.lr_now: QComboBox = combo(
            "training.lr_now",
            "Learning rate from now on",
            [(f"{text} of the present", factor) for text, factor in FACTORS],
            "Choose a factor, or type a rate and press Return: the steps to come take it. "
            "The schedule of the run scales it from here on; the change is marked in the plots",
        )
        self.lr_now.setEditable(True)
        self.lr_now.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.lr_now.setCurrentText("")
        self.lr_now.lineEdit().setPlaceholderText("type a rate, or choose")
        self.lr_now.activated.connect(self._factor_chosen)
        self.lr_now.lineEdit().returnPressed.connect(self._typed)
        self.lr_now.lineEdit().textEdited.connect(lambda _: self._say(""))
        self._wrong = label("", "warning")
        self._wrong.setWordWrap(True)
        self._wrong.hide()
        self.preview = button(
            "Preview now",
            "training.preview_now",
            "Samples of the present weights",
            "Sample the EMA weights on the fixed noise, also while paused",
        )
        self.use_now = button(
            "Use now in Reverse",
            "training.use_now",
            "Use the present weights in Reverse",
            "Reverse takes a copy of the EMA weights as they are; training goes on",
        )
        self.go_on = button(
            "Continue this run",
            "training.continue",
            "Continue the run on show",
        )
        grid = QGridLayout()
        grid.setSpacing(6)
        grid.addWidget(self.preview, 0, 0)
        grid.addWidget(self.go_on, 0, 1)
        grid.addWidget(self.use_now, 1, 0, 1, 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self._whose)
        column.addWidget(self._readouts)
        column.addLayout(labelled("Learning rate from now on", self.lr_now))
        column.addWidget(self._wrong)
        column.addLayout(grid)
        column.addStretch(1)

    def offer(self, running: bool, on_show: bool, further: Resumption) -> None:
        """What can be done: to the run that is trained here, and to the one on show."""
        for control in (self.lr_now, self.preview):
            control.setEnabled(running)
        self.use_now.setEnabled(running or on_show)
        self.go_on.setEnabled(further.config is not None)
        self.go_on.setToolTip(further.says)

    def draw(self, record: TrainingRecord, phase: Phase) -> None:
        step, steps = record.step, record.config.steps
        running = record.is_live or (record.whose is Whose.OURS and phase is not Phase.IDLE)
        self._rate = record.learning_rate
        validations = record.history.validation_loss.view()
        self._set("step", f"{step:,} / {steps:,}")
        self._set("speed", _speed(record.steps_per_second))
        self._set("left", duration(record.seconds_left) if running else "–")
        self._set("device", record.device)
        self._set("memory", record.memory)
        self._set("rate", in_short(self._rate) if self._rate else "")
        self._set("best", f"{validations.min():.4g}" if len(validations) else "")
        words = record.whose.value.capitalize()
        if record.whose is not Whose.OURS and record.state is not None:
            words += f", {record.state}"
        self._whose.setText(words)
        self._whose.setToolTip(str(record.path))

    def _set(self, key: str, text: str) -> None:
        self._readouts.set(key, text or "–")

    @Slot()
    def _factor_chosen(self) -> None:
        factor = self.lr_now.currentData()
        self.lr_now.setCurrentText("")
        if factor is not None and self._rate > 0:
            self._say("")
            self.rate_wanted.emit(self._rate * factor)

    @Slot()
    def _typed(self) -> None:
        text = self.lr_now.currentText().strip()
        if not text:
            self.lr_now.clearFocus()  # the keys are the transport's again
            return
        try:
            rate = float(text)
        except ValueError:
            if self.lr_now.findText(text) < 0:
                self._say(f"learning rate = {text!r} is not possible: give a number above 0")
            return
        if not 0 < rate <= 1:
            self._say(f"learning rate = {text} is not possible: give a number above 0, at most 1")
            return
        self._say("")
        self.rate_wanted.emit(rate)
        self.lr_now.setCurrentText("")
        self.lr_now.clearFocus()

    def _say(self, problem: str) -> None:
        self._wrong.setText(problem)
        self._wrong.setVisible(bool(problem))
        mark_wrong(self.lr_now, bool(problem))


def _speed(rate: float) -> str:
    return f"{rate:,.{0 if rate >= 100 else 1}f} steps/s" if rate else ""


def duration(seconds: float | None) -> str:
    """Seconds as people read them."""
    if seconds is None:
        return ""
    whole = round(seconds)
    hours, minutes = divmod(whole // 60, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {whole % 60} s" if minutes else f"{whole} s"
