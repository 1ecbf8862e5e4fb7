"""A training run as the window sees it while it goes on."""

from dataclasses import dataclass, field
from pathlib import Path

from diffvis.app.film import Film
from diffvis.app.loss_history import LossHistory
from diffvis.data.dataset import Dataset
from diffvis.training.config import TrainConfig


@dataclass(eq=False)
class TrainingRecord:
    """Asks for a run, and holds what it has reported so far.

    The worker writes, the window reads whenever it wants to draw. Another run is another record,
    so that two can never mix.
    """

    config: TrainConfig
    dataset: Dataset
    path: Path
    history: LossHistory = field(init=False)
    film: Film = field(default_factory=Film)
    step: int = 0
    steps_per_second: float = 0.0
    seconds_left: float | None = None
    device: str = ""
    doing: str = "preparing"

    def __post_init__(self) -> None:
        self.history = LossHistory(self.config.timesteps)
