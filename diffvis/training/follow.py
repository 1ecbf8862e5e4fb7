"""Following a run from outside: what is new in a run folder that another process writes.

The other process may be on another machine, with the folder on a disk that both see. Nothing is
written and nothing is waited for.

    follower = Follower("runs/digits")
    news = follower.look()  # now and again
"""

import platform
import time
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

import numpy as np

from diffvis.errors import UserError
from diffvis.training.config import TrainConfig
from diffvis.training.folder import RunFolder
from diffvis.training.lock import is_held
from diffvis.training.metrics import number, read_metrics

LIMIT = 1 << 20  # bytes of metrics in a look, some 10,000 rows: a bounded piece of work
QUIET_SECONDS = 60.0  # without a new row, after which a run on another machine counts as dead
_TAIL = 256  # bytes before the place we go on from: are they still those that we read?


class RunState(StrEnum):
    RUNNING = "running"
    PAUSED = "paused"  # held by its process, which takes no steps
    STOPPED = "stopped"  # by the user or a loss that is no number; it can be resumed
    FINISHED = "finished"  # all steps are done, or nothing improved any more
    INTERRUPTED = "interrupted"  # its process ended without a word; it can be resumed
    UNREACHABLE = "unreachable"  # the folder is not there at the moment


@dataclass(frozen=True, eq=False)
class StepRows:
    """What optimiser steps wrote, one number for each; NaN where nothing is known."""

    step: np.ndarray  # int64 (n,)
    loss: np.ndarray  # float64 (n,), and so are the others
    gradient_norm: np.ndarray
    learning_rate: np.ndarray
    steps_per_second: np.ndarray
    seconds: np.ndarray  # spent training, without pauses
    seconds_left: np.ndarray
    memory_mb: np.ndarray
    device_memory_mb: np.ndarray

    def __len__(self) -> int:
        return len(self.step)


@dataclass(frozen=True)
class ValidationRow:
    step: int
    loss: float
    loss_by_t: tuple[float, ...]  # means over equal parts of 1..T, small t first
    is_best: bool


@dataclass(frozen=True)
class EventRow:
    """Whatever is neither a step nor a validation: see the column ``event`` of the metrics."""

    step: int
    event: str
    note: str


@dataclass(frozen=True, eq=False)
class News:
    """What was written since the last look."""

    state: RunState
    steps: StepRows
    validations: tuple[ValidationRow, ...] = ()
    events: tuple[EventRow, ...] = ()
    previews: tuple[Path, ...] = ()  # for ``read_preview``, the earliest first
    again: bool = False  # the run went back: forget all that earlier looks gave, this is all
    more: bool = False  # there is more to read at once


@dataclass
class Follower:
    """Looks at the run in a folder again and again.

    Raises:
        UserError: there is no run, or it is of a newer diffvis.
    """

    path: Path
    folder: RunFolder = field(init=False)
    state: RunState = field(init=False, default=RunState.INTERRUPTED)

    def __post_init__(self) -> None:
        self.path = Path(self.path)
        self.folder = RunFolder.open(self.path)
        self._offset = 0
        self._tail = b""
        self._previews: set[str] = set()
        self._last = EventRow(0, "", "")
        self._news_at = -np.inf  # monotonic time
        self._elsewhere = self._is_elsewhere()

    @property
    def config(self) -> TrainConfig:
        """As the run has it now: it may be resumed with more steps, or plan them by its pace."""
        return self.folder.config

    def look(self) -> News:
        """Read what is new, at most ``LIMIT`` bytes of metrics.

        A folder that cannot be read just now is ``UNREACHABLE``; the next look goes on.
        """
        try:
            return self._look()
        except (OSError, UserError):
            self.state = RunState.UNREACHABLE
            return News(self.state, _step_rows([]))

    def _look(self) -> News:
        again = not self._still_there()
        if again:
            self._offset, self._last = 0, EventRow(0, "", "")
            self._previews.clear()
        rows, offset = read_metrics(self.folder.metrics, self._offset, LIMIT)
        if offset != self._offset:
            self._offset, self._tail = offset, self._bytes_before(offset)
            self._news_at = time.monotonic() if self._modified_lately() else -np.inf
        validations, events = [], []
        for row in rows:
            event = row.get("event", "")
            if event == "validation":
                validations.append(_validation(row))
            elif event != "step":
                events.append(_event(row))
        if rows:
            self._last = _event(rows[-1])
        if any(event.event in ("resumed", "planned") for event in events):
            self.folder = RunFolder.open(self.path)  # it may have been told to go further
            self._elsewhere = self._is_elsewhere()
        previews = [p for p in self.folder.previews() if p.name not in self._previews]
        self._previews.update(path.name for path in previews)
        self.state = self._find_state()
        return News(
            self.state,
            _step_rows([row for row in rows if row.get("event") == "step"]),
            tuple(validations),
            tuple(events),
            tuple(previews),
            again,
            more=bool(rows) and offset < self.folder.metrics.stat().st_size,
        )

    def _find_state(self) -> RunState:
        if not self.path.is_dir():
            return RunState.UNREACHABLE
        held = is_held(self.path)
        if not held and self._last.event in ("stopped", "finished"):
            finished = self._last.event == "finished" or self._last.step >= self.config.steps
            return RunState.FINISHED if finished else RunState.STOPPED
        # Not every shared disk passes locks on, but all pass on what is written.
        lively = self._elsewhere and time.monotonic() - self._news_at < QUIET_SECONDS
        if not (held or lively):
            return RunState.INTERRUPTED
        return RunState.PAUSED if self._last.event == "paused" else RunState.RUNNING

    def _is_elsewhere(self) -> bool:
        """Whether another machine trains, of which a paused run could not be told from a dead one
        but by its lock.
        """
        return self.folder.environment().get("host") != platform.node()

    def _modified_lately(self) -> bool:
        return time.time() - self.folder.metrics.stat().st_mtime < QUIET_SECONDS

    def _still_there(self) -> bool:
        """Whether what was read so far is still the beginning of the file."""
        return self._offset == 0 or self._bytes_before(self._offset) == self._tail

    def _bytes_before(self, offset: int) -> bytes:
        start = max(0, offset - _TAIL)
        with self.folder.metrics.open("rb") as file:
            file.seek(start)
            return file.read(offset - start)


def _event(row: dict[str, str]) -> EventRow:
    return EventRow(int(row["step"]), row.get("event", ""), row.get("note", ""))


def _validation(row: dict[str, str]) -> ValidationRow:
    by_t = tuple(number(mean) for mean in row.get("loss_by_t", "").split())
    best = row.get("note") == "best"
    return ValidationRow(int(row["step"]), number(row.get("loss", "")), by_t, best)


def _step_rows(rows: list[dict[str, str]]) -> StepRows:
    def column(name: str) -> np.ndarray:
        return np.array([number(row.get(name, "")) for row in rows])

    return StepRows(
        np.array([int(row["step"]) for row in rows], np.int64),
        *(column(name) for name in list(StepRows.__dataclass_fields__)[1:]),
    )
