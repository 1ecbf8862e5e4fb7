"""A timer that leaves the rest of the program most of the time."""

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Slot

LONGEST_MS = 1000
PAINT_MS = 15  # until what was to be painted has been: Qt waits a little for more of it


class PacedTimer(QObject):
    """Has ``work`` done every ``shortest_ms``, or as seldom as keeps it and what it has painted
    below ``share`` of its thread's time.

    While this thread draws, Python lets no other compute.
    """

    def __init__(
        self, parent: QObject, work: Callable[[], None], shortest_ms: int, share: float
    ) -> None:
        super().__init__(parent)
        self._work, self._shortest_ms, self._share = work, shortest_ms, share
        self._begun = 0.0
        self._waiting, self._painting = QTimer(self), QTimer(self)
        for timer, then in ((self._waiting, self._do), (self._painting, self._rest)):
            timer.setSingleShot(True)
            timer.timeout.connect(then)

    @property
    def interval(self) -> int:
        """Milliseconds until the work is done again, as last decided."""
        return self._waiting.interval()

    def start(self) -> None:
        if not self._waiting.isActive() and not self._painting.isActive():
            self._waiting.start(self._shortest_ms)

    def stop(self) -> None:
        self._waiting.stop()
        self._painting.stop()

    @Slot()
    def _do(self) -> None:
        self._begun = time.thread_time()
        self._painting.start(PAINT_MS)
        self._work()  # which may stop this

    @Slot()
    def _rest(self) -> None:
        wanted = round(1000 * (time.thread_time() - self._begun) / self._share)
        period = min(max(self._shortest_ms, wanted), LONGEST_MS)
        self._waiting.start(period - PAINT_MS)
