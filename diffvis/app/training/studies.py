"""What is found out beside a run: its floor, its cost before it starts, its weights compared."""

from collections.abc import Iterator

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from torch import Tensor

from diffvis.app.session import Session
from diffvis.app.workers.aside import Aside
from diffvis.app.workers.training import Snapshot
from diffvis.data.dataset import Dataset
from diffvis.errors import UserError
from diffvis.models.model import Model, open_model
from diffvis.sampling.chain import run_chain
from diffvis.sampling.settings import EVERY_CLASS, ChainSettings
from diffvis.training.config import TrainConfig
from diffvis.training.floor import Floor, floor
from diffvis.training.folder import RunFolder
from diffvis.training.snapshot import open_raw
from diffvis.training.trial import trial
from diffvis.viewing.training_record import TrainingRecord

PATIENCE_MS = 400  # after the last change of a setting, before its cost is tried
KEPT_FLOORS = 16


class Studies(QObject):
    """Asks, and says what was found. Only the newest question of each kind is answered."""

    floor_found = Signal(object, object)  # TrainingRecord, Floor
    cost_found = Signal(object)  # Cost, as it becomes known
    cost_failed = Signal(object)  # Failure
    weights_failed = Signal(object)  # Failure
    weights_sampled = Signal(object, int, object, object)  # TrainingRecord, step, x0 of EMA, of raw

    def __init__(self, session: Session, aside: Aside, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._aside = session, aside
        self._floors: dict[tuple, Floor] = {}
        self._costed: tuple[TrainConfig, Dataset] | None = None
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(PATIENCE_MS)
        self._patience.timeout.connect(self._try)
        session.t_changed.connect(self._wait_on)

    # --- the floor --------------------------------------------------------------------------

    def ask_floor(self, record: TrainingRecord) -> None:
        """Find the loss of a perfect denoiser on what the run learns, where its data is here."""
        dataset = self._data_of(record)
        if dataset is None or record.config.loss != "simple":
            self._aside.drop("floor")
            return
        config = record.config
        key = (dataset.fingerprint, config.schedule, config.timesteps, config.predict,
               config.conditional)  # fmt: skip
        if key in self._floors:
            self.floor_found.emit(record, self._floors[key])
            return

        def heard(found: Floor | None) -> None:
            if found is not None:
                if len(self._floors) >= KEPT_FLOORS:
                    self._floors.pop(next(iter(self._floors)))
                self._floors[key] = found
                self.floor_found.emit(record, found)

        self._aside.ask("floor", lambda: floor(config, dataset), heard)

    def _data_of(self, record: TrainingRecord) -> Dataset | None:
        if record.dataset is not None:
            return record.dataset
        here = self._session.data
        return here if here.source == record.config.data else None

    # --- the cost ---------------------------------------------------------------------------

    def ask_cost(self, config: TrainConfig | None) -> None:
        """Try what a configuration costs, once the person has stopped changing it."""
        self._aside.drop("cost")
        self._patience.stop()
        self._costed = None
        if config is not None:
            self._costed = (config, self._session.data)
            self._patience.start()

    @Slot()
    def _wait_on(self) -> None:
        """While t is dragged or played, the picture comes first."""
        if self._patience.isActive():
            self._patience.start()

    @Slot()
    def _try(self) -> None:
        if self._costed is not None:
            config, dataset = self._costed
            self._aside.ask(
                "cost",
                lambda: trial(config, dataset),
                self.cost_found.emit,
                self.cost_failed.emit,
            )

    @property
    def costing(self) -> bool:
        """Whether it will soon be known what a configuration costs."""
        return self._patience.isActive() or self._aside.asked("cost")

    def stop(self) -> None:
        """Try nothing any more."""
        self._patience.stop()
        self._aside.drop("cost")

    # --- the two sets of weights --------------------------------------------------------------

    def compare(self, snapshot: Snapshot) -> None:
        """Sample both sets of weights of a run that goes on, from the noise of its previews."""
        record, ema, raw = snapshot.record, snapshot.ema, snapshot.raw
        self._sample(record, lambda: (ema, raw))

    def compare_stored(self, record: TrainingRecord) -> None:
        """The same from the newest checkpoint in the folder of a run."""

        def opened() -> tuple[Model, Model]:
            checkpoints = RunFolder.open(record.path).checkpoints()
            if not checkpoints:
                raise UserError(f"{record.name} holds no checkpoint yet", "train it for a while")
            return open_model(checkpoints[0]), open_raw(checkpoints[0])

        self._sample(record, opened)

    def _sample(self, record: TrainingRecord, models: object) -> None:
        found: list[Tensor] = []

        def work() -> Iterator[tuple[int, Tensor] | None]:
            for model in models():
                yield from _samples(model, record.config)

        def heard(item: tuple[int, Tensor] | None) -> None:
            if item is not None:
                found.append(item[1])
                if len(found) == 2:
                    self.weights_sampled.emit(record, item[0], *found)

        self._aside.ask("weights", work, heard, self.weights_failed.emit)


def _samples(model: Model, config: TrainConfig) -> Iterator[tuple[int, Tensor] | None]:
    """None after each step but the last, then the steps trained and x0 as a preview shows it."""
    settings = ChainSettings(
        sampler="ddim",
        steps=min(config.preview_steps, model.schedule.T),
        seed=config.seed,
        count=config.preview_count,
        label=EVERY_CLASS if model.num_classes else None,
        guidance=config.preview_guidance if model.num_classes else 1.0,
    )
    device = next(model.denoiser.network.parameters()).device
    for step in run_chain(model, settings, device):
        if step.s == 0:
            yield model.steps or 0, step.x_s.float().cpu()
            return
        yield None
