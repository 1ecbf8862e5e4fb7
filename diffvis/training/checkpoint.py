"""Checkpoints: one safetensors file each, whose header says in JSON what the tensors mean.

Nothing is unpickled. The file appears under its name only when it is complete, and carries a
checksum, so a checkpoint is either whole or recognisably broken.
"""

import json
import operator
import struct
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save as serialise
from torch import Tensor

from diffvis.errors import UserError
from diffvis.files import atomic_write
from diffvis.training.blueprint import Blueprint
from diffvis.training.state import TrainState, Validated

FORMAT = 1  # raised when an older diffvis could no longer read what is written
SUFFIX = ".safetensors"
_KEY = "diffvis"


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
        "ema_updates": state.ema.updates,
        "lr_factor": state.lr_factor,
        "seconds": state.seconds,
        "validated": vars(state.validated) | {"best": _finite(state.validated.best)},
        "scaler": None if state.scaler is None else state.scaler.state_dict(),
    }
    header = {"model": state.blueprint.to_json(), "step": state.step, "training": training}
    write_checkpoint(path, tensors, header)


def save_model(path: Path, checkpoint: Path) -> None:
    """Write the EMA weights of a checkpoint alone: a model to pass on, a quarter of the size,
    without what continuing would need.

    Raises:
        UserError: ``checkpoint`` is missing or damaged.
        OSError: the file cannot be written.
    """
    header, tensors = read_checkpoint(checkpoint, ["ema."])
    write_checkpoint(path, tensors, {"model": header["model"], "step": header["step"]})


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
    state.ema.updates = training["ema_updates"]
    state.lr_factor = training["lr_factor"]
    state.seconds = training["seconds"]
    state.step = header["step"]


def write_checkpoint(path: Path, tensors: dict[str, Tensor], header: dict[str, Any]) -> None:
    """Write tensors under a header; ``header`` gains the format version and the checksum."""
    tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    header = {"format": FORMAT, **header, "checksum": _checksum(tensors)}
    content = serialise(tensors, {_KEY: json.dumps(header)})
    with atomic_write(path) as file:
        file.write(content)


def read_header(path: Path) -> dict[str, Any]:
    """What a checkpoint says about itself; its tensors are not read.

    Raises:
        UserError: there is no such file, it is no checkpoint, or one of a newer diffvis.
    """
    try:
        with path.open("rb") as file:
            (length,) = struct.unpack("<Q", file.read(8))
            if length > 100_000_000:
                raise ValueError("the header is too long")
            header = json.loads(json.loads(file.read(length))["__metadata__"][_KEY])
        version = operator.index(header["format"])
    except FileNotFoundError:
        raise UserError(f"there is no file {path}", "check the path") from None
    except OSError as error:
        reason = error.strerror or error
        raise UserError(f"{path} cannot be read ({reason})", "check the path") from None
    except (struct.error, ValueError, KeyError, TypeError):
        raise UserError(
            f"{path} is not a diffvis checkpoint", "give a run folder or a .safetensors file of one"
        ) from None
    if version > FORMAT:
        raise UserError(
            f"{path} was written by a newer diffvis (format {version})",
            f"update diffvis; this one reads formats up to {FORMAT}",
        )
    return header


def read_checkpoint(
    path: Path, prefixes: Iterable[str] = ("",)
) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """The header and the tensors whose names begin with one of ``prefixes``.

    Raises:
        UserError: as ``read_header``, or the tensors are damaged.
    """
    header = read_header(path)
    damaged = UserError(f"{path} is damaged", "use an earlier checkpoint of the same run")
    prefixes = tuple(prefixes)
    try:
        with safe_open(path, framework="pt") as file:
            names = [name for name in file.keys() if name.startswith(prefixes)]  # noqa: SIM118
            tensors = {name: file.get_tensor(name) for name in names}
    except (SafetensorError, OSError, ValueError):
        raise damaged from None
    written = header.get("checksum")
    if not isinstance(written, dict) or any(
        written.get(name) != value for name, value in _checksum(tensors).items()
    ):
        raise damaged
    return header, tensors


def model_of(header: Mapping[str, Any], path: Path) -> tuple[Blueprint, int]:
    """Which model the checkpoint with this header is, and after how many steps.

    Raises:
        UserError: it is no model, or not one that this version of diffvis knows.
    """
    if "model" not in header:  # as in that of a classifier
        raise UserError(f"{path} is not a model", "give a run folder or a .safetensors file of one")
    try:
        return Blueprint.from_json(header["model"]), operator.index(header["step"])
    except (KeyError, TypeError, ValueError) as error:
        raise does_not_fit(path, error) from None


def does_not_fit(path: Path, error: Exception) -> UserError:
    """What to say of a checkpoint whose model cannot be built, which ``error`` found out."""
    first_line = (str(error).splitlines() or [type(error).__name__])[0]
    return UserError(
        f"{path} does not fit this version of diffvis ({first_line})", "train the model again"
    )


def _checksum(tensors: dict[str, Tensor]) -> dict[str, int]:
    """CRC-32 of each tensor's bytes."""
    return {
        name: zlib.crc32(tensor.reshape(-1).view(torch.uint8).numpy())
        for name, tensor in tensors.items()
    }


def _prefixed(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {f"{prefix}.{name}": tensor for name, tensor in tensors.items()}


def _under(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    start = f"{prefix}."
    return {name.removeprefix(start): t for name, t in tensors.items() if name.startswith(start)}


def _finite(value: float) -> float | None:
    return None if value == float("inf") else value
