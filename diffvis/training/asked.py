"""The model that a configuration asks for."""

from typing import TYPE_CHECKING

from diffvis.data.dataset import Dataset
from diffvis.models.blueprint import Blueprint
from diffvis.models.schedule_file import find_schedule

if TYPE_CHECKING:  # it needs pydantic, which only a configuration is worth
    from diffvis.training.config import TrainConfig


def blueprint_of(config: "TrainConfig", dataset: Dataset) -> Blueprint:
    """What ``config`` trains on ``dataset``.

    Raises:
        UserError: the schedule, the network or one of its options is not possible.
    """
    return asked_of(config, dataset).with_all_options()


def asked_of(config: "TrainConfig", dataset: Dataset) -> Blueprint:
    """What ``config`` asks for, whether its network can learn ``dataset`` or not.

    Raises:
        UserError: the schedule is not possible.
    """
    labelled = config.conditional and dataset.labels is not None
    return Blueprint(
        name=dataset.title,
        network=config.network,
        network_options=config.network_options,
        schedule=find_schedule(config.schedule, config.timesteps),
        predicts=config.predict,
        learns_variance=config.loss == "hybrid",
        shape=tuple(dataset.shape),
        data=dataset.source,
        scaling=dataset.scaling,
        num_classes=len(dataset.classes) if labelled else 0,
        classes=tuple(dataset.classes) if labelled else (),
        levels=dataset.levels,
        bug=getattr(config, "bug", ""),
    )
