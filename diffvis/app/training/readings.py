"""Run folders that the window looks into: opened once, then looked at again and again."""

from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from diffvis.app.failure import Failure
from diffvis.app.workers.aside import Aside
from diffvis.data.dataset import Dataset
from diffvis.viewing.run_reading import RunReading, open_reading
from diffvis.viewing.training_record import TrainingRecord

LOOK_MS = 1000  # between looks at a folder that another process may be writing


class Readings(QObject):
    """Knows a record for each folder that was asked for, and keeps those records up to date."""

    opened = Signal(object)  # TrainingRecord: its configuration is known, its curves are to come
    changed = Signal(object)  # TrainingRecord: there is more to draw
    failed = Signal(object, object)  # Path, Failure

    def __init__(self, aside: Aside, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._aside = aside
        self._readings: dict[Path, RunReading | None] = {}  # None: asked for
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self.look)

    def record(self, path: Path) -> TrainingRecord | None:
        """The record of a folder, if it has been opened."""
        reading = self._readings.get(path)
        return None if reading is None else reading.record

    def open(self, path: Path, dataset: Dataset | None = None) -> None:
        """Read a folder; ``opened`` follows, and ``changed`` as often as there is more."""
        if path in self._readings:
            self.look()
            return
        self._readings[path] = None
        self._ask(path, lambda: open_reading(path, dataset))

    def keep(self, wanted: set[Path]) -> None:
        """Forget the other folders: what was read of them takes memory."""
        for path in set(self._readings) - wanted:
            self.forget(path)

    def forget(self, path: Path) -> None:
        """The folder is not there any more under this name."""
        self._aside.drop(_key(path))
        self._readings.pop(path, None)

    def watch(self, on: bool) -> None:
        """Look now and again, or not while nobody sees it."""
        if on and not self._timer.isActive():
            self._timer.start()
            self.look()
        elif not on:
            self._timer.stop()

    @Slot()
    def look(self) -> None:
        """Look at all folders once."""
        for path, reading in self._readings.items():
            if reading is not None and not self._aside.asked(_key(path)):
                self._ask(path, reading.read)

    def _ask(self, path: Path, work: object) -> None:
        def heard(item: object) -> None:
            if path not in self._readings:
                return
            if isinstance(item, RunReading):
                self._readings[path] = item
                self.opened.emit(item.record)
                return
            reading = self._readings[path]
            if item.again or len(item.steps) or item.validations or item.events or item.previews:
                self.changed.emit(reading.record)

        def failed(failure: Failure) -> None:
            self._readings.pop(path, None)
            self.failed.emit(path, failure)

        def ended() -> None:
            if self._readings.get(path) is not None:
                self.changed.emit(self._readings[path].record)

        self._aside.ask(_key(path), work, heard, failed, ended)


def _key(path: Path) -> str:
    return f"run {path}"
