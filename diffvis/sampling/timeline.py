"""The times that the transport walks through, and in which direction."""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from enum import Enum


class Repeat(Enum):
    """What playing does where it arrives at an end."""

    ONCE = "once"
    LOOP = "loop"
    PING_PONG = "ping-pong"


@dataclass(frozen=True)
class Stop:
    """Where playing has got to: the time, the direction that it goes on in, whether it ended."""

    t: int
    direction: int
    ended: bool = False


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

    def bounds(self, span: tuple[int, int] | None) -> tuple[int, int]:
        """First and last place (in playing direction) of the times within ``span`` (low, high).

        Without a span, or where it holds no time at all, that is the whole timeline.
        """
        first, last = 0, len(self.times) - 1
        if span is None:
            return first, last
        low, high = bisect_left(self.times, span[0]), bisect_right(self.times, span[1]) - 1
        if low > high:
            return first, last
        return (last - high, last - low) if self.descending else (low, high)

    def place(self, t: int) -> int:
        """The place of ``t`` in playing direction; between two times, that of the one before."""
        if self.descending:
            return len(self.times) - 1 - min(bisect_left(self.times, t), len(self.times) - 1)
        return max(0, bisect_right(self.times, t) - 1)

    def time(self, place: int) -> int:
        return self.times[-1 - place] if self.descending else self.times[place]

    def travel(
        self, t: int, steps: int, direction: int, repeat: Repeat, span: tuple[int, int] | None
    ) -> Stop:
        """Where ``steps`` steps of playing lead from ``t``.

        Args:
            direction: 1 in playing direction, -1 against it.
            span: only times from low to high are played.

        A frontier is no end: playing waits there for more.
        """
        first, last = self.bounds(span)
        there = last if self.frontier is None else min(last, self.place(self.frontier))
        there = max(there, first)
        waiting = there < last
        place = min(max(self.place(t), first), there)
        length = there - first
        if direction > 0 and waiting:
            return Stop(self.time(min(place + steps, there)), direction)
        if repeat is Repeat.ONCE or length == 0:
            wanted = place + direction * steps
            end = there if direction > 0 else first
            ended = (wanted - end) * direction >= 0
            return Stop(self.time(end if ended else wanted), direction, ended)
        if repeat is Repeat.LOOP:
            return Stop(
                self.time(first + (place - first + direction * steps) % (length + 1)), direction
            )
        phase = place - first if direction > 0 else 2 * length - (place - first)
        phase = (phase + steps) % (2 * length)
        if phase < length:
            return Stop(self.time(first + phase), 1)
        return Stop(self.time(first + 2 * length - phase), -1)


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
