"""The set-ups that a new run can begin with."""

from diffvis.data.dataset import Dataset
from diffvis.errors import UserError
from diffvis.files import resource
from diffvis.networks.registry import NETWORKS, default_network
from diffvis.training.config import TrainConfig, make_config, preset_for
from diffvis.training.presets import preset, preset_name, preset_names
from diffvis.viewing.training_record import TrainingRecord

SHORT = 10  # a short look takes so many times fewer steps


def presets_for(
    dataset: Dataset, record: TrainingRecord | None = None
) -> list[tuple[str, TrainConfig]]:
    """(title, configuration) of all that suit a data set, the best one first: that which is done
    while people watch, where there is one.

    With a ``record``, the last one repeats that run.
    """
    own = live_name(dataset)
    best = preset_for(dataset, own)
    found = [(f"{_title(own)} (recommended)", best)]
    quick = best.changed(
        steps=max(1, best.steps // SHORT),
        minutes=best.minutes / SHORT,
        warmup=min(best.warmup, 10),
    )
    found.append((f"{_title(own)}, a short look", quick))
    for path in sorted(resource("presets").glob("*.json")):
        config = _fitting(path.stem, dataset)
        if config is not None and path.stem != own:
            found.append((_title(path.stem), config))
    if record is not None and record.config.data == dataset.source:
        found.append((f"As {record.title}", record.config))
    return found


def live_name(dataset: Dataset) -> str:
    """The preset that the window recommends for a data set: its live one, or its own."""
    own = preset_name(dataset)
    live = f"{own}-live"
    return live if live in preset_names() else own


def _fitting(name: str, dataset: Dataset) -> TrainConfig | None:
    values = {"network": default_network(dataset.shape), **preset(name)}
    network = NETWORKS.get(values["network"])
    if network is None or not network.fits(dataset.shape):
        return None
    values["batch_size"] = min(values.get("batch_size", 128), max(1, len(dataset.train)))
    try:
        return make_config({**values, "data": dataset.source})
    except UserError:
        return None


def _title(name: str) -> str:
    words = name.replace("-", " ").replace("mnist", "MNIST")
    return words[:1].upper() + words[1:]
