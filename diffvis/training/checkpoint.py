"""Checkpoints: everything that continues a run, beside its model in the same file."""

import operator
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from diffvis.errors import UserError, is_out_of_memory
from diffvis.models.weights import read_checkpoint, write_checkpoint
from diffvis.training.optimisers import kept_of
from diffvis.training.state import TrainState, Validated


def save_checkpoint(path: Path, state: TrainState) -> None:
    """Write everything that continues the run.

    Raises:
        OSError: the file cannot be written; what was there before still is.
    """
    tensors = _prefixed("ema", state.ema.module.state_dict())
    tensors |= _prefixed("network", state.network.state_dict())
    for number, parameter in enumerate(state.parameters):
        tensors |= _prefixed(f"optimizer.{number}", state.optimizer.state.get(parameter, {}))
    for stream, generator in vars(state.generators).items():
        tensors[f"generator.{stream}"] = generator.get_state()
    training = {
        "config": state.config.model_dump(mode="json"),
        "ema_updates": int(state.ema.updates),
        "lr_factor": state.lr_factor,
        "seconds": state.seconds,
        "validated": vars(state.validated) | {"best": _finite(state.validated.best)},
        "scaler": None if state.scaler is None else state.scaler.state_dict(),
    }
    header = {"model": state.blueprint.to_json(), "step": state.step, "training": training}
    write_checkpoint(path, tensors, header)


def restore(state: TrainState, path: Path) -> None:
    """Continue ``state`` from a checkpoint of the same run.

    Raises:
        UserError: the file is missing, damaged, holds no training state, or one that does not fit
            the run; ``state`` may then be neither before nor after.
    """
    header, tensors = read_checkpoint(path)
    training = header.get("training")
    if training is None:
        raise UserError(f"{path} holds a finished model only", "it can be sampled, not continued")
    try:
        # As the run was begun: one of an earlier version counts 256 levels in its bound.
        state.blueprint = replace(state.blueprint, levels=header["model"].get("levels"))
        _restore(state, header["step"], training, tensors)
    except (LookupError, TypeError, ValueError, AttributeError, RuntimeError) as error:
        if is_out_of_memory(error):
            raise
        first_line = (str(error).splitlines() or [type(error).__name__])[0]
        raise UserError(
            f"the training state in {path} does not fit the run ({first_line})",
            "use an earlier checkpoint of the same run, or start a new one from these weights",
        ) from error


def _restore(
    state: TrainState, step: int, training: Mapping[str, Any], tensors: Mapping[str, Tensor]
) -> None:
    if operator.index(step) < 0:
        raise ValueError(f"step {step}")
    validated = training["validated"]
    best = float("inf") if validated["best"] is None else float(validated["best"])
    state.validated = Validated(
        at=operator.index(validated["at"]),
        best=best,
        best_step=operator.index(validated["best_step"]),
        without_best=operator.index(validated["without_best"]),
    )
    state.ema.updates.fill_(operator.index(training["ema_updates"]))
    state.lr_factor = float(training["lr_factor"])
    state.seconds = float(training["seconds"])
    state.step = step
    state.ema.module.load_state_dict(_under("ema", tensors))
    state.network.load_state_dict(_under("network", tensors))
    many = len({name.split(".")[1] for name in tensors if name.startswith("optimizer.")})
    if many not in (0, len(state.parameters)):  # none before the first step
        raise ValueError(f"an optimiser of {many} parameters, not {len(state.parameters)}")
    for number, parameter in enumerate(state.parameters):
        values = _under(f"optimizer.{number}", tensors)
        shapes = {name: tuple(value.shape) for name, value in values.items()}
        if many and shapes != kept_of(state.optimizer, parameter):
            raise ValueError(f"an optimiser that keeps {', '.join(values) or 'nothing'}")
        # Each tensor takes the memory layout that the optimiser itself would have given it.
        state.optimizer.state[parameter] = {
            name: torch.empty_like(parameter).copy_(value)
            if value.shape == parameter.shape and name != "step"
            else value.to(parameter.device)
            for name, value in values.items()
        }
    for stream, generator in vars(state.generators).items():
        saved = tensors[f"generator.{stream}"]
        if len(saved) == len(generator.get_state()):
            generator.set_state(saved)
        else:  # of another kind of device: nothing can be continued exactly there
            generator.manual_seed(generator.initial_seed() + state.step)
    if state.scaler is not None and training.get("scaler"):
        state.scaler.load_state_dict(training["scaler"])


def _prefixed(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {f"{prefix}.{name}": tensor for name, tensor in tensors.items()}


def _under(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    start = f"{prefix}."
    return {name.removeprefix(start): t for name, t in tensors.items() if name.startswith(start)}


def _finite(value: float) -> float | None:
    return None if value == float("inf") else value
