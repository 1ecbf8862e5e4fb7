"""The model that a configuration asks for."""

from typing import TYPE_CHECKING

from diffvis.data.dataset import Dataset
from diffvis.diffusion.prediction import check_path
from diffvis.diffusion.schedule import NoiseSchedule
from diffvis.errors import UserError
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
        UserError: the schedule is not possible, or not with what the network is to predict.
    """
    labelled = config.conditional and dataset.labels is not None
    return Blueprint(
        name=dataset.title,
        network=config.network,
        network_options=config.network_options,
        schedule=schedule_of(config),
        predicts=config.predict,
        learns_variance=config.loss == "hybrid",
        shape=tuple(dataset.shape),
        data=dataset.source,
        scaling=dataset.scaling,
        num_classes=len(dataset.classes) if labelled else 0,
        classes=tuple(dataset.classes) if labelled else (),
        levels=dataset.levels,
        bug=getattr(config, "bug", ""),
        told_t=config.told_t,
    )


def schedule_of(config: "TrainConfig") -> NoiseSchedule:
    """The schedule that ``config`` trains with.

    Raises:
        UserError: it is not possible, or not with what the network is to predict.
    """
    schedule = find_schedule(config.schedule, config.timesteps)
    try:
        schedule = schedule.with_zero_snr() if config.zero_snr else schedule
    except ValueError as error:
        raise UserError(str(error), "leave its end as it is", field="zero_snr") from error
    try:
        check_path(schedule, config.predict)
    except ValueError as error:
        raise UserError(
            f"a network of {config.predict} cannot learn this schedule: {error}",
            "set predict to velocity, v or x0",
            field="predict",
        ) from error
    return schedule
