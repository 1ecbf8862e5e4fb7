"""Which t were shown just now, so that they can be shown again as a film."""

import time
from bisect import bisect_right
from collections import deque
from collections.abc import Callable

from PySide6.QtCore import QObject, Slot

from diffvis.app.session import Session

SECONDS = 5.0
LEAD_S = 0.5  # that a film stands still before t first moves
FRAME_MS = 50
CLOSE_S = 1e-6  # so that what rounds does not make a frame of the one before
MOST = 4_000  # changes: more than a drag can make in this time


class ShownTimes(QObject):
    """Keeps when t came to its values, for the last ``SECONDS`` before it moved last."""

    def __init__(
        self, session: Session, parent: QObject, now: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__(parent)
        self._session, self._now = session, now
        self._kept: deque[tuple[float, int]] = deque(maxlen=MOST)
        session.t_changed.connect(self._moved)
        session.schedule_changed.connect(self._forget)
        self._forget()

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def any(self) -> bool:
        """Whether t has moved."""
        return len(self._kept) > 1

    def frames(self) -> tuple[int, ...]:
        """The t of a film with a frame every ``FRAME_MS``; none before t has moved."""
        if not self.any:
            return ()
        moments, shown = [at for at, _ in self._kept], [t for _, t in self._kept]
        end = moments[-1]
        begin = max(end - SECONDS, moments[1] - LEAD_S, moments[0])
        count = max(2, int((end - begin) * 1000 / FRAME_MS + CLOSE_S) + 1)  # or it is no film
        whens = (end - FRAME_MS / 1000 * place + CLOSE_S for place in reversed(range(count)))
        return tuple(shown[max(0, bisect_right(moments, when) - 1)] for when in whens)

    @Slot(int)
    def _moved(self, t: int) -> None:
        now = self._now()
        self._kept.append((now, t))
        # One that is older stays: it was still on show when the time began.
        while len(self._kept) > 2 and self._kept[1][0] < now - SECONDS:
            self._kept.popleft()

    @Slot()
    def _forget(self) -> None:
        """The t of before were those of another schedule."""
        self._kept.clear()
        self._kept.append((self._now(), self._session.t))
