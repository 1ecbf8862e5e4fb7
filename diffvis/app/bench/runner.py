"""What the Bench is walking, and what it has walked last."""

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from diffvis.app.failure import Failure
from diffvis.app.workers.bench import BenchWorker
from diffvis.viewing.tool_run import ToolRun

LOOK_MS = 30  # how often the window looks how far it has got


class Runner(QObject):
    """One run at a time: a new one ends the one before, whose boards are forgotten."""

    changed = Signal()  # another run, or none
    progressed = Signal()  # it has more boards
    state_changed = Signal()  # it has begun or ended
    failed = Signal(object)  # Failure

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.run: ToolRun | None = None
        self._walking: ToolRun | None = None
        self._seen = -1
        self._worker = BenchWorker()
        self._worker.finished.connect(self._ended)
        self._worker.failed.connect(self._fail)
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self._look)

    @property
    def idle(self) -> bool:
        return self._walking is None

    def begin(self, run: ToolRun) -> None:
        self.run = self._walking = run
        self._seen = -1
        self._worker.start(run)
        self._timer.start()
        self.changed.emit()
        self.state_changed.emit()

    @Slot()
    def stop(self) -> None:
        """Walk no further; what there is stays."""
        if self._walking is not None:
            self._worker.cancel()
            self._end()

    def forget(self) -> None:
        """Stop, and keep nothing."""
        self.stop()
        if self.run is not None:
            self.run = None
            self.changed.emit()

    def ask_to_stop(self) -> None:
        self._timer.stop()
        self._worker.ask_to_stop()

    def wait(self) -> bool:
        return self._worker.wait()

    def _end(self) -> None:
        self._walking = None
        self._timer.stop()
        self._look()
        self.state_changed.emit()

    @Slot()
    def _look(self) -> None:
        reached = -1 if self.run is None else self.run.reached
        if reached != self._seen:
            self._seen = reached
            self.progressed.emit()

    @Slot(object)
    def _ended(self, run: object) -> None:
        if run is self._walking and run is not None:
            self._end()

    @Slot(object)
    def _fail(self, failure: Failure) -> None:
        if failure.request is self._walking and failure.request is not None:
            self._end()
            self.failed.emit(failure)
