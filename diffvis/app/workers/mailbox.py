"""How frames cross from a worker to the window without a queue that could grow."""

from collections import deque
from typing import Generic, TypeVar

T = TypeVar("T")


class Mailbox(Generic[T]):
    """A place for one value: the newest replaces the one that nobody took.

    ``put`` and ``take`` may be called from different threads; a deque's operations are atomic.
    """

    def __init__(self) -> None:
        self._place: deque[T] = deque(maxlen=1)

    def put(self, value: T) -> None:
        self._place.append(value)

    def take(self) -> T | None:
        try:
            return self._place.pop()
        except IndexError:
            return None
