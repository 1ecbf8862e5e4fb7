"""Plays the shared t along the timeline at a chosen number of steps a second."""

import time

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from diffvis.app.session import Session

SPEEDS = (1, 2, 5, 10, 20, 30, 60, 120, 240)
DEFAULT_SPEED = 30
FRAME_MS = 16


class Player(QObject):
    """Moves by elapsed time, not by ticks: 240 steps/s stay 240 when frames are late."""

    playing_changed = Signal(bool)
    speed_changed = Signal(int)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._speed = DEFAULT_SPEED
        self._loop = False
        self._owed = 0.0
        self._last = 0.0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(FRAME_MS)
        self._timer.timeout.connect(self._tick)

    @property
    def playing(self) -> bool:
        return self._timer.isActive()

    @property
    def speed(self) -> int:
        """Steps a second."""
        return self._speed

    @property
    def loop(self) -> bool:
        return self._loop

    def set_speed(self, speed: int) -> None:
        if speed != self._speed:
            self._speed = speed
            self.speed_changed.emit(speed)

    @Slot(bool)
    def set_loop(self, loop: bool) -> None:
        self._loop = loop

    @Slot()
    def toggle(self) -> None:
        self.pause() if self.playing else self.play()

    @Slot()
    def play(self) -> None:
        """Play from here, or from the start where the end has been reached."""
        if self.playing:
            return
        timeline = self._session.timeline
        if timeline.at_end(self._session.t):
            self._session.set_t(timeline.start)
        self._owed = 0.0
        self._last = time.perf_counter()
        self._timer.start()
        self.playing_changed.emit(True)

    @Slot()
    def pause(self) -> None:
        if self.playing:
            self._timer.stop()
            self.playing_changed.emit(False)

    def step(self, steps: int) -> None:
        """Step forwards or backwards in playing direction."""
        self.pause()
        self._session.set_t(self._session.timeline.move(self._session.t, steps))

    @Slot()
    def to_start(self) -> None:
        self._session.set_t(self._session.timeline.start)

    @Slot()
    def to_end(self) -> None:
        self._session.set_t(self._session.timeline.end)

    @Slot()
    def _tick(self) -> None:
        now = time.perf_counter()
        self._owed += (now - self._last) * self._speed
        self._last = now
        steps = int(self._owed)
        if steps == 0:
            return
        self._owed -= steps
        timeline, t = self._session.timeline, self._session.t
        if timeline.at_end(t):
            if self._loop:
                self._session.set_t(timeline.start)
            else:
                self.pause()
            return
        self._session.set_t(timeline.move(t, steps))
