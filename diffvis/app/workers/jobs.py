"""Short background work: opening data and models, walking a forward chain."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal, Slot

from diffvis.app.workers.worker import Failure, Worker


@dataclass(frozen=True)
class JobRequest:
    """``function()`` is called in the worker's thread; its answer carries the same key."""

    key: str
    generation: int
    function: Callable[[], object]


class _JobWorker(Worker):
    answered = Signal(object, object)  # JobRequest, value

    def __init__(self) -> None:
        super().__init__("jobs")

    def job(self, request: JobRequest) -> Iterator[object]:
        def run() -> Iterator[object]:
            yield request, request.function()

        return run()

    def handle(self, item: tuple[JobRequest, object]) -> None:
        self.answered.emit(*item)


class Jobs(QObject):
    """Runs functions one after another in one thread; answers arrive in the window's thread.

    A later job with the same key makes the answer of an earlier one unwanted: it is thrown away.
    """

    busy_changed = Signal(str)  # what is being done, or "" when nothing is

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._worker = _JobWorker()
        self._worker.answered.connect(self._answer)
        self._worker.failed.connect(self._fail)
        self._worker.finished.connect(self._next)
        self._waiting: list[tuple[JobRequest, str]] = []
        self._current: JobRequest | None = None
        self._generation: dict[str, int] = {}
        self._callbacks: dict[tuple[str, int], tuple[Callable, Callable | None]] = {}

    def run(
        self,
        key: str,
        function: Callable[[], object],
        done: Callable[[object], None],
        failed: Callable[[Failure], None] | None = None,
        title: str = "Working",
    ) -> None:
        """Call ``function`` in the background, then ``done(value)`` or ``failed(failure)`` here."""
        generation = self._generation.get(key, 0) + 1
        self._generation[key] = generation
        self._callbacks[key, generation] = (done, failed)
        request = JobRequest(key, generation, function)
        for waiting in [w for w in self._waiting if w[0].key == key]:
            self._waiting.remove(waiting)
            del self._callbacks[key, waiting[0].generation]
        self._waiting.append((request, title))
        if self._current is None:
            self._start_next()

    @property
    def idle(self) -> bool:
        return self._current is None and not self._waiting

    def ask_to_stop(self) -> None:
        self._waiting.clear()
        self._worker.ask_to_stop()

    def wait(self) -> bool:
        return self._worker.wait()

    def _start_next(self) -> None:
        if not self._waiting:
            self._current = None
            self.busy_changed.emit("")
            return
        self._current, title = self._waiting.pop(0)
        self.busy_changed.emit(title)
        self._worker.start(self._current)

    @Slot(object, object)
    def _answer(self, request: JobRequest, value: object) -> None:
        done, _ = self._callbacks.pop((request.key, request.generation))
        if self._generation[request.key] == request.generation:
            done(value)

    @Slot(object)
    def _fail(self, failure: Failure) -> None:
        request = failure.request
        _, failed = self._callbacks.pop((request.key, request.generation))
        if failed is not None and self._generation[request.key] == request.generation:
            failed(failure)
        self._start_next()

    @Slot(object)
    def _next(self, _request: object) -> None:
        self._start_next()
