"""The times that the transport walks through, and in which direction."""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass


@dataclass(frozen=True)
class Timeline:
    """Times in ascending order. A descending timeline plays from T to 0, as the reverse chain does.

    ``frontier`` is the last time that exists so far in playing direction; None when all do.
    """

    times: tuple[int, ...]
    descending: bool = False
    frontier: int | None = None

    @property
    def start(self) -> int:
        return self.times[-1] if self.descending else self.times[0]

    @property
    def end(self) -> int:
        return self.times[0] if self.descending else self.times[-1]

    def move(self, t: int, steps: int) -> int:
        """The time ``steps`` places further in playing direction; back when negative."""
        if steps == 0:
            return t
        upward = (steps > 0) != self.descending
        if upward:
            index = bisect_right(self.times, t) + abs(steps) - 1
        else:
            index = bisect_left(self.times, t) - abs(steps)
        return self.limit(self.times[min(max(index, 0), len(self.times) - 1)])

    def limit(self, t: int) -> int:
        """``t`` itself, or the frontier where ``t`` lies beyond it."""
        if self.frontier is None:
            return t
        return max(t, self.frontier) if self.descending else min(t, self.frontier)

    def at_end(self, t: int) -> bool:
        return t <= self.end if self.descending else t >= self.end


def scaled_marks(marks: tuple[int, ...], T: int) -> tuple[int, ...]:
    """Marked times of a schedule of T steps, ascending.

    They are meant as they are written where they fit. On a shorter schedule they keep their
    proportions: 20, 50, 100 and 300 become 3, 7, 13 and 40 of T = 40.
    """
    part = min(1.0, T / max(marks))
    return tuple(sorted({min(max(round(mark * part), 1), T) for mark in marks}))


def every_time(T: int) -> Timeline:
    """0, 1, ..., T: the forward process."""
    return Timeline(tuple(range(T + 1)))
