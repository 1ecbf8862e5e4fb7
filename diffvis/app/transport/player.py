"""Plays the shared t along the timeline, a pass in so many seconds or so many steps a second."""

import math
import time
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from diffvis.app.session import Session
from diffvis.app.transport.clock import Clock, Does
from diffvis.sampling.timeline import Repeat, Timeline

FRAME_MS = 16


@dataclass(frozen=True)
class Pace:
    """How fast Play goes: ``seconds`` for a pass however many steps it has, or ``steps`` a second.

    Exactly one of the two is given.
    """

    seconds: float | None = None
    steps: float | None = None

    @property
    def words(self) -> str:
        return f"{self.seconds:g} s a pass" if self.steps is None else f"{self.steps:g} steps/s"

    def steps_a_second(self, length: int) -> float:
        """On a way of ``length`` steps."""
        return self.steps if self.seconds is None else length / self.seconds


DURATIONS = tuple(Pace(seconds=seconds) for seconds in (60, 30, 20, 10, 5, 3, 2, 1))
SPEEDS = tuple(Pace(steps=steps) for steps in (1, 2, 5, 10, 20, 30, 60, 120, 240))
USUAL = Pace(seconds=5)


class Player(Clock):
    """The clock of t. Moves by elapsed time, not by ticks: 240 steps/s stay 240 when frames are
    late. It lends the bar to the clock of a workspace.
    """

    playing_changed = Signal(bool)
    pace_changed = Signal(object)  # Pace
    mode_changed = Signal()  # direction, repeat or span
    stepped = Signal(int, bool)  # steps that were asked for, whether t moved
    clock_changed = Signal()  # the bar is another clock's

    tip = (
        "The timestep t: 0 is data, T is noise. Drag, use the wheel, the arrow keys, or type a"
        " number. Shift and drag marks the range that is played; its brackets can be dragged."
        " Dots are the t that playing goes through, where a chain visits or keeps fewer than all."
    )

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._pace = USUAL
        self._opening_t: int | None = None  # nobody chose it, so that Play begins at the start
        self._direction = 1
        self._repeat = Repeat.ONCE
        self._span: tuple[int, int] | None = None
        self._owed = 0.0
        self._last = 0.0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(FRAME_MS)
        self._timer.timeout.connect(self._tick)
        self._clock: Clock = self
        self.playing_changed.connect(self.changed)
        self.mode_changed.connect(self.changed)
        session.schedule_changed.connect(self._schedule_changed)
        session.schedule_changed.connect(self._tell_last)
        session.timeline_changed.connect(self.timed)
        session.dragged.connect(self._chosen)
        session.t_changed.connect(self._moved)
        session.t_changed.connect(self.moved)

    # --- as a clock ----------------------------------------------------------------------

    @property
    def clock(self) -> Clock:
        """Whose the bar is."""
        return self._clock

    def lend(self, clock: Clock | None) -> None:
        """Let the bar be this clock's, or that of t again. t is not played meanwhile."""
        before, self._clock = self._clock, clock or self
        if self._clock is not before:
            self.pause()
            self.clock_changed.emit()
            before.lent.emit(False)
            self._clock.lent.emit(True)

    @property
    def value(self) -> int:
        return self._session.t

    @property
    def last(self) -> int:
        return self._session.schedule.T

    @property
    def timeline(self) -> Timeline:
        return self._session.timeline

    @property
    def marks(self) -> tuple[int, ...]:
        return self._session.preferences.marks_for(self.last)

    @property
    def does(self) -> Does:
        if not self.playing:
            return Does("Play", "", "paused", False)
        return Does("Pause", "", "playing" if self._direction > 0 else "playing back", True)

    def go_to(self, value: int) -> None:
        """As a person does who drags t."""
        self._session.set_t(value)
        self._session.dragged.emit()

    # --- playing -------------------------------------------------------------------------

    @property
    def playing(self) -> bool:
        return self._timer.isActive()

    @property
    def pace(self) -> Pace:
        return self._pace

    @property
    def speed(self) -> float:
        """Steps a second, on the timeline as it is."""
        return self._pace.steps_a_second(max(1, len(self._session.timeline.times) - 1))

    @property
    def opening(self) -> bool:
        """Whether t is still where ``open_at`` has put it."""
        return self._opening_t is not None

    @property
    def direction(self) -> int:
        """1 where Play goes on along the timeline, -1 where it goes back."""
        return self._direction

    @property
    def repeat(self) -> Repeat:
        return self._repeat

    @property
    def span(self) -> tuple[int, int] | None:
        """The lowest and the highest t that are played; None for all."""
        return self._span

    @property
    def played(self) -> str:
        """The ``span`` in words."""
        if self._span is None:
            return "everything is played"
        return f"t = {self._span[0]} to {self._span[1]} is played"

    def open_at(self, t: int) -> None:
        """Show a telling moment; Play begins at the start all the same, until somebody moves t."""
        self._session.set_t(t)
        self._opening_t = self._session.t

    def set_pace(self, pace: Pace) -> None:
        if pace != self._pace:
            self._pace = pace
            self.pace_changed.emit(pace)

    def set_speed(self, steps: float) -> None:
        """So many steps a second."""
        self.set_pace(Pace(steps=steps))

    def change_speed(self, places: int) -> None:
        """So many paces of the same kind faster, or slower."""
        paces = DURATIONS if self._pace.steps is None else SPEEDS
        nearest = min(range(len(paces)), key=lambda place: abs(self._ratio(paces[place])))
        self.set_pace(paces[min(max(nearest + places, 0), len(paces) - 1)])

    def _ratio(self, pace: Pace) -> float:
        """Of a pace to the present one, as a logarithm."""
        return math.log(pace.steps_a_second(1) / self._pace.steps_a_second(1))

    def set_repeat(self, repeat: Repeat) -> None:
        if repeat is not self._repeat:
            self._repeat = repeat
            self.mode_changed.emit()

    def begin_span(self) -> None:
        """Play from this t on; the other end stays where that leaves anything to play."""
        self._set_span_end(self._session.timeline.descending)

    def end_span(self) -> None:
        """Play up to this t."""
        self._set_span_end(not self._session.timeline.descending)

    def set_span(self, span: tuple[int, int] | None) -> None:
        """Play only times from the lower of the two to the higher."""
        chosen = None if span is None or span[0] == span[1] else (min(span), max(span))
        if chosen == (0, self._session.schedule.T):
            chosen = None
        if chosen != self._span:
            self._span = chosen
            self.mode_changed.emit()

    @Slot()
    def clear_span(self) -> None:
        self.set_span(None)

    @Slot()
    def toggle(self) -> None:
        self.pause() if self.playing else self.play(self._direction)

    def toggle_direction(self, direction: int) -> None:
        """Play this way; pause where it plays this way already."""
        if self.playing and self._direction == direction:
            self.pause()
        else:
            self.pause()
            self.play(direction)

    def play(self, direction: int = 1) -> None:
        """Play from here, or from the beginning where the end has been reached."""
        if self.playing:
            return
        session, timeline = self._session, self._session.timeline
        first, last = timeline.bounds(self._span)
        begin, end = (first, last) if direction > 0 else (last, first)
        place = timeline.place(session.t)
        passed = not first <= place <= last or session.t == timeline.time(end)
        if passed or session.t == self._opening_t:
            session.set_t(timeline.time(begin))
        self._chosen()
        self._set_direction(direction)
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
        self._chosen()
        before = self._session.t
        self._session.set_t(self._session.timeline.move(before, steps))
        self.stepped.emit(steps, self._session.t != before)

    def to_mark(self, way: int) -> None:
        """Go to the next marked t in playing direction, or to the one before."""
        session, timeline = self._session, self._session.timeline
        upward = (way > 0) != timeline.descending
        T = session.schedule.T
        marks = (0, *session.preferences.marks_for(T), T)
        beyond = [mark for mark in marks if (mark > session.t if upward else mark < session.t)]
        if beyond:
            self.pause()
            session.set_t(min(beyond) if upward else max(beyond))

    @Slot()
    def to_start(self) -> None:
        self._session.set_t(self._session.timeline.start)

    @Slot()
    def to_end(self) -> None:
        self._session.set_t(self._session.timeline.end)

    @Slot()
    def _chosen(self) -> None:
        """From here on t is where somebody wanted it."""
        self._opening_t = None

    @Slot(int)
    def _moved(self, t: int) -> None:
        if t != self._opening_t:
            self._chosen()

    @Slot()
    def _schedule_changed(self) -> None:
        self.clear_span()
        if self._opening_t is not None:  # the session has moved t along
            self._opening_t = self._session.t

    def _set_span_end(self, high: bool) -> None:
        t, T = self._session.t, self._session.schedule.T
        low_end, high_end = self._span or (0, T)
        if high:
            self.set_span((low_end if low_end < t else 0, t))
        else:
            self.set_span((t, high_end if high_end > t else T))

    def _set_direction(self, direction: int) -> None:
        if direction != self._direction:
            self._direction = direction
            self.mode_changed.emit()

    @Slot()
    def _tell_last(self) -> None:
        self.spanned.emit(self.last)

    @Slot()
    def _tick(self) -> None:
        now = time.perf_counter()
        self._owed += (now - self._last) * self.speed
        self._last = now
        steps = int(self._owed)
        if steps == 0:
            return
        self._owed -= steps
        session = self._session
        stop = session.timeline.travel(session.t, steps, self._direction, self._repeat, self._span)
        self._set_direction(stop.direction)
        session.set_t(stop.t)
        if stop.ended:
            self.pause()
