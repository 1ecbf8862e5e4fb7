"""What is trained in this window, from Start to the model that Reverse then steps: one run, or some
that take turns."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from diffvis.app.failure import Failure
from diffvis.app.notices import About, Notice
from diffvis.app.session import Session
from diffvis.app.sources import Sources
from diffvis.app.training.controls import Phase
from diffvis.app.workers.jobs import Jobs
from diffvis.app.workers.training import Snapshot, TrainingWorker
from diffvis.models.model import Model, open_model
from diffvis.viewing.training_record import TrainingRecord

IN_REVERSE, COMPARED = "reverse", "compared"  # what a snapshot is for
DONE, STOPPED = "Done", "Stopped"  # how a run has ended that is saved


class Trainer(QObject):
    """Starts, pauses and stops the run, and those that take turns with it, and says what has become
    of them.
    """

    phase_changed = Signal()
    progressed = Signal()  # the record has all that was asked for: a pause, a change
    snapshot_taken = Signal(object)  # Snapshot, to compare its weights
    ended = Signal()  # ``outcome`` says how
    handed_over = Signal(object)  # TrainingRecord: Reverse steps its model now

    def __init__(self, session: Session, jobs: Jobs, sources: Sources, parent: QWidget) -> None:
        super().__init__(parent)
        self._session, self._jobs, self._sources = session, jobs, sources
        self._record: TrainingRecord | None = None
        self._phase = Phase.IDLE
        self._how = ""
        self._hands_over = False
        self._model_at_stop: Model | None = None
        self.worker = TrainingWorker()
        self.worker.finished.connect(self._ended)
        self.worker.failed.connect(self._failed)
        self.worker.noticed.connect(session.notice)
        self.worker.held.connect(self._held)
        self.worker.caught_up.connect(self.progressed)
        self.worker.snapshot_taken.connect(self._snapshot_taken)

    @property
    def phase(self) -> Phase:
        return self._phase

    @property
    def running(self) -> bool:
        """Whether a run is under way, also while it is paused or being saved."""
        return self._phase is not Phase.IDLE

    @property
    def hands_over(self) -> bool:
        """Whether the model that changes just now comes from here, not from the person."""
        return self._hands_over

    @property
    def record(self) -> TrainingRecord | None:
        """The run under way, or the last one."""
        return self._record

    @property
    def records(self) -> tuple[TrainingRecord, ...]:
        """The run under way, or the last one, and all that take turns with it."""
        if self._record is None:
            return ()
        return self._record.together or (self._record,)

    def record_at(self, path: Path) -> TrainingRecord | None:
        """That of these runs which is in this folder."""
        return next((record for record in self.records if record.path == path), None)

    def outcome(self, record: TrainingRecord) -> tuple[str, str]:
        """How one of these runs has ended, and more for those who point at it."""
        if self._how not in (DONE, STOPPED):
            return self._how, ""
        return f"{self._how}, saved as {record.title}", str(record.path)

    def begin(self, record: TrainingRecord) -> None:
        """Train what the record asks for. Nothing else may be under way."""
        self._session.settle(About.RUN)
        self._record, self._how, self._model_at_stop = record, "", None
        self.worker.start(record)
        self._enter(Phase.TRAINING)

    @Slot()
    def toggle_pause(self) -> None:
        self._session.settle(About.RUN)  # Resume tries again what failed
        pause = self._phase is Phase.TRAINING
        self.worker.pause(pause)
        self._enter(Phase.PAUSED if pause else Phase.TRAINING)

    @Slot()
    def stop(self) -> None:
        self._model_at_stop = self._session.model
        self.worker.cancel()
        self._enter(Phase.STOPPING)

    def use_now(self, record: TrainingRecord) -> None:
        """Let Reverse step the model of a run: as it is now, or as it was kept."""
        if self.running and record in self.records:
            self.worker.take_snapshot(record, IN_REVERSE)
        else:
            self._open(record)

    def compare(self, record: TrainingRecord) -> None:
        """Ask for a snapshot of one of these runs with both sets of weights."""
        self.worker.take_snapshot(record, COMPARED, raw=True)

    def _enter(self, phase: Phase) -> None:
        self._phase = phase
        self.phase_changed.emit()

    def _say(self, how: str) -> None:
        self._how = how
        self.ended.emit()

    def _open(self, record: TrainingRecord) -> None:
        device = self._session.device
        self._jobs.run(
            "model", lambda _: open_model(record.path, device), partial(self._use, record),
            self._not_opened, "Opening the trained model",
        )  # fmt: skip

    def _use(self, record: TrainingRecord, model: Model) -> None:
        """Let Reverse step the model, unless other data has been put on show meanwhile."""
        if self._fits(model):
            before, self._hands_over = self._session.model, True
            self._session.set_model(model)
            self._hands_over = False
            title = f"Trained for {model.steps:,} steps: Reverse now steps this model"
            hint = f"the run is kept in {model.path}"
            if model.steps < record.step:
                hint = f"its newest checkpoint; the run has come to step {record.step:,}"
            back = self._session.way_back(before)
            self._session.notice(Notice(title, hint, action=back, about=About.MODEL))
            self.handed_over.emit(record)

    def _fits(self, model: Model) -> bool:
        if model.shape == self._session.data.shape:
            return True
        offer = "Open it with its data", partial(self._sources.open_model, str(model.path))
        hint = f"it is kept in {model.path}"
        title = f"{model.name} is trained on other data"
        self._session.notice(Notice(title, hint, action=offer, about=About.DATA | About.MODEL))
        return False

    # --- what the worker says ---------------------------------------------------------------

    @Slot(object)
    def _held(self, record: TrainingRecord) -> None:
        """The run waits until what is wrong has been put right; Resume tries again."""
        if record is self._record and self._phase is Phase.TRAINING:
            self._enter(Phase.PAUSED)

    @Slot(object)
    def _ended(self, record: TrainingRecord) -> None:
        self._session.settle(About.RUN)
        self._enter(Phase.IDLE)
        if record.step == 0:
            self._say("Stopped before the first step")
            return
        self._say(how := DONE if record.step == record.config.steps else STOPPED)
        if self.worker.asked_to_stop:  # the window closes
            return
        at_stop = self._model_at_stop
        chosen_since = at_stop is not None and self._session.model is not at_stop
        if (how == STOPPED or self.parent().isVisible()) and not chosen_since:
            self._open(record)
            return
        # The person is at something else, which must not be taken away.
        offer = "Step it in Reverse", partial(self._open, record)
        about = About.RUN | About.MODEL
        self._session.notice(Notice(f"{record.title} is trained", action=offer, about=about))

    @Slot(object)
    def _failed(self, failure: Failure) -> None:
        self._enter(Phase.IDLE)
        self._say("The run has ended with an error")
        self._session.notice(Notice.of(failure, About.RUN))

    @Slot(object)
    def _snapshot_taken(self, taken: Snapshot) -> None:
        if taken.purpose == COMPARED:
            self.snapshot_taken.emit(taken)
        elif self._fits(taken.ema):
            before = self._session.model
            self._session.set_model(taken.ema)
            title = f"Reverse now steps the run as it is at step {taken.ema.steps:,}"
            hint = "training goes on; press again for a newer one"
            back = self._session.way_back(before)
            self._session.notice(Notice(title, hint, action=back, about=About.MODEL))

    def _not_opened(self, failure: Failure) -> None:
        about = About.RUN | About.MODEL
        self._session.notice(Notice.of(failure, about, "The trained model could not be opened"))
