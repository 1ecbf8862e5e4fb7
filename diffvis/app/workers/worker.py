"""A worker obeys commands between bounded pieces of work, without locks or flags.

A worker is a QObject that lives in a QThread of its own. Its job is an iterator; a zero-interval
timer calls ``next`` on it once a tick, and queued commands (pause, resume, cancel) run between
ticks. Pausing is not calling ``next``; cancelling is ``close``.
"""

import logging
import time
from collections.abc import Iterator

from PySide6.QtCore import QObject, QThread, QTimer, Signal, Slot

from diffvis.app.failure import Failure
from diffvis.errors import UserError
from diffvis.training.memory import give_back

log = logging.getLogger(__name__)

STOP_LIMIT_MS = 10_000
SLICE_MS = 100  # of waiting, after which Python can hear of a signal
GIVE_BACK_S = 10.0
"""Between two times that memory is given back to the system: it takes a moment."""

_running: "set[Worker]" = set()
_given_back_at = 0.0


def still_running() -> "list[Worker]":
    """The workers whose threads have not ended, also those that nobody else knows any more."""
    return [worker for worker in list(_running) if not worker.wait(0)]


def end_all() -> None:
    """Ask every worker to stop, and wait for each."""
    for worker in list(_running):
        worker.ask_to_stop()
    for worker in list(_running):
        worker.wait()


def _give_back_now_and_again() -> None:
    """After a job, in its worker's thread, where nobody waits for it; not while an error is being
    handled, whose traceback holds what the job was working with."""
    global _given_back_at
    now = time.monotonic()
    if now - _given_back_at >= GIVE_BACK_S:
        _given_back_at = now
        give_back()


class Worker(QObject):
    """One job at a time, one ``next`` a tick. Subclasses say what to do with what it yields.

    A worker may be forgotten once it has been asked to stop: it is kept here until its thread has
    ended, since a QThread that is destroyed while it runs ends the process.
    """

    finished = Signal(object)  # the request whose job ran to its end or was cancelled
    failed = Signal(object)  # Failure
    _start_asked = Signal(object)
    _pause_asked = Signal(bool)
    _cancel_asked = Signal()
    _shutdown_asked = Signal()

    def __init__(self, name: str) -> None:
        super().__init__()
        self._job: Iterator[object] | None = None
        self._request: object = None
        self._paused = False
        self.failure: Failure | None = None  # of the last job
        self.asked_to_stop = False
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._tick)
        self._start_asked.connect(self._start)
        self._pause_asked.connect(self._pause)
        self._cancel_asked.connect(self._cancel)
        self._shutdown_asked.connect(self._shutdown)
        self._thread = QThread()
        self._thread.setObjectName(name)
        self.moveToThread(self._thread)  # connections above are queued from here on
        self._thread.start()
        still_running()  # forgets those that have ended
        _running.add(self)

    @property
    def name(self) -> str:
        """That of its thread."""
        return self._thread.objectName()

    # --- called from the window's thread -------------------------------------------------

    def start(self, request: object) -> None:
        """Begin the job that ``request`` describes; a job under way is cancelled first."""
        self._start_asked.emit(request)

    def pause(self, paused: bool = True) -> None:
        self._pause_asked.emit(paused)

    def cancel(self) -> None:
        self._cancel_asked.emit()

    def ask_to_stop(self) -> None:
        """Ask for the end of the job and of the thread; ``wait`` waits for both."""
        self.asked_to_stop = True
        self._shutdown_asked.emit()

    def wait(self, limit_ms: int = STOP_LIMIT_MS) -> bool:
        """Wait for the thread to end. False when it is still in a piece of work after the limit."""
        left = limit_ms
        while not (ended := self._thread.wait(min(left, SLICE_MS))) and left > SLICE_MS:
            left -= SLICE_MS
        if ended:
            _running.discard(self)
        return ended

    # --- for subclasses, called in the worker's thread -----------------------------------

    def job(self, request: object) -> Iterator[object]:
        """The work for a request, in bounded pieces."""
        raise NotImplementedError

    def handle(self, item: object) -> None:
        """Take what a piece of work yielded."""

    # --- slots, run in the worker's thread -----------------------------------------------

    @Slot(object)
    def _start(self, request: object) -> None:
        self._close()
        self._request = request
        self._paused = False
        self.failure = None
        try:
            self._job = self.job(request)
        except Exception as error:  # noqa: BLE001 - whatever it is, the window must hear of it
            self._report(error)
            return
        self._timer.start()

    @Slot(bool)
    def _pause(self, paused: bool) -> None:
        self._paused = paused
        if paused:
            self._timer.stop()
        elif self._job is not None:
            self._timer.start()

    @Slot()
    def _cancel(self) -> None:
        self._close()

    @Slot()
    def _shutdown(self) -> None:
        self._close()
        self._thread.quit()

    @Slot()
    def _tick(self) -> None:
        if self._job is None:
            self._timer.stop()
            return
        try:
            self.handle(next(self._job))
            return
        except StopIteration:
            self._end()
        except Exception as error:  # noqa: BLE001 - whatever it is, the window must hear of it
            self._report(error)
        _give_back_now_and_again()

    def _close(self) -> None:
        """Close the job under way, if any; its ``finally`` clauses save what it made."""
        job = self._job
        if job is None:
            return
        try:
            close = getattr(job, "close", None)
            if close is not None:
                close()
        except Exception as error:  # noqa: BLE001
            self._report(error)
        else:
            self._end()
        _give_back_now_and_again()

    def _end(self) -> None:
        self.finished.emit(self._be_idle())

    def _report(self, error: BaseException) -> None:
        """Say what failed and be idle again."""
        if isinstance(error, UserError):  # which says all there is to say
            log.warning("%s: %s", self.name, error)
        else:
            log.error("%s failed", self.name, exc_info=error)
        self.failure = Failure.of(error, self._be_idle())
        self.failed.emit(self.failure)

    def _be_idle(self) -> object:
        """Forget the job and its request, which this returns."""
        request, self._job, self._request = self._request, None, None
        self._timer.stop()
        return request
