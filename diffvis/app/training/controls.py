"""How far a run is, and the buttons that start, pause, stop and save it."""

from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from diffvis.app.widgets.fields import button, identify, label
from diffvis.viewing.training_record import TrainingRecord

PROGRESS_PARTS = 1000
START = "Start"


class Phase(Enum):
    """Where the workspace is; the words are what the person reads."""

    IDLE = "Idle"
    TRAINING = "Training"
    PAUSED = "Paused"
    STOPPING = "Saving"


@dataclass(frozen=True)
class Next:
    """What the button for it does, and why it can do nothing where ``possible`` is false."""

    word: str
    says: str
    possible: bool = True


class RunControls(QWidget):
    """Always in sight. Only shows and offers; the workspace connects the buttons."""

    def __init__(self) -> None:
        super().__init__()
        self.start = button(START, "training.start", "Start training", "Train a new model")
        self.pause = button("Pause", "training.pause", "Pause or resume", "Hold the run, or go on")
        self.stop = button(
            "Stop", "training.stop", "Stop training", "Stop and save; Reverse then steps the model"
        )
        self.save = button(
            "Save", "training.save", "Save a checkpoint", "Save a checkpoint now and go on"
        )
        self._status = label("", "hint")
        self._status.setObjectName("training.status")
        self._status.setWordWrap(True)
        self._progress = QProgressBar()
        identify(self._progress, "training.progress", "Progress of the run")
        self._progress.setTextVisible(False)
        self._progress.setRange(0, PROGRESS_PARTS)

        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self._status)
        column.addWidget(self._progress)
        self._rows = QHBoxLayout(), QHBoxLayout()
        for row in self._rows:
            row.setSpacing(6)
            column.addLayout(row)
        for control in (self.start, self.pause):  # one takes the room of the other that is away
            self._rows[0].addWidget(control, 1)
        self.set_low(False)

    def set_low(self, low: bool) -> None:
        """Whether all buttons stand in one row, where there is little height."""
        for control in (self.stop, self.save):
            self._rows[not low].addWidget(control, 1)  # which takes it from the other

    def offer(self, phase: Phase, does: Next) -> None:
        """Offer what can be done now; what comes next is the button that stands out."""
        going = phase is not Phase.IDLE
        fresh = does.word == START
        self.start.setEnabled(not going)
        self.start.setText(START if fresh or going else "New run")
        self.pause.setEnabled(does.possible and not fresh)
        self.pause.setText("Pause" if fresh else does.word)
        self.pause.setToolTip("Hold the run, or go on" if fresh else does.says)
        for control in (self.stop, self.save):
            control.setEnabled(phase in (Phase.TRAINING, Phase.PAUSED))
        _emphasise(self.start, fresh)
        _emphasise(self.pause, not fresh)

    @Slot(bool)
    def leave_pause(self, away: bool) -> None:
        """The transport has the one button that starts, pauses and goes on."""
        self.pause.setVisible(not away)

    def draw(self, record: TrainingRecord, phase: Phase) -> None:
        """Say how far the run has got."""
        step, steps = record.step, record.config.steps
        self._progress.setValue(min(PROGRESS_PARTS, PROGRESS_PARTS * step // steps))
        if phase is Phase.TRAINING:
            self._status.setText(f"{record.doing.capitalize()}…")
        elif phase is not Phase.IDLE:
            self._status.setText(f"{phase.value} at step {step:,}")

    def say(self, text: str, more: str = "") -> None:
        """How the run has ended; ``more`` is for those who point at it."""
        self._status.setText(text)
        self._status.setToolTip(more)


def _emphasise(control: QPushButton, primary: bool) -> None:
    """Make a button the one that stands out, or not."""
    role = "primary" if primary else ""
    if control.property("role") != role:
        control.setProperty("role", role)
        control.style().unpolish(control)
        control.style().polish(control)
