"""How many CPU threads the steps of a run use: as many as help, and no more.

PyTorch's threads wait for each other by spinning. Where another program, or the window, wants a
core too, that was measured to make a step on two threads take 5 to 60 times as long as on one.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch

_TRIAL = 3  # steps; the first of them wakes the threads and does not count
_AGAIN = 30.0  # seconds after which the other choice is tried again
_MUCH_SLOWER = 2.0  # ends a trial early


COURTESY_S = 0.5

_allowed: int | None = None
_lent_until = 0.0  # as time.monotonic counts


def take_one_thread() -> None:
    """Let the window's thread compute alone: its tensors are small, and waiting for helpers that a
    run keeps busy would take longer than the work. Other threads may still use ``allowed_threads``.
    """
    global _allowed
    _allowed = allowed_threads()
    torch.set_num_threads(1)


def allowed_threads() -> int:
    """How many CPU threads PyTorch chose, or the user by ``OMP_NUM_THREADS``."""
    return torch.get_num_threads() if _allowed is None else _allowed


def lend_a_core() -> None:
    """Have training do with one thread less for half a second: the window is painting without a
    break, and a step whose threads wait for a core takes several times as long.
    """
    global _lent_until
    _lent_until = time.monotonic() + COURTESY_S


class Threads:
    """Chooses between one thread and all of them by trying both, now and again.

    With one thread allowed, as after ``torch.set_num_threads(1)``, there is nothing to try; then
    the same seed gives the same bits.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        *,
        small: bool = False,
        lends: bool = False,
    ) -> None:
        """Args:
        small: the work is so small that one thread does it, however many are allowed.
        lends: heed ``lend_a_core``, which what the window itself waits for does not.
        """
        self._clock = clock
        self._lends = lends
        most = allowed_threads()
        self._choices = (1,) if small or most == 1 else (1, most)
        self._seconds: dict[int, float] = {}  # of a step, by count
        self._trials = list(self._choices) if len(self._choices) > 1 else []
        self._left = _TRIAL
        self._chosen = 1
        self._chosen_at = clock()

    @property
    def count(self) -> int:
        """For the next step."""
        lent = 1 if self._lends and self._clock() < _lent_until else 0
        return max(1, min(self._wanted, self._choices[-1] - lent))

    @property
    def _wanted(self) -> int:
        return self._trials[0] if self._trials else self._chosen

    def took(self, count: int, seconds: float) -> None:
        """A step with ``count`` threads took so long."""
        if len(self._choices) == 1 or count != self._wanted:  # a core was lent: nothing to learn
            return
        if not self._trials or self._left < _TRIAL:
            known = self._seconds.get(count, seconds)
            self._seconds[count] = min(seconds, known) if self._trials else 0.5 * (known + seconds)
        if not self._trials:
            if self._clock() - self._chosen_at > _AGAIN:
                self._trials = [c for c in self._choices if c != self._chosen]
                self._begin_trial()
            return
        self._left -= 1
        others = [s for c, s in self._seconds.items() if c != count]
        hopeless = bool(others) and seconds > _MUCH_SLOWER * min(others)
        if hopeless:
            self._seconds[count] = seconds
        if self._left == 0 or hopeless:
            self._trials.pop(0)
            if self._trials:
                self._begin_trial()
            else:
                self._chosen = min(self._seconds, key=self._seconds.__getitem__)
                self._chosen_at = self._clock()

    def _begin_trial(self) -> None:
        self._left = _TRIAL
        self._seconds.pop(self._trials[0], None)


@contextmanager
def using_threads(count: int) -> Iterator[None]:
    """Compute with ``count`` CPU threads in this thread of the program."""
    before = torch.get_num_threads()
    if count == before:
        yield
        return
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
