"""Trains a model, one step a tick, into a run folder and a record that the window looks at."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from PySide6.QtCore import Signal, Slot

from diffvis.app.folders import saved_notice
from diffvis.app.notices import About, Notice, NoticeKind
from diffvis.app.workers.polite import be_polite
from diffvis.app.workers.worker import Worker
from diffvis.bugs.training import fault_of
from diffvis.errors import UserError
from diffvis.models.model import Model
from diffvis.training.memory import process_bytes
from diffvis.training.progress import Progress, Step
from diffvis.training.run import RunFolder, TrainingRun, create_run, train_run
from diffvis.training.snapshot import snapshot
from diffvis.training.threads import allowed_threads
from diffvis.viewing.film import TrainingFrame
from diffvis.viewing.run_reading import read_past
from diffvis.viewing.training_record import TrainingRecord, memory_text

READ_SECONDS = 0.05  # between looks at losses: reading one waits for a GPU
SAVE_SECONDS = 8.0  # that the end of a desktop waits for a checkpoint


@dataclass(frozen=True, eq=False)
class Snapshot:
    """The model of a run as it was after ``ema.steps`` steps."""

    record: TrainingRecord
    purpose: str
    ema: Model
    raw: Model | None


class TrainingWorker(Worker):
    """Each request is a TrainingRecord of its own. Closing the job saves a checkpoint."""

    noticed = Signal(object)  # Notice
    held = Signal(object)  # the record of a run that cannot go on until something is put right
    caught_up = Signal()  # the record has all losses up to a pause, and all that was asked for
    snapshot_taken = Signal(object)  # Snapshot
    _save_asked = Signal()
    _word_asked = Signal(object)  # threading.Event
    _preview_asked = Signal()
    _rate_asked = Signal(float)
    _snapshot_asked = Signal(str, bool)

    def __init__(self) -> None:
        super().__init__("training")
        self._run: TrainingRun | None = None
        self._record: TrainingRecord | None = None
        self._unread: list[Step] = []
        self._read_at = 0.0
        self._looking = False  # a preview is made although the run is paused
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

    def take_snapshot(self, purpose: str, raw: bool = False) -> None:
        """Ask for a copy of the model as it is between two steps, with the raw weights or not."""
        self._snapshot_asked.emit(purpose, raw)

    def job(self, request: TrainingRecord) -> Iterator[object]:
        return self._train(request)

    def _train(self, record: TrainingRecord) -> Iterator[Progress]:
        be_polite(allowed_threads())  # all, however few the window has taken for itself
        self._record, self._looking = record, False
        if record.resume:
            folder = RunFolder.open(record.path)
            read_past(record)  # it is looked at while the network is made
            self.caught_up.emit()
        else:
            folder = create_run(record.path, record.config, record.dataset)
        fault = fault_of(record.config)
        run = train_run(
            record.config, folder, resume=record.resume, dataset=record.dataset, fault=fault
        )
        if record.resume:
            if record.step != run.state.step:  # no checkpoint is as new as the losses were
                read_past(record)
                record.step = run.state.step
            known = [event.step for event in record.events if event.kind == "resumed"]
            if record.step not in known:
                record.happened(record.step, "resumed")  # not written to the folder yet
        self._run = run
        record.device = _device_text(run.state.device)
        record.memory = memory_text(process_bytes())
        try:
            yield from run
        finally:
            self._read()
            self._run = None
            record.step = run.state.step
            self.caught_up.emit()  # no step follows; what is left is to save
            run.close()

    def handle(self, item: Progress) -> None:
        record = self._record
        if item.steps != record.config.steps:  # planned anew
            record.config = record.config.changed(steps=item.steps)
        if item.kind == "step":
            self._unread.append(item)
            if time.monotonic() - self._read_at > READ_SECONDS:
                self._read()
        elif item.kind == "working":
            what = {"validation": "validating", "preview": "sampling"}.get(item.what, item.what)
            record.doing = f"{what}, {item.fraction:.0%}" if item.fraction else what
        elif item.kind == "validation":
            self._read()
            record.history.append_validation(item.step, item.loss, item.loss_by_t)
        elif item.kind == "preview":
            self._read()
            record.film.append(TrainingFrame(item.step, item.x0, item.chain))
            if self._looking:
                self._looking = False
                self._pause(True)
        elif item.kind == "notice":
            record.happened(item.step, "notice", item.problem)
            kind = NoticeKind.WARNING
            self.noticed.emit(Notice(item.problem, item.remedy, kind, about=About.RUN))
            if item.paused:  # trying again at once would not help
                self._pause(True)
                self.held.emit(record)
        elif item.kind == "stopped":
            record.happened(item.step, "finished", item.reason)

    @Slot(bool)
    def _pause(self, paused: bool) -> None:
        if self._run is not None and paused != self._paused:
            self._run.pause() if paused else self._run.go_on()
        super()._pause(paused)
        self._looking = False
        self._read()
        self.caught_up.emit()

    def _read(self) -> None:
        """Put the losses of the steps since last time into the record."""
        self._read_at = time.monotonic()
        unread, self._unread = self._unread, []
        if not unread:
            return
        record, last = self._record, unread[-1]
        record.history.append(
            np.array([step.step for step in unread]),
            _numbers(torch.stack([step.loss for step in unread])),
            _numbers(torch.stack([step.gradient_norm for step in unread])),
            np.array([step.learning_rate for step in unread]),
        )
        record.history.append_by_t(
            torch.cat([step.t for step in unread]).numpy(),
            _numbers(torch.cat([step.loss_by_sample for step in unread])),
            len(unread),
        )
        record.steps_per_second = last.steps_per_second
        record.seconds_left = last.time_left
        record.step = last.step
        record.doing = "training"
        record.memory = memory_text(process_bytes())
        if self._run is not None:
            record.device = _device_text(self._run.state.device)

    @Slot()
    def _save(self) -> None:
        if self._run is None:
            return
        try:
            saved = self._run.checkpoint_now()
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
        if self._run is None:
            return
        self._run.preview_now()
        if self._paused:  # go on until it is there, which takes no step
            self._looking = True
            self._timer.start()

    @Slot(float)
    def _change_rate(self, lr: float) -> None:
        if self._run is None:
            return
        before = self._run.learning_rate
        try:
            self._run.change_learning_rate(lr)
        except UserError as error:
            self.noticed.emit(Notice.refusing(error, About.RUN))
            return
        step = self._run.state.step
        self._record.happened(step, "learning rate", f"{before:.3g} -> {lr:.3g}")
        self.caught_up.emit()

    @Slot(str, bool)
    def _take_snapshot(self, purpose: str, raw: bool) -> None:
        if self._run is None:
            return
        state, record = self._run.state, self._record
        name = f"{record.name} · step {state.step:,}"
        ema = snapshot(state, name, record.path)
        other = snapshot(state, name, raw=True) if raw else None
        self.snapshot_taken.emit(Snapshot(record, purpose, ema, other))


def _numbers(values: torch.Tensor) -> np.ndarray:
    return values.float().cpu().numpy()


def _device_text(device: torch.device) -> str:
    if device.type != "cuda":
        return str(device)
    return f"{device} · {torch.cuda.memory_allocated(device) / 2**30:.1f} GB"
