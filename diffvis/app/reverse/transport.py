"""The transport and a chain: Play walks on, a step beyond it walks a step, and t goes along."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Slot

from diffvis.app.reverse.chain import Chain
from diffvis.app.session import Session
from diffvis.app.transport.player import Player
from diffvis.sampling.timeline import Timeline, every_time


class ChainTransport(QObject):
    """Heeds the player while Reverse is in front, and moves t to where the chain is awaited."""

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
        self._awaited: int | None = None  # where to go when the chain is there
        self._lent: tuple[float, float] | None = None  # t / T before ``rest_at`` and since
        self._opening = False  # whether nobody had chosen the t before
        self._alone = False  # whether t moves only because a chain has begun by itself
        player.playing_changed.connect(self._play_on)
        player.mode_changed.connect(self._play_on)
        player.stepped.connect(self._stepped)
        session.t_changed.connect(self._await_no_more)
        session.dragged.connect(self._await_no_more)
        session.dragged.connect(self._touched)

    @property
    def awaits(self) -> bool:
        """Whether t is to move as soon as the chain has walked far enough."""
        return self._awaited is not None

    def set_in_front(self, in_front: bool) -> None:
        """In front, the transport walks along the chain: from T down, by the steps it takes."""
        self._in_front = in_front
        self._followed = None
        if in_front:
            if self._chain.main is not None:
                self._play_on()
            self._tell_timeline()
            return
        self._await_no_more()  # t is another workspace's now
        looked_on = self._alone and self._lent is not None and self._only_plays
        if looked_on:
            self._player.pause()
        if self._session.timeline.descending:
            self._session.set_timeline(every_time(self._session.schedule.T))
        if looked_on or (self._chain.main is None and self._untouched):
            go = self._player.open_at if self._opening else self._session.set_t
            go(self._time(self._lent[0]))
        self._lent = None
        self._alone = False

    def plays_by_itself(self) -> None:
        """A chain has begun that nobody asked for; t is given back as long as nobody moves it."""
        self._alone = True

    @property
    def _only_plays(self) -> bool:
        """Whether t is on its way, or where playing ends."""
        return self._player.playing or self._session.t == self._session.timeline.end

    def rest_at(self, begin: int) -> None:
        """Before a step has been walked t is where the chain ``begin``s, as the samples on show.

        Whoever only looks in on Reverse finds t elsewhere as it was.
        """
        if not self._in_front or self._chain.main is not None or self._player.playing:
            return
        T = self._session.schedule.T
        if not self._untouched:
            self._opening = self._player.opening
        before = self._lent[0] if self._untouched else self._session.t / T
        self._session.set_t(begin)
        self._lent = before, self._session.t / T

    @property
    def _untouched(self) -> bool:
        """Whether t is where ``rest_at`` has put it, on whatever schedule."""
        return self._lent is not None and self._session.t == self._time(self._lent[1])

    def _time(self, part: float) -> int:
        return round(part * self._session.schedule.T)

    def stay(self) -> None:
        """Follow the steps under way no further, and await nothing."""
        self._followed = None
        self._await_no_more()

    def go_to_when_there(self, t: int) -> None:
        """Let ``follow`` move the shared t to ``t``, once, when the chain has walked that far."""
        self._awaited = t

    def follow(self) -> None:
        """Go where the steps that were asked for have arrived, unless t was moved meanwhile."""
        main = self._chain.main
        if self._in_front:
            self._tell_timeline()
        if main is not None and self._awaited is not None and main.frontier <= self._awaited:
            self._session.set_t(self._awaited)
            self._await_no_more()
        if main is None or self._session.t != self._followed:
            self._followed = None
        elif main.frontier < self._followed:
            self._followed = main.frontier
            self._session.set_t(main.frontier)
        if self._chain.idle:
            self._followed = None

    def _tell_timeline(self) -> None:
        """The session's timeline is the chain's; that it may hold t back is nobody's wish."""
        awaited, known = self._awaited, self._chain.timeline
        every = range(self._session.schedule.T + 1)
        self._session.set_timeline(known or Timeline(tuple(every), descending=True))
        self._awaited = awaited

    @Slot()
    def _await_no_more(self) -> None:
        """Somebody went to another t meanwhile."""
        self._awaited = None

    @Slot()
    def _touched(self) -> None:
        self._alone = False

    @Slot()
    def _play_on(self) -> None:
        """Play means Run where there is nothing to play yet, and a chain that waits goes on."""
        if not self._in_front or not self._player.playing:
            return
        self._touched()
        self._followed = None  # t is the player's now
        if self._chain.main is None:
            self._run(True, False)
        elif self._player.direction > 0:
            self._chain.pause(False)

    @Slot(int, bool)
    def _stepped(self, steps: int, moved: bool) -> None:
        """Steps beyond what a paused chain has got to are walked now; the first starts it."""
        chain = self._chain
        self._touched()
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
