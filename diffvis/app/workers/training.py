"""Trains models, one step a tick, into run folders and records that the window looks at."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

from PySide6.QtCore import Signal, Slot

from diffvis.app.folders import saved_notice
from diffvis.app.notices import About, Notice, NoticeKind
from diffvis.app.workers.going import Going, in_turns, share_time
from diffvis.app.workers.polite import be_polite
from diffvis.app.workers.worker import Worker
from diffvis.errors import UserError
from diffvis.models.model import Model
from diffvis.training.progress import Progress
from diffvis.training.run import check_new
from diffvis.training.snapshot import snapshot
from diffvis.training.threads import allowed_threads
from diffvis.viewing.run_reading import read_past
from diffvis.viewing.training_record import TrainingRecord

SAVE_SECONDS = 8.0  # that the end of a desktop waits for a checkpoint


@dataclass(frozen=True, eq=False)
class Snapshot:
    """The model of a run as it was after ``ema.steps`` steps."""

    record: TrainingRecord
    purpose: str
    ema: Model
    raw: Model | None


class TrainingWorker(Worker):
    """Each request is a TrainingRecord of its own; those that are to be trained together with it
    take turns with it, and all that is asked for is done to each. Closing the job saves them.
    """

    noticed = Signal(object)  # Notice
    held = Signal(object)  # the record of a run that cannot go on until something is put right
    caught_up = Signal()  # the records have all losses up to a pause, and all that was asked for
    snapshot_taken = Signal(object)  # Snapshot
    _save_asked = Signal()
    _word_asked = Signal(object)  # threading.Event
    _preview_asked = Signal()
    _rate_asked = Signal(float)
    _snapshot_asked = Signal(object, str, bool)

    def __init__(self) -> None:
        super().__init__("training")
        self._runs: list[Going] = []
        self._save_asked.connect(self._save)
        self._word_asked.connect(self._give_word)
        self._preview_asked.connect(self._preview)
        self._rate_asked.connect(self._change_rate)
        self._snapshot_asked.connect(self._take_snapshot)

    def save(self) -> None:
        """Ask for a checkpoint now, also while the run is paused."""
        self._save_asked.emit()

    def save_and_wait(self, limit_s: float = SAVE_SECONDS) -> None:
        """Ask for a checkpoint and wait until it is there, or for so long at most."""
        saved = threading.Event()
        self._save_asked.emit()
        self._word_asked.emit(saved)
        saved.wait(limit_s)

    def preview(self) -> None:
        """Ask for samples of the present weights, also while the run is paused."""
        self._preview_asked.emit()

    def change_learning_rate(self, lr: float) -> None:
        """Take the steps to come at this rate."""
        self._rate_asked.emit(lr)

    def take_snapshot(self, record: TrainingRecord, purpose: str, raw: bool = False) -> None:
        """Ask for a copy of the model of a run as it is between two steps, with the raw weights or
        not.
        """
        self._snapshot_asked.emit(record, purpose, raw)

    def job(self, request: TrainingRecord) -> Iterator[object]:
        return self._train(request)

    def _train(self, request: TrainingRecord) -> Iterator[tuple[Going, Progress]]:
        be_polite(allowed_threads())  # all, however few the window has taken for itself
        with ExitStack() as closing:
            runs: list[Going] = []
            for record in self._wanted(request):
                runs.append(Going(record))
                closing.callback(runs[-1].run.close)
            self._runs = runs
            try:
                yield from in_turns(runs)
            finally:
                self._runs = []
                for going in runs:
                    going.read()
                    going.record.step = going.run.state.step
                self.caught_up.emit()  # no step follows; what is left is to save

    def _wanted(self, request: TrainingRecord) -> tuple[TrainingRecord, ...]:
        """The runs to train. No folder is made for the first where another one cannot begin."""
        if request.resume:
            read_past(request)  # it is looked at while the network is made
            self.caught_up.emit()
        for record in request.together[1:]:
            check_new(record.config, record.dataset)
        return request.together or (request,)

    @property
    def _live(self) -> list[Going]:
        return [going for going in self._runs if not going.over]

    def handle(self, item: tuple[Going, Progress]) -> None:
        going, progress = item
        going.take(progress)
        if progress.kind == "step" and going.is_due:
            self._read()
        elif progress.kind == "preview" and going.looking:
            going.looking = False
            if not any(each.looking for each in self._live):
                self._pause(True)
        elif progress.kind == "notice":
            kind = NoticeKind.WARNING
            words = progress.problem, progress.remedy
            self.noticed.emit(Notice(*words, kind, about=About.RUN))
            if progress.paused:  # trying again at once would not help
                self._pause(True)
                self.held.emit(self._request)

    @Slot(bool)
    def _pause(self, paused: bool) -> None:
        for going in self._live:
            if paused != self._paused:
                going.run.pause() if paused else going.run.go_on()
            going.looking = False
        super()._pause(paused)
        self._read()
        self.caught_up.emit()

    def _read(self) -> None:
        for going in self._runs:
            going.read()
        share_time(self._live)

    @Slot()
    def _save(self) -> None:
        for going in self._live:
            try:
                saved = going.run.checkpoint_now()
            except UserError as error:
                self.noticed.emit(Notice.refusing(error, About.RUN))
            else:
                title = f"Saved step {saved.step:,}"
                self.noticed.emit(saved_notice(title, saved.path, self.noticed.emit, About.RUN))

    @Slot(object)
    def _give_word(self, done: threading.Event) -> None:
        """All that was asked for before has been done."""
        done.set()

    @Slot()
    def _preview(self) -> None:
        for going in self._live:
            going.run.preview_now()
            if self._paused:  # go on until it is there, which takes no step
                going.looking = True
                self._timer.start()

    @Slot(float)
    def _change_rate(self, lr: float) -> None:
        for going in self._live:
            before = going.run.learning_rate
            try:
                going.run.change_learning_rate(lr)
            except UserError as error:
                self.noticed.emit(Notice.refusing(error, About.RUN))
                return
            step = going.run.state.step
            going.record.happened(step, "learning rate", f"{before:.3g} -> {lr:.3g}")
        if self._live:
            self.caught_up.emit()

    @Slot(object, str, bool)
    def _take_snapshot(self, record: TrainingRecord, purpose: str, raw: bool) -> None:
        for going in self._runs:
            if going.record is record:
                state = going.run.state
                name = f"{record.name} · step {state.step:,}"
                ema = snapshot(state, name, record.path)
                other = snapshot(state, name, raw=True) if raw else None
                self.snapshot_taken.emit(Snapshot(record, purpose, ema, other))
