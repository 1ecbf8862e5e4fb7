"""The first chain of a model, walked by itself where a person opens Reverse."""

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Slot

from diffvis.app.notices import About, Notice
from diffvis.app.reverse.chain import Chain
from diffvis.app.session import Session
from diffvis.models.model import Model

LOOK_S = 1.5  # between two looks: the first steps, which are slow, are not counted
MOST_S = 20.0  # that may be left at the second; what takes longer waits for the person
MOST_BYTES = 2**28


class FirstWalk(QObject):
    """Once for each model. It is a run like any other: Pause holds it, and so does this where it
    turns out to be long or large.
    """

    def __init__(
        self,
        session: Session,
        chain: Chain,
        run: Callable[[], None],
        pause: Callable[[], None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._session, self._chain, self._run, self._pause = session, chain, run, pause
        self._walked: Model | None = None  # the last one whose chain was begun
        self._seen: tuple[float, int] | None = None  # when, and how many steps there were
        self._says = True
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(round(1000 * LOOK_S))
        self._timer.timeout.connect(self._look)
        chain.changed.connect(self._timer.stop)  # another chain, which the person wanted

    def begin(self, says: bool) -> bool:
        """True where a chain has been begun. ``says``: a notice tells why it waits, if it does."""
        model = self._session.model
        if self._chain.main is not None or self._walked is model:
            return False
        self._walked, self._says, self._seen = model, says, None
        self._run()
        main = self._chain.main
        if main is None:  # its settings were refused
            return False
        if main.bytes_at_most > MOST_BYTES:
            self._wait(f"The recording takes {main.bytes_at_most / 2**20:,.0f} MB")
        else:
            self._timer.start()
        return True

    @Slot()
    def _look(self) -> None:
        main = self._chain.main
        if main is None or main.complete or self._chain.paused:
            return
        now, before = time.monotonic(), self._seen
        if before is None:
            self._seen = now, main.walked
            self._timer.start()
            return
        each = (now - before[0]) / max(1, main.walked - before[1])
        left = each * (main.length - main.walked)
        if left > MOST_S:
            how_long = f"{left:.0f} s" if left < 90 else f"{left / 60:.0f} min"
            self._wait(f"The chain takes about {how_long}")

    def _wait(self, why: str) -> None:
        self._pause()
        if not self._says:
            return
        hint = "press Resume to walk it, or choose fewer steps or samples"
        self._session.notice(Notice(f"{why}, so it waits", hint, about=About.REVERSE | About.MODEL))
