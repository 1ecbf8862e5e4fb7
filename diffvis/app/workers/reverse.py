"""Walks reverse chains, one step a tick, into their recordings."""

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from diffvis.app.workers.worker import Worker
from diffvis.models.engine import SMALL
from diffvis.sampling.recording import Recording
from diffvis.training.threads import Threads, using_threads


@dataclass(frozen=True, eq=False)
class Walk:
    """Recordings that are walked side by side, as far as they are wanted.

    Another walk may go on with recordings that an earlier one has left incomplete.
    """

    main: Recording
    rival: Recording | None = None
    branches: Recording | None = None
    until: int | None = None
    """Steps after which the main chain waits, and its rival as far along; None: all are walked."""

    def next_to_walk(self) -> Recording | None:
        """The one that is furthest behind; None when all are where they are wanted.

        Where the main chain is stepped, branches do not hold it up.
        """
        wanted = [each for each in (self.main, self.rival) if self._wanted(each)]
        if self.until is None or not wanted:
            wanted += [each for each in (self.branches,) if self._wanted(each)]
        return min(wanted, key=_part, default=None)

    def _wanted(self, each: Recording | None) -> bool:
        if each is None or each.complete:
            return False
        waits = self.until is not None and self.main.walked >= self.until
        if each is self.main:
            return not waits
        return each is self.branches or not waits or _part(each) < _part(self.main)


class ReverseWorker(Worker):
    """The window looks at the recordings to see how far they have got."""

    def __init__(self) -> None:
        super().__init__("reverse")
        self._threads: WeakKeyDictionary[Recording, Threads] = WeakKeyDictionary()

    def job(self, request: Walk) -> Iterator[object]:
        threads = self._threads.setdefault(request.main, threads_for(request.main))

        def walk() -> Iterator[object]:
            while (recording := request.next_to_walk()) is not None:
                advance(recording, threads)
                yield recording

        return walk()


def threads_for(recording: Recording) -> Threads:
    """Who chooses how many threads walk a chain: one that is small, as others round otherwise."""
    return Threads(small=math.prod(recording.model.shape) <= SMALL)


def advance(recording: Recording, threads: Threads) -> None:
    """Walk one step with as many threads as help."""
    begun, count = time.perf_counter(), threads.count
    with using_threads(count):
        recording.advance()
    threads.took(count, time.perf_counter() - begun)


def _part(recording: Recording) -> float:
    """How much of its way it has walked, 0 to 1."""
    return recording.walked / recording.length
