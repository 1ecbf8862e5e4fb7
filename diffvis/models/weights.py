"""The file of a model: safetensors, whose header says in JSON what the tensors mean.

Nothing is unpickled. The file appears under its name only when it is complete, and carries
checksums of its header and of each tensor, so it is either whole or recognisably broken. A
checkpoint of a run is such a file too.
"""

import json
import operator
import re
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save as serialise
from torch import Tensor

from diffvis.errors import UserError, is_out_of_memory
from diffvis.files import atomic_write, regular
from diffvis.models.blueprint import Blueprint

FORMAT = 1  # raised when an older diffvis could no longer read what is written
SUFFIX = ".safetensors"
_KEY = "diffvis"
_BEGINS = b'{"__metadata__":{"diffvis"'  # after the eight bytes of its length
_SEAL = re.compile(r', "seal": "([0-9a-f]{8})"}\Z')


def write_checkpoint(path: Path, tensors: dict[str, Tensor], header: dict[str, Any]) -> None:
    """Write tensors under a header; ``header`` gains the format version, what each tensor is, the
    checksum of each, and a seal: the checksum of the header itself.
    """
    tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    header = {
        "format": FORMAT,
        **header,
        "checksum": _checksum(tensors),
        "tensors": _kinds(tensors),
    }
    content = serialise(tensors, {_KEY: _sealed(header)})
    with atomic_write(path) as file:
        file.write(content)


def read_header(path: Path) -> dict[str, Any]:
    """What a checkpoint says about itself; its tensors are not read.

    Raises:
        UserError: there is no such file, it is no checkpoint, or one that is damaged or of a newer
            diffvis.
    """
    try:
        with safe_open(regular(path), framework="pt") as file:  # which reads up to 100 MB of header
            words = (file.metadata() or {})[_KEY]
        header: dict[str, Any] = json.loads(words)
        version = operator.index(header["format"])
    except FileNotFoundError:
        raise UserError(f"there is no file {path}", "check the path") from None
    except OSError as error:
        reason = error.strerror or error
        raise UserError(f"{path} cannot be read ({reason})", "check the path") from None
    except (SafetensorError, ValueError, KeyError, TypeError, RecursionError) as error:
        if isinstance(error, SafetensorError) and _begins_like_one(path):
            raise _damaged(path) from None
        raise UserError(
            f"{path} is not a diffvis checkpoint", "give a run folder or a .safetensors file of one"
        ) from None
    if version > FORMAT:
        raise UserError(
            f"{path} was written by a newer diffvis (format {version})",
            f"update diffvis; this one reads formats up to {FORMAT}",
        )
    if ("tensors" in header or "seal" in header) and not _is_sealed(words):  # earlier ones are not
        raise _damaged(path)
    return header


def read_checkpoint(
    path: Path, prefixes: Iterable[str] = ("",)
) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """The header and the tensors whose names begin with one of ``prefixes``.

    Raises:
        UserError: as ``read_header``, or the tensors are damaged.
    """
    header = read_header(path)
    prefixes = tuple(prefixes)
    try:
        with safe_open(path, framework="pt") as file:
            names = [name for name in file.keys() if name.startswith(prefixes)]  # noqa: SIM118
            tensors = {name: file.get_tensor(name) for name in names}
    except (SafetensorError, OSError, ValueError) as error:
        if is_out_of_memory(error):
            raise
        raise _damaged(path) from None
    if not _as_written(header, tensors, prefixes):
        raise _damaged(path)
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


def check_finite(file: Path, tensors: Mapping[str, Tensor]) -> None:
    """Raises UserError where one of the weights is no number: all samples would be none."""
    for name, weights in tensors.items():
        if not weights.is_floating_point() or not weights.numel():
            continue
        if not all(bound.isfinite() for bound in weights.aminmax()):
            raise UserError(
                f"weights in {file} are not finite ({name.removeprefix('ema.')}), as when a "
                "training diverges",
                "use an earlier checkpoint, or train again with a smaller lr",
            )


def save_model(path: Path, checkpoint: Path) -> None:
    """Write the EMA weights of a checkpoint alone: a model to pass on, a quarter of the size,
    without what continuing would need.

    Raises:
        UserError: ``checkpoint`` is missing or damaged.
        OSError: the file cannot be written.
    """
    header, tensors = read_checkpoint(checkpoint, ["ema."])
    write_checkpoint(path, tensors, {"model": header["model"], "step": header["step"]})


def _as_written(
    header: Mapping[str, Any], tensors: Mapping[str, Tensor], prefixes: tuple[str, ...]
) -> bool:
    """Whether the tensors under these prefixes are those that the header was written for."""
    written, kinds = header.get("checksum"), header.get("tensors")
    if not isinstance(written, dict):
        return False
    if any(written.get(name) != value for name, value in _checksum(tensors).items()):
        return False
    if kinds is None:  # in a file of an earlier diffvis
        return True
    wanted = {name: kind for name, kind in kinds.items() if name.startswith(prefixes)}
    return wanted == _kinds(tensors)


def _checksum(tensors: Mapping[str, Tensor]) -> dict[str, int]:
    """CRC-32 of each tensor's bytes."""
    return {
        name: zlib.crc32(tensor.reshape(-1).view(torch.uint8).numpy().data)
        for name, tensor in tensors.items()
    }


def _kinds(tensors: Mapping[str, Tensor]) -> dict[str, list[Any]]:
    """Type and shape of each tensor."""
    return {
        name: [str(tensor.dtype).removeprefix("torch."), list(tensor.shape)]
        for name, tensor in tensors.items()
    }


def _sealed(header: Mapping[str, Any]) -> str:
    """The header as JSON, whose last member is the CRC-32 of all that stands before it."""
    words = json.dumps(header).removesuffix("}")
    return f'{words}, "seal": "{zlib.crc32(words.encode()):08x}"}}'


def _is_sealed(words: str) -> bool:
    found = _SEAL.search(words)
    return found is not None and int(found[1], 16) == zlib.crc32(words[: found.start()].encode())


def _begins_like_one(path: Path) -> bool:
    """Whether a file that cannot be read was a checkpoint once."""
    with path.open("rb") as file:
        return file.read(8 + len(_BEGINS))[8:] == _BEGINS


def _damaged(path: Path) -> UserError:
    return UserError(f"{path} is damaged", "use an earlier checkpoint of the same run")
