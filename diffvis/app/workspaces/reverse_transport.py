"""What the transport's buttons mean for a chain: Play walks on, a step beyond it walks a step."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Slot

from diffvis.app.chain import Chain
from diffvis.app.player import Player
from diffvis.app.session import Session


class ChainTransport(QObject):
    """Heeds the player while Reverse is in front."""

    def __init__(
        self,
        session: Session,
        player: Player,
        chain: Chain,
        run: Callable[[bool, bool], None],
        parent: QObject,
    ) -> None:
        """``run(play, paused)`` begins a chain."""
        super().__init__(parent)
        self._session, self._player, self._chain, self._run = session, player, chain, run
        self._in_front = False
        self._followed: int | None = None  # the t on show while steps are being walked
        player.playing_changed.connect(self._play_on)
        player.mode_changed.connect(self._play_on)
        player.stepped.connect(self._stepped)

    def set_in_front(self, in_front: bool) -> None:
        self._in_front = in_front
        self.stay()
        if in_front and self._chain.main is not None:
            self._play_on()

    def stay(self) -> None:
        """Follow the steps under way no further."""
        self._followed = None

    def follow(self) -> None:
        """Go where the steps that were asked for have arrived, unless t was moved meanwhile."""
        main = self._chain.main
        if main is None or self._session.t != self._followed:
            self.stay()
        elif main.frontier < self._followed:
            self._followed = main.frontier
            self._session.set_t(main.frontier)
        if self._chain.idle:
            self.stay()

    @Slot()
    def _play_on(self) -> None:
        """Play means Run where there is nothing to play yet, and a chain that waits goes on."""
        if not self._in_front or not self._player.playing:
            return
        self.stay()  # t is the player's now
        if self._chain.main is None:
            self._run(True, False)
        elif self._player.direction > 0:
            self._chain.pause(False)

    @Slot(int, bool)
    def _stepped(self, steps: int, moved: bool) -> None:
        """Steps beyond what a paused chain has got to are walked now; the first starts it."""
        chain = self._chain
        if not self._in_front or steps < 1:
            return
        if chain.main is None:
            self._run(False, True)
            if chain.main is None:  # its settings were refused
                return
            self._session.set_t(chain.main.start)
        elif moved or not chain.paused or chain.main.complete:
            return
        self._followed = self._session.t
        chain.advance(steps)
