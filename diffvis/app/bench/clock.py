"""The transport while Bench is in front: it goes back and forth over the boards of a tool."""

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from diffvis.app.bench.runner import Runner
from diffvis.app.transport.clock import Clock, Does
from diffvis.bench.board import Board
from diffvis.sampling.timeline import Timeline

FRAME_MS = 33
PASS_S = 5.0
"""From the first board to the last, however many there are."""


class BenchClock(Clock):
    """Its values are the numbers of boards. The handle goes along with the newest, unless somebody
    has gone back.
    """

    symbol = "board "
    name = "Board"
    tip = (
        "The boards of the tool, one for each call of the network or nearly: drag back to see how"
        " it came there. Dots are the boards that are kept."
    )
    words = ("Run", "Stop", "Play", "Pause")

    shown = Signal()  # another board

    def __init__(
        self, runner: Runner, run: Callable[[], object], old: Callable[[], bool], parent: QObject
    ) -> None:
        """``old()`` says whether the boards are of other choices than those that are made now."""
        super().__init__(parent)
        self._runner, self._run, self._is_old = runner, run, old
        self._back: int | None = None
        self._seen: Board | None = None
        self._began = 0.0  # when the first board was played, or would have been
        self._timer = QTimer(self)
        self._timer.setInterval(FRAME_MS)
        self._timer.timeout.connect(self._tick)
        runner.changed.connect(self._begin)
        runner.progressed.connect(self.refresh)
        runner.state_changed.connect(self.refresh)
        self.lent.connect(self._lent)

    @property
    def board(self) -> Board | None:
        """The one on show."""
        run = self._runner.run
        return None if run is None else run.board(self.value)

    @property
    def value(self) -> int:
        run = self._runner.run
        if run is None:
            return 0
        return max(0, run.reached if self._back is None else self._back)

    @property
    def last(self) -> int:
        run = self._runner.run
        if run is None:
            return 0
        return max(0, run.reached if self._runner.idle else run.all_boards - 1)

    @property
    def timeline(self) -> Timeline:
        places = () if self._runner.run is None else self._runner.run.places
        return Timeline(places or (0,), frontier=places[-1] if places else 0)

    @property
    def playing(self) -> bool:
        return self._timer.isActive()

    @property
    def does(self) -> Does:
        if not self._runner.idle:
            return Does("Stop", "Walk no further", "running", True)
        if self.playing:
            return Does("Pause", "", "playing", True)
        if self._plays:
            return Does("Play", "Go through the boards again", "ready", False)
        return Does("Run", "Let the tool work", "ready", False)

    @property
    def _plays(self) -> bool:
        return len(self.timeline.times) > 1 and not self._is_old()

    @Slot()
    def toggle(self) -> None:
        if not self._runner.idle:
            self._runner.stop()
        elif self.playing:
            self.pause()
        elif self._plays:
            self._play()
        else:
            self._run()

    def go_to(self, value: int) -> None:
        self.pause()
        self._show(value)

    @Slot()
    def pause(self) -> None:
        if self.playing:
            self._timer.stop()
            self.refresh()

    @Slot()
    def refresh(self) -> None:
        super().refresh()
        if (board := self.board) is not self._seen:
            self._seen = board
            self.shown.emit()

    def _show(self, value: int) -> None:
        """The last board that is kept up to there."""
        times = self.timeline.times
        place = max((each for each in times if each <= value), default=times[0])
        self._back = None if place == times[-1] else place
        self.refresh()

    def _play(self) -> None:
        """From here on, or from the first where the last is on show."""
        times = self.timeline.times
        if self.value >= times[-1]:
            self._show(times[0])
        part = times.index(self.value) / (len(times) - 1)
        self._began = time.monotonic() - part * PASS_S
        self._timer.start()
        self.refresh()

    @Slot()
    def _tick(self) -> None:
        times = self.timeline.times
        part = (time.monotonic() - self._began) / PASS_S
        self._show(times[min(len(times) - 1, int(part * (len(times) - 1)))])
        if part >= 1:
            self.pause()

    @Slot()
    def _begin(self) -> None:
        self._back = None
        self._timer.stop()
        self.refresh()
        self.shown.emit()

    @Slot(bool)
    def _lent(self, mine: bool) -> None:
        if not mine:
            self.pause()
