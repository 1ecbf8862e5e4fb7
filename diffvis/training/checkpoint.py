"""Checkpoints: everything that continues a run, beside its model in the same file."""

from pathlib import Path

import torch
from torch import Tensor

from diffvis.errors import UserError
from diffvis.models.weights import read_checkpoint, write_checkpoint
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
        UserError: the file is missing, damaged or holds no training state.
    """
    header, tensors = read_checkpoint(path)
    training = header.get("training")
    if training is None:
        raise UserError(f"{path} holds a finished model only", "it can be sampled, not continued")
    state.ema.module.load_state_dict(_under("ema", tensors))
    state.network.load_state_dict(_under("network", tensors))
    for number, parameter in enumerate(state.parameters):
        values = _under(f"optimizer.{number}", tensors)
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
            generator.manual_seed(generator.initial_seed() + header["step"])
    validated = training["validated"]
    if validated["best"] is None:
        validated["best"] = float("inf")
    state.validated = Validated(**validated)
    if state.scaler is not None and training.get("scaler"):
        state.scaler.load_state_dict(training["scaler"])
    state.ema.updates.fill_(training["ema_updates"])
    state.lr_factor = training["lr_factor"]
    state.seconds = training["seconds"]
    state.step = header["step"]


def _prefixed(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {f"{prefix}.{name}": tensor for name, tensor in tensors.items()}


def _under(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    start = f"{prefix}."
    return {name.removeprefix(start): t for name, t in tensors.items() if name.startswith(start)}


def _finite(value: float) -> float | None:
    return None if value == float("inf") else value
