"""What the bar's slider spans and what its large button starts."""

from dataclasses import dataclass
from typing import ClassVar

from PySide6.QtCore import QObject, Signal, Slot

from diffvis.sampling.timeline import Timeline


@dataclass(frozen=True)
class Does:
    """What the large button does now, and what is being done meanwhile."""

    word: str
    says: str
    state: str
    going: bool
    possible: bool = True


class Clock(QObject):
    """``Player`` is the clock of t. A workspace may bring its own as ``clock``, such as the steps
    of a training: the player lends it the bar while the workspace is in front.
    """

    moved = Signal(int)  # the value
    spanned = Signal(int)  # the last value
    timed = Signal(object)  # Timeline
    changed = Signal()  # what the large button does
    lent = Signal(bool)  # whether the bar is this clock's

    symbol: ClassVar[str] = "t = "
    """Before the value."""
    name: ClassVar[str] = "Timestep t"
    tip: ClassVar[str] = ""
    words: ClassVar[tuple[str, ...]] = ("Play", "Pause")
    """All that the large button can say."""

    _told: tuple[int, Timeline, int, Does] | None = None
    """What was said last, where a clock says it by ``refresh``."""

    @property
    def value(self) -> int:
        raise NotImplementedError

    @property
    def last(self) -> int:
        """The largest value there is on the slider; the smallest is 0."""
        raise NotImplementedError

    @property
    def timeline(self) -> Timeline:
        raise NotImplementedError

    @property
    def marks(self) -> tuple[int, ...]:
        """Values that a drag catches at."""
        return ()

    @property
    def does(self) -> Does:
        raise NotImplementedError

    @Slot()
    def toggle(self) -> None:
        """What ``does`` says."""
        raise NotImplementedError

    def go_to(self, value: int) -> None:
        """Go there, or as near as there is something to show."""
        raise NotImplementedError

    def step(self, steps: int) -> None:
        """So many places on along the timeline, or back."""
        self.go_to(self.timeline.move(self.value, steps))

    @Slot()
    def refresh(self) -> None:
        """Say what is another now than when it was last said."""
        now, before = (self.last, self.timeline, self.value, self.does), self._told
        self._told = now
        for place, signal in enumerate((self.spanned, self.timed, self.moved)):
            if before is None or now[place] != before[place]:
                signal.emit(now[place])
        if before is None or now[3] != before[3]:
            self.changed.emit()

    def to_mark(self, way: int) -> None:
        """Go to the next value that is marked, or with -1 to the one before: where nothing is, to
        the next of the timeline.
        """
        self.step(way)

    @Slot()
    def to_start(self) -> None:
        self.go_to(self.timeline.start)

    @Slot()
    def to_end(self) -> None:
        self.go_to(self.timeline.limit(self.timeline.end))
