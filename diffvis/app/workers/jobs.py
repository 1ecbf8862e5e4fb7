"""Short background work: opening data and models, walking a forward chain."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from PySide6.QtCore import QObject, Signal, Slot

from diffvis.app.failure import Failure
from diffvis.app.workers.worker import Worker

REPORT_SECONDS = 0.1  # between reports of progress

Report = Callable[[int, int], None]
"""``report(done, total)``: a job says how far it is. It raises where the job is not wanted any
more, so that long work ends soon.
"""


class _JobCancelled(Exception):  # noqa: N818 - it is no error
    """The person, or the closing window, wants no answer any more."""


@dataclass(frozen=True)
class JobRequest:
    """``function(report)`` is called in the worker's thread; its answer carries the same key."""

    key: str
    generation: int
    function: Callable[[Report], object]
    cancelled: threading.Event = field(default_factory=threading.Event)


class _JobWorker(Worker):
    answered = Signal(object, object)  # JobRequest, value
    progressed = Signal(object, float)  # JobRequest, part of the work that is done

    def __init__(self) -> None:
        super().__init__("jobs")
        self._reported_at = 0.0

    def job(self, request: JobRequest) -> Iterator[object]:
        def report(done: int, total: int) -> None:
            if request.cancelled.is_set():
                raise _JobCancelled
            now = time.monotonic()
            if now - self._reported_at >= REPORT_SECONDS:
                self._reported_at = now
                self.progressed.emit(request, done / max(1, total))

        def run() -> Iterator[object]:
            try:
                answer = request.function(report)
            except _JobCancelled:
                return
            yield request, answer

        return run()

    def handle(self, item: tuple[JobRequest, object]) -> None:
        self.answered.emit(*item)


class Jobs(QObject):
    """Runs functions one after another in one thread; answers arrive in the window's thread.

    A later job with the same key makes an earlier one unwanted: it is ended where it says how far
    it is, and its answer is thrown away.
    """

    busy_changed = Signal(str)  # what is being done, or "" when nothing is
    progressed = Signal(float)  # part of it that is done, 0 to 1
    cancelled = Signal()  # a job ended without an answer

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._worker = _JobWorker()
        self._worker.answered.connect(self._answer)
        self._worker.failed.connect(self._fail)
        self._worker.finished.connect(self._next)
        self._worker.progressed.connect(self._progress)
        self._waiting: list[tuple[JobRequest, str]] = []
        self._current: JobRequest | None = None
        self._title = ""
        self._generation: dict[str, int] = {}
        self._callbacks: dict[tuple[str, int], tuple[Callable, Callable | None]] = {}

    def run(
        self,
        key: str,
        function: Callable[[Report], object],
        done: Callable[[object], None],
        failed: Callable[[Failure], None] | None = None,
        title: str = "Working",
    ) -> None:
        """Call ``function(report)`` in the background, then ``done(value)`` or ``failed(failure)``
        in the window's thread. A job that is cancelled answers nothing.
        """
        self.forget(key)
        generation = self._generation[key]
        self._callbacks[key, generation] = (done, failed)
        self._waiting.append((JobRequest(key, generation, function), title))
        if self._current is None:
            self._start_next()
        else:
            self._say()

    def forget(self, key: str) -> None:
        """Want no answer any more of jobs with the key; one that is being done ends soon."""
        self._generation[key] = self._generation.get(key, 0) + 1
        for waiting in [w for w in self._waiting if w[0].key == key]:
            self._waiting.remove(waiting)
            del self._callbacks[key, waiting[0].generation]
        if self._current is not None:
            if self._current.key == key:
                self._current.cancelled.set()
            self._say()

    def wanted(self, key: str) -> bool:
        """Whether an answer of a job with the key is still to come."""
        return (key, self._generation.get(key, 0)) in self._callbacks

    @property
    def idle(self) -> bool:
        return self._current is None and not self._waiting

    @Slot()
    def cancel(self) -> None:
        """Give up what is being done, as soon as it next says how far it is."""
        if self._current is not None:
            self._current.cancelled.set()

    def ask_to_stop(self) -> None:
        self._waiting.clear()
        self.cancel()
        self._worker.ask_to_stop()

    def wait(self) -> bool:
        return self._worker.wait()

    def _start_next(self) -> None:
        if not self._waiting:
            self._current, self._title = None, ""
            self._say()
            return
        self._current, self._title = self._waiting.pop(0)
        self._say()
        self._worker.start(self._current)

    def _say(self) -> None:
        waiting = f" ({len(self._waiting)} waiting)" if self._waiting else ""
        self.busy_changed.emit(self._title + waiting)

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
    def _next(self, request: JobRequest) -> None:
        unanswered = self._callbacks.pop((request.key, request.generation), None) is not None
        if unanswered and self._generation[request.key] == request.generation:
            self.cancelled.emit()
        self._start_next()

    @Slot(object, float)
    def _progress(self, request: JobRequest, part: float) -> None:
        if request is self._current:
            self.progressed.emit(part)
