"""With which weights a run begins: those of a model or random ones, and whether it can begin."""

from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor, nn

from diffvis.data.dataset import Dataset
from diffvis.errors import UserError, is_out_of_memory
from diffvis.models.blueprint import Blueprint
from diffvis.models.model import checkpoints_of, first_sound, load_average, warn_of_earlier
from diffvis.models.schedule_file import name_of
from diffvis.models.weights import model_of, read_checkpoint, read_header
from diffvis.training.asked import asked_of
from diffvis.training.config import TrainConfig
from diffvis.training.state import TrainState


def started_from(config: TrainConfig, source: str) -> TrainConfig:
    """``config`` of a run that begins with the weights of a model, and with what these were trained
    for: network, schedule, prediction, and whether classes and the variance are learned.

    Args:
        source: the name of a model that comes with diffvis, a run folder or a checkpoint.

    Raises:
        UserError: there is no such model.
    """
    path, checkpoints = checkpoints_of(source)
    (model, _), _ = first_sound(checkpoints, lambda file: model_of(read_header(file), file))
    loss = "simple" if config.loss == "hybrid" else config.loss
    return config.changed(
        start_from=str(path.absolute()) if path == Path(source) else source,
        network=model.network,
        network_options=model.network_options,
        timesteps=model.schedule.T,
        schedule=name_of(model.schedule),
        predict=model.predicts,
        loss="hybrid" if model.learns_variance else loss,
        conditional=model.num_classes > 0,
    )


def check_start(config: TrainConfig, dataset: Dataset) -> None:
    """Find out whether a run can begin, before there is a folder: its network can learn the data,
    and the model that it begins with, if any, fits the run.

    Raises:
        UserError: the network or one of its options is not possible; there is no such model, or
            its network, shape or classes are others.
    """
    wanted = asked_of(config, dataset)
    if config.start_from:
        _read(config.start_from, wanted)
    else:
        _fresh(wanted)


def take_weights(state: TrainState) -> str | None:
    """Put the averaged weights of the model in the place of the first weights of a run.

    Returns:
        What was taken, for the log; None if the run begins with random weights.

    Raises:
        UserError: as ``check_start``.
    """
    source = state.config.start_from
    if not source:
        return None
    checkpoint, step, network, trouble = _read(source, state.blueprint)
    if trouble is not None:
        warn_of_earlier(trouble, step)
    for mine in (state.network, state.ema.module):
        mine.load_state_dict(network.state_dict())
    return f"the weights of {checkpoint.absolute()} after {step:,} steps"


def _read(source: str, wanted: Blueprint) -> tuple[Path, int, nn.Module, UserError | None]:
    """The first sound checkpoint, its step, a network of ``wanted`` with its averaged weights, and
    what is wrong with the preferred checkpoint, if it is not that.
    """
    _, checkpoints = checkpoints_of(source)
    (checkpoint, model, step, tensors), trouble = first_sound(checkpoints, _average)
    _compare(source, model, wanted)
    wanted = wanted.with_all_options()
    network = _fresh(wanted)
    try:
        load_average(network, tensors)
    except RuntimeError as error:
        if is_out_of_memory(error):
            raise
        raise UserError(
            f"the weights of {source} are for network_options = {model.network_options}, not "
            f"{wanted.network_options}",
            "leave these as the model has them",
        ) from None
    return checkpoint, step, network, trouble


def _average(checkpoint: Path) -> tuple[Path, Blueprint, int, Mapping[str, Tensor]]:
    header, tensors = read_checkpoint(checkpoint, ["ema."])
    return checkpoint, *model_of(header, checkpoint), tensors


def _fresh(wanted: Blueprint) -> nn.Module:
    """A network with random weights, which are not drawn from anybody's numbers."""
    with torch.random.fork_rng(devices=[]):
        return wanted.make_network()


def _compare(source: str, model: Blueprint, wanted: Blueprint) -> None:
    """Raises UserError where two blueprints cannot have the same weights, whatever the options."""
    if model.shape != wanted.shape:
        raise UserError(
            f"{source} has learned samples of shape {model.shape}, but {wanted.data} has "
            f"{wanted.shape}",
            "open the data in that size, or start from another model",
        )
    if model.network != wanted.network:
        raise UserError(
            f"the weights of {source} are for the network {model.network}, not {wanted.network}",
            f"train {model.network}, or start from another model",
        )
    if model.num_classes != wanted.num_classes:
        raise UserError(
            f"{source} has learned {_classes(model)}, but this run learns {_classes(wanted)}",
            "set conditional and the data as the model needs them, or start from another model",
        )
    if model.learns_variance != wanted.learns_variance:
        has = "learned the variance" if model.learns_variance else "learned no variance"
        raise UserError(
            f"{source} has {has}, unlike this run",
            f"set loss={'hybrid' if model.learns_variance else 'simple'}",
        )


def _classes(blueprint: Blueprint) -> str:
    return f"{blueprint.num_classes} classes" if blueprint.num_classes else "no classes"
