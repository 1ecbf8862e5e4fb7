"""Walks reverse chains, one step a tick, into their recordings."""

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass

from PySide6.QtCore import Signal, Slot

from diffvis.app.recording import Recording
from diffvis.app.workers.worker import Worker
from diffvis.training.threads import Threads, using_threads

SMALL = 3 * 16 * 16
"""Values in a sample up to which one thread walks: others gain little, and round otherwise."""


@dataclass(frozen=True, eq=False)
class Walk:
    """Recordings that are walked side by side until all of them are complete.

    Another walk may go on with recordings that an earlier one has left incomplete.
    """

    recordings: tuple[Recording, ...]
    paused: bool = False
    """Whether it waits for ``advance`` or ``pause(False)`` from the beginning."""

    def next_to_walk(self) -> Recording | None:
        """The one that is furthest behind; None when all are complete."""
        unfinished = [each for each in self.recordings if not each.complete]
        return min(unfinished, key=lambda each: each.walked / each.length, default=None)


class ReverseWorker(Worker):
    """The window looks at the recordings to see how far they have got."""

    _advance_asked = Signal()

    def __init__(self) -> None:
        super().__init__("reverse")
        self._advance_asked.connect(self._advance)

    def advance(self) -> None:
        """While paused, take one step of the first chain that is not complete."""
        self._advance_asked.emit()

    def job(self, request: Walk) -> Iterator[object]:
        def walk() -> Iterator[object]:
            values = math.prod(request.recordings[0].model.shape)
            threads = Threads(small=values <= SMALL)
            while (recording := request.next_to_walk()) is not None:
                begun = time.perf_counter()
                count = threads.count
                with using_threads(count):
                    recording.advance()
                threads.took(count, time.perf_counter() - begun)
                yield recording

        return walk()

    @Slot(object)
    def _start(self, request: Walk) -> None:
        super()._start(request)
        if request.paused:
            self._pause(True)

    @Slot()
    def _advance(self) -> None:
        if self._job is None or not self._paused:
            return
        request: Walk = self._request
        first = next((each for each in request.recordings if not each.complete), None)
        before = None if first is None else first.walked
        while self._job is not None and first is not None and first.walked == before:
            self._tick()
