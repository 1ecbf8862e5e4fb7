"""The runs that are kept, between the list of them and what is read of their folders."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from diffvis.app.failure import Failure
from diffvis.app.training.readings import Readings
from diffvis.app.training.runs import RunsPage
from diffvis.app.training.trainer import Trainer
from diffvis.viewing.training_record import TrainingRecord


class RunSelection(QObject):
    """Finds the record of a run, whoever writes it, and keeps the list and the records in step."""

    show_wanted = Signal(object)  # TrainingRecord to put on show, or None: it is gone
    changed = Signal(object)  # TrainingRecord: there is more to draw
    others_changed = Signal()  # the runs laid over the one on show
    renamed = Signal(object, object)  # Path before, Path now
    failed = Signal(object)  # Failure

    def __init__(self, runs: RunsPage, readings: Readings, trainer: Trainer) -> None:
        super().__init__(runs)
        self._runs, self._readings, self._trainer = runs, readings, trainer
        self._shown: Path | None = None
        self._wanted: Path | None = None  # to be shown as soon as it is open
        runs.chosen.connect(self.open)
        runs.laid_over.connect(self._lay_over)
        runs.renamed.connect(self._renamed)
        runs.deleted.connect(self._deleted)
        readings.opened.connect(self._opened)
        readings.changed.connect(self._changed)
        readings.failed.connect(self._not_opened)

    @Slot(object)
    def open(self, path: Path) -> None:
        """Ask for a run to be shown, and follow it if another process trains it."""
        mine = self._trainer.record_at(path)
        if mine is not None:
            self.show_wanted.emit(mine)
            return
        self._runs.add(path)
        known = self._readings.record(path)
        self._wanted = path if known is None else None
        if known is not None:
            self.show_wanted.emit(known)
        self._readings.open(path)

    def shows(self, path: Path | None) -> None:
        """Which run is on show now."""
        self._shown = path
        self._runs.select(path)

    def others(self) -> list[TrainingRecord]:
        """The runs that are ticked, but for the one on show; the rest is forgotten."""
        found = []
        for path in self._runs.ticked():
            record = self._trainer.record_at(path) or self._readings.record(path)
            if record is not None and path != self._shown:
                found.append(record)
        self._readings.keep({p for p in (self._shown, self._wanted, *self._runs.ticked()) if p})
        return found

    @Slot(object)
    def _lay_over(self, paths: list[Path]) -> None:
        for path in paths:
            if self._trainer.record_at(path) is None:
                self._readings.open(path)
        self.others_changed.emit()

    @Slot(object, object)
    def _renamed(self, before: Path, now: Path) -> None:
        self._readings.forget(before)
        self.renamed.emit(before, now)
        self._lay_over(self._runs.ticked())

    @Slot(object)
    def _deleted(self, path: Path) -> None:
        self._readings.forget(path)
        if path == self._shown:
            self.show_wanted.emit(None)
        self.others_changed.emit()

    @Slot(object)
    def _opened(self, record: TrainingRecord) -> None:
        if record.path == self._wanted:
            self._wanted = None
            self.show_wanted.emit(record)
        self.others_changed.emit()

    @Slot(object)
    def _changed(self, record: TrainingRecord) -> None:
        self.changed.emit(record)
        if record.path != self._shown and record.path in self._runs.ticked():
            self.others_changed.emit()

    @Slot(object, object)
    def _not_opened(self, path: Path, failure: Failure) -> None:
        self._wanted = None if path == self._wanted else self._wanted
        self.failed.emit(failure)
