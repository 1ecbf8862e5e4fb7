"""Runs beside each other: what each is called, and how near its samples are to the data."""

from collections.abc import Sequence
from pathlib import Path

from diffvis.data.dataset import Dataset, sampled
from diffvis.evaluation.distances import sliced_wasserstein
from diffvis.training.config import TrainConfig
from diffvis.viewing.film import TrainingFrame
from diffvis.viewing.training_record import TrainingRecord

CLEAR = ("schedule", "predict", "network", "optimizer")  # their values say what they are
OF_LOSS = ("schedule", "timesteps", "zero_snr", "predict", "loss", "references", "only_t", "times")
FEW = 3  # settings that a title has room for
MOST_POINTS = 1_000  # whose distance is found while somebody waits for the picture
DIRECTIONS = 64


def told_apart(records: Sequence[TrainingRecord]) -> list[str]:
    """What each run is called beside the others: the settings in which they differ, where they are
    few, else its title.
    """
    values = [record.config.model_dump(exclude={"data_options"}) for record in records]
    names = [name for name in values[0] if any(each[name] != values[0][name] for each in values)]
    names.sort(key=lambda name: name not in CLEAR)
    if not 0 < len(names) <= FEW:
        return [record.title for record in records]
    return [", ".join(_word(name, each[name]) for name in names) for each in values]


def _word(name: str, value: object) -> str:
    if name == "schedule":
        return Path(str(value)).stem  # of a file, which kinds are none of
    return str(value) if name in CLEAR else f"{name} {value}"


def has_another_loss(config: TrainConfig, other: TrainConfig) -> bool:
    """Whether the losses of two runs are of other quantities, so that they cannot be compared."""
    return any(getattr(config, name) != getattr(other, name) for name in OF_LOSS)


def distance_to_data(moment: TrainingFrame, dataset: Dataset) -> float | None:
    """The sliced Wasserstein distance of points x0 (N, D) from the training data, in model units:
    along the same directions whichever run made them. None for images, and for what is not finite.
    """
    x0 = moment.x0[:MOST_POINTS]
    if x0.ndim != 2 or not x0.isfinite().all():
        return None
    data = dataset.x0(sampled(dataset.train, MOST_POINTS))
    return sliced_wasserstein(x0, data, DIRECTIONS)
