"""Work that goes on beside everything else: reading run folders, trying what a setting costs.

Each piece of work is an iterator with a key. They take turns, one ``next`` each, in one thread of
low priority, so that a long one never holds up a short one. Asking again with the same key drops
the earlier work, and nothing that it still says is heard.
"""

import contextlib
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal, Slot

from diffvis.app.failure import Failure
from diffvis.app.workers.polite import be_polite
from diffvis.app.workers.worker import Worker

STOP_LIMIT_MS = 60_000  # the first step ever taken loads much of PyTorch, and cannot be stopped

log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Question:
    """``work()`` is called in the thread; each item of its iterator is sent back."""

    key: str
    generation: int
    work: Callable[[], Iterator[object]]


class _AsideWorker(Worker):
    said = Signal(object, object)  # Question, item
    ended = Signal(object)  # Question
    _drop_asked = Signal(str)

    def __init__(self) -> None:
        super().__init__("aside")
        self._works: dict[str, tuple[Question, Iterator[object]]] = {}
        self._polite = False
        self._drop_asked.connect(self._drop)

    def drop(self, key: str) -> None:
        self._drop_asked.emit(key)

    @Slot(object)
    def _start(self, request: Question) -> None:
        if not self._polite:
            self._polite = True
            be_polite(threads=1)
        self._drop(request.key)
        self._works[request.key] = (request, _begun(request.work))
        self._timer.start()

    @Slot()
    def _tick(self) -> None:
        if not self._works:
            self._timer.stop()
            return
        key = next(iter(self._works))
        question, work = self._works.pop(key)
        try:
            item = next(work)
        except StopIteration:
            self.ended.emit(question)
        except Exception as error:
            log.info("%s failed", key, exc_info=error)
            self.failed.emit(Failure.of(error, question))
        else:
            self._works[key] = (question, work)  # at the end of the row
            self.said.emit(question, item)

    @Slot(str)
    def _drop(self, key: str) -> None:
        _, work = self._works.pop(key, (None, None))
        if work is not None:
            with contextlib.suppress(Exception):
                work.close()

    def _close(self) -> None:
        for key in list(self._works):
            self._drop(key)
        self._timer.stop()


class Aside(QObject):
    """Asks in the window's thread, and hears the answers there."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._worker = _AsideWorker()
        self._worker.said.connect(self._said)
        self._worker.ended.connect(self._ended)
        self._worker.failed.connect(self._failed)
        self._generation = 0
        self._open: dict[str, tuple[int, Callable, Callable | None, Callable | None]] = {}

    def ask(
        self,
        key: str,
        work: Callable[[], Iterator[object]],
        heard: Callable[[object], None],
        failed: Callable[[Failure], None] | None = None,
        ended: Callable[[], None] | None = None,
    ) -> None:
        """Let ``work`` be done, and call ``heard`` with each of its items."""
        self._generation += 1
        self._open[key] = (self._generation, heard, failed, ended)
        self._worker.start(Question(key, self._generation, work))

    def drop(self, key: str) -> None:
        """Nobody wants to hear of this any more."""
        if self._open.pop(key, None) is not None:
            self._worker.drop(key)

    def asked(self, key: str) -> bool:
        """Whether there is work under this key."""
        return key in self._open

    @property
    def idle(self) -> bool:
        return not self._open

    def ask_to_stop(self) -> None:
        self._open.clear()
        self._worker.ask_to_stop()

    def wait(self) -> bool:
        return self._worker.wait(STOP_LIMIT_MS)

    def _current(self, question: Question) -> tuple | None:
        known = self._open.get(question.key)
        return known if known is not None and known[0] == question.generation else None

    @Slot(object, object)
    def _said(self, question: Question, item: object) -> None:
        known = self._current(question)
        if known is not None:
            known[1](item)

    @Slot(object)
    def _ended(self, question: Question) -> None:
        known = self._current(question)
        if known is not None:
            del self._open[question.key]
            if known[3] is not None:
                known[3]()

    @Slot(object)
    def _failed(self, failure: Failure) -> None:
        known = self._current(failure.request)
        if known is not None:
            del self._open[failure.request.key]
            if known[2] is not None:
                known[2](failure)


def _begun(work: Callable[[], Iterator[object]]) -> Iterator[object]:
    """The work's own beginning belongs to its first turn, where its exceptions are caught."""
    yield from work()
