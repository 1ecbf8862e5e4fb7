"""Time without that in which a thread was ready but other programs had its core (Linux).

What is left is what the thread takes on a machine with a spare core: computing, and waiting for
Python's lock, for a timer or for another thread. Where the system does not say how long a thread
waited for a core, it is the time on the clock.
"""

import os
import threading
import time
from pathlib import Path

TASKS = Path("/proc/self/task")


def waited_for_core(thread: int) -> float:
    """Seconds for which a thread of this process, by its native number, waited for a core."""
    try:
        return int((TASKS / str(thread) / "schedstat").read_text().split()[1]) / 1e9
    except (OSError, IndexError):
        return 0.0


def thread_called(name: str) -> int:
    """The native number of the thread of this process with this name; of a QThread, its object's.

    Raises:
        LookupError: there is none, or more than one.
    """
    if not TASKS.is_dir():
        return threading.get_native_id()
    found = [int(t.name) for t in TASKS.iterdir() if (t / "comm").read_text().strip() == name]
    if len(found) != 1:
        raise LookupError(f"{len(found)} threads are called {name}")
    return found[0]


class Stopwatch:
    """Seconds from when it is made until ``stop``, or until now."""

    def __init__(self, thread: int | None = None) -> None:
        self._thread = threading.get_native_id() if thread is None else thread
        self._begun = self._read()
        self._ended: tuple[float, float] | None = None

    def stop(self) -> "Stopwatch":
        self._ended = self._read()
        return self

    def clock(self) -> float:
        """All of them."""
        return self._spent()[0]

    def with_core(self) -> float:
        """Those in which the thread did not wait for a core."""
        clock, waited = self._spent()
        return clock - waited

    def _read(self) -> tuple[float, float]:
        return time.perf_counter(), waited_for_core(self._thread)

    def _spent(self) -> tuple[float, float]:
        ended = self._ended or self._read()
        return ended[0] - self._begun[0], ended[1] - self._begun[1]


def load() -> str:
    """How busy the machine was in the last minute, in words."""
    try:
        return f"load {os.getloadavg()[0]:.1f}"
    except OSError:
        return "load unknown"
