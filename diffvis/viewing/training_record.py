"""A training run as the window sees it: one that goes on here, one that is kept, or another's."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Self

import numpy as np

from diffvis.data.dataset import Dataset
from diffvis.training.config import TrainConfig, bug_of
from diffvis.training.folder import new_run_path
from diffvis.training.follow import News, RunState
from diffvis.viewing.film import Film
from diffvis.viewing.loss_history import LossHistory
from diffvis.viewing.run_card import run_name

SHOWN_EVENTS = ("learning rate", "resumed", "notice", "stopped", "finished", "restored")

COURSE = ("resumed", "stopped", "finished")  # those that say whether a run goes on


class Whose(Enum):
    """Who writes a run; the words are what the person reads."""

    OURS = "trained in this window"
    KEPT = "kept in its folder"
    ANOTHER = "written by another process"


@dataclass(frozen=True)
class Event:
    """Something that happened to a run after ``step`` steps."""

    step: int
    kind: str
    """As in the metrics: ``learning rate``, ``resumed``, ``notice``, ``stopped``, ``restored``."""
    text: str


@dataclass(eq=False)
class TrainingRecord:
    """Asks for a run, and holds what it has reported so far.

    A worker writes, the window reads whenever it wants to draw. Another run is another record,
    so that two can never mix.
    """

    config: TrainConfig
    dataset: Dataset | None
    """None for a run that was opened and whose data nobody has asked for yet."""
    path: Path
    resume: bool = False
    """Whether to go on from the checkpoint in the folder."""
    whose: Whose = Whose.OURS
    together: tuple["TrainingRecord", ...] = field(default=(), repr=False)
    """All that are trained in turns, this one among them; none where it is trained alone."""
    history: LossHistory = field(init=False)
    film: Film = field(default_factory=Film)
    events: tuple[Event, ...] = ()  # replaced whole
    step: int = 0
    steps_per_second: float = 0.0
    seconds_left: float | None = None
    device: str = ""
    memory: str = ""
    doing: str = "preparing"
    state: RunState | None = None
    """Of a run that is read from its folder."""

    def __post_init__(self) -> None:
        self.history = LossHistory(self.config.timesteps)

    @classmethod
    def of_new(cls, configs: Sequence[TrainConfig], dataset: Dataset, name: str) -> Self:
        """Asks for new runs that are trained in turns, in folders called ``name``: the first."""
        made = [
            cls(config, dataset, new_run_path(name, ahead)) for ahead, config in enumerate(configs)
        ]
        if len(made) > 1:
            for record in made:
                record.together = tuple(made)
        return made[0]

    @property
    def name(self) -> str:
        """Of its folder."""
        return self.path.name

    @property
    def title(self) -> str:
        """How people call it: ``Digits 3``."""
        return run_name(self.path, self.config.data, bug_of(self.config))

    @property
    def learning_rate(self) -> float:
        """Of the newest step; 0 before the first."""
        rates = self.history.learning_rate.view()
        return float(rates[-1]) if len(rates) else 0.0

    def going_on(self, config: TrainConfig, dataset: Dataset) -> "TrainingRecord":
        """That of the same run as it goes on, with its past: what is known of it here, until its
        folder has been read.
        """
        record = TrainingRecord(config, dataset, self.path, resume=True)
        record.take_past(self)
        return record

    def take_past(self, other: "TrainingRecord") -> None:
        """Know of the run what ``other`` knows, in place of what was known before."""
        self.history, self.film = other.history, other.film
        self.events, self.step = other.events, other.step

    def happened(self, step: int, kind: str, text: str = "") -> None:
        self.events = (*self.events, Event(step, kind, text))

    @property
    def has_ended(self) -> bool:
        """Whether nothing is left to do: all steps are taken, or nothing improved any more."""
        last = next((each.kind for each in reversed(self.events) if each.kind in COURSE), "")
        return self.step >= self.config.steps or last == "finished"

    @property
    def is_live(self) -> bool:
        """Whether another process is training it."""
        return self.state in (RunState.RUNNING, RunState.PAUSED)

    def take(self, news: News, config: TrainConfig) -> None:
        """Take in what a look at the folder brought."""
        if news.again:
            self.forget()
        self.config, self.state = config, news.state
        steps = news.steps
        if len(steps):
            self.history.append(steps.step, steps.loss, steps.gradient_norm, steps.learning_rate)
            self.step = int(steps.step[-1])
            known = steps.steps_per_second[np.isfinite(steps.steps_per_second)]
            self.steps_per_second = float(known[-1]) if len(known) else 0.0
            left = float(steps.seconds_left[-1])
            self.seconds_left = left if np.isfinite(left) else None
            self.memory = memory_text(float(steps.memory_mb[-1]) * 1e6)
        for row in news.validations:
            self.history.append_validation(row.step, row.loss, row.loss_by_t)
        for row in news.events:
            if row.event in SHOWN_EVENTS:
                self.happened(row.step, row.event, row.note)
        if self.whose is not Whose.OURS:
            self.whose = Whose.ANOTHER if self.is_live else Whose.KEPT

    def forget(self) -> None:
        """Begin to read from the start: the run was taken back to an earlier checkpoint."""
        self.history = LossHistory(self.config.timesteps)
        self.events = ()
        self.film = Film()
        self.step = 0


def memory_text(count: float | None) -> str:
    """Bytes as people read them."""
    if count is None or not count > 0:
        return ""
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.0f} MB"
