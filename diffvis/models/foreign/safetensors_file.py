"""What is in a safetensors file, by its header: a model of diffvis, or weights of others."""

import json
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open

from diffvis.diffusion.schedule import MAX_T
from diffvis.models.foreign.checkpoints import inspect_weights
from diffvis.models.foreign.inspection import Inspection
from diffvis.models.foreign.torch_file import Kept
from diffvis.models.weights import model_of, read_header

MOST_HEADER = 100_000_000  # bytes, as the format has it
_DTYPES = {"F32": "float32", "F64": "float64", "F16": "float16", "BF16": "bfloat16",
           "I64": "int64", "I32": "int32", "U8": "uint8", "BOOL": "bool"}  # fmt: skip


def header_of(path: Path) -> dict[str, Any] | None:
    """What a safetensors file says before its numbers; None where it is none."""
    with path.open("rb") as file:
        begin = file.read(9)
        if len(begin) < 9 or begin[8:] != b"{":
            return None
        (size,) = struct.unpack("<Q", begin[:8])
        if size > min(MOST_HEADER, path.stat().st_size):
            return None
        file.seek(8)
        try:
            header = json.loads(file.read(size))
        except (ValueError, RecursionError):
            return None
    return header if isinstance(header, dict) else None


def inspect_safetensors(path: Path, header: dict[str, Any]) -> Inspection:
    """What the file with this header is.

    Raises:
        UserError: it is one of ours that is damaged, or of another version.
    """
    told = header.pop("__metadata__", None) or {}
    if isinstance(told, Mapping) and "diffvis" in told:
        return inspect_own(path)
    tensors = {
        name: _kept(path, name, entry)
        for name, entry in header.items()
        if isinstance(entry, dict) and isinstance(entry.get("shape"), list)
    }
    state = f'load_file("{path.name}")'
    imports = ("import diffvis", "from safetensors.torch import load_file")
    return inspect_weights(path, "safetensors", tensors, state, imports)


def _kept(path: Path, name: str, entry: Mapping[str, Any]) -> Kept:
    shape = tuple(int(size) for size in entry["shape"])

    def read() -> torch.Tensor | None:
        try:
            with safe_open(path, framework="pt") as file:
                return file.get_tensor(name).double()  # type: ignore[no-any-return]
        except (SafetensorError, OSError):
            return None

    dtype = _DTYPES.get(str(entry.get("dtype")), str(entry.get("dtype")))
    small = len(shape) == 1 and shape[0] <= MAX_T + 1
    return Kept(dtype, shape, read) if small else Kept(dtype, shape)


def inspect_own(path: Path) -> Inspection:
    """What a checkpoint of diffvis says of itself.

    Raises:
        UserError: it is damaged, or of another version.
    """
    header = read_header(path)
    if "model" not in header:
        return Inspection(path, "a file of diffvis that is no model (a classifier)", opens=True)
    blueprint, step = model_of(header, path)
    lines = (
        f"{blueprint.network} for samples of {blueprint.shape}, trained for {step:,} steps on "
        f"{blueprint.data}",
        f"predicts {blueprint.predicts}, schedule {blueprint.schedule.kind} "
        f"(T = {blueprint.schedule.T})",
        *((f"{blueprint.num_classes} classes",) if blueprint.num_classes else ()),
    )
    return Inspection(path, "a model of diffvis", lines, (f"diffvis --model {path}",), opens=True)
