"""How fast a run goes: steps per second of working time, without its pauses."""

import time
from collections.abc import Callable

_MEMORY = 0.98  # of the average over recent steps


class Throughput:
    """A stopwatch that ``resume`` starts, ``pause`` holds and ``step`` reads."""

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self.last = 0.0  # seconds that the last step took, with all that went before it
        self._started = 0.0
        self._worked = 0.0
        self._average = 0.0
        self._weight = 0.0

    def resume(self) -> None:
        self._started = self._clock()

    def pause(self) -> None:
        self._worked += self._clock() - self._started

    def step(self) -> None:
        """A step was taken; to be called between ``resume`` and ``pause``."""
        now = self._clock()
        self.last = self._worked + now - self._started
        self._worked, self._started = 0.0, now
        self._average = _MEMORY * self._average + (1 - _MEMORY) * self.last
        self._weight = _MEMORY * self._weight + (1 - _MEMORY)

    @property
    def per_second(self) -> float:
        """A running average; 0 before the first step."""
        return self._weight / self._average if self._average else 0.0
