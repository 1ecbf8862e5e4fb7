"""What a file or folder of a model is, and the line to type next. Nothing in it is executed."""

import json
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open

from diffvis.data.kinds import PIPELINE
from diffvis.diffusion.schedule import MAX_T
from diffvis.errors import UserError
from diffvis.files import read_small, regular, size_words
from diffvis.models.foreign.recognising import class_lines, recognise, schedule_lines
from diffvis.models.foreign.torch_file import (
    Kept,
    Ordered,
    Thing,
    is_script,
    is_torch_file,
    load_kept,
)
from diffvis.models.shipped import WEIGHTS

SHOWN = 12  # names of weights
MOST_HEADER = 100_000_000  # bytes, as the format has it
MOST_CONFIG = 2**20
_DTYPES = {"F32": "float32", "F64": "float64", "F16": "float16", "BF16": "bfloat16",
           "I64": "int64", "I32": "int32", "U8": "uint8", "BOOL": "bool"}  # fmt: skip
_STATES = ("ema", "ema_state_dict", "model_ema", "state_dict", "model_state_dict", "model",
           "net", "network", "unet", "params_ema", "params")  # fmt: skip
"""Under what name checkpoints keep weights; those that samples are better of come first."""


@dataclass(frozen=True)
class Inspection:
    """What a file or folder is."""

    path: Path
    what: str
    lines: tuple[str, ...] = ()
    """What is known of it."""
    next: tuple[str, ...] = ()
    """The lines to type next."""
    tensors: Mapping[str, tuple[str, tuple[int, ...]]] = field(default_factory=dict)
    """Type and shape of each weight by its name."""
    opens: bool = False
    """Whether diffvis opens it as it is."""

    def __str__(self) -> str:
        rows = [f"{self.path} is {self.what}", *(f"  {line}" for line in self.lines)]
        if self.tensors:
            shown = list(self.tensors.items())[:SHOWN]
            rows.append(f"  {len(self.tensors):,} tensors:")
            rows += [f"    {n}  {dtype} {_by(shape)}" for n, (dtype, shape) in shown]
            rows += ["    …"] if len(self.tensors) > SHOWN else []
        if self.next:
            rows += ["next:", *(f"  {line}" for line in self.next)]
        return "\n".join(rows)

    def to_json(self) -> dict[str, Any]:
        return {
            "path": str(self.path),
            "what": self.what,
            "lines": list(self.lines),
            "next": list(self.next),
            "opens": self.opens,
            "tensors": {n: {"dtype": d, "shape": list(s)} for n, (d, s) in self.tensors.items()},
        }

    def refusal(self) -> UserError:
        """The same words where it was given as a model."""
        last = self.next[-1] if self.next else "give a run folder or a .safetensors file of one"
        known = f" ({'; '.join(self.lines[:3])})" if self.lines else ""
        more = "" if len(self.next) < 2 else f" (diffvis inspect {self.path} has all lines)"
        return UserError(f"{self.path} is {self.what}{known}", f"{last}{more}")


def inspect_model(path: Path) -> Inspection | None:
    """What a model of any kind is, by its contents; None where it is none.

    Raises:
        UserError: it cannot be read, or is damaged.
    """
    try:
        if path.is_dir():
            return _folder(path)
        regular(path)
        if (header := _safetensors_header(path)) is not None:
            return _safetensors(path, header)
        if is_torch_file(path):
            return _torch(path)
        return _other(path)
    except OSError as error:
        reason = error.strerror or error
        raise UserError(f"{path} cannot be read ({reason})", "check the path") from error


def refusal_of(path: Path) -> UserError | None:
    """Why ``open_model`` does not open what is there, as ``inspect`` says it; None where it is one
    of ours, or nothing that is known.
    """
    if not path.exists():
        return None
    found = inspect_model(path)
    return None if found is None or found.opens else found.refusal()


# --- files --------------------------------------------------------------------------------------


def _safetensors_header(path: Path) -> dict[str, Any] | None:
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


def _safetensors(path: Path, header: dict[str, Any]) -> Inspection:
    told = header.pop("__metadata__", None) or {}
    if isinstance(told, Mapping) and "diffvis" in told:
        return _own_checkpoint(path)
    tensors = {
        name: _kept(path, name, entry)
        for name, entry in header.items()
        if isinstance(entry, dict) and isinstance(entry.get("shape"), list)
    }
    state = f'load_file("{path.name}")'
    imports = ("import diffvis", "from safetensors.torch import load_file")
    return _weights(path, "safetensors", tensors, state, imports)


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


def _own_checkpoint(path: Path) -> Inspection:
    from diffvis.models.weights import model_of, read_header

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


def _torch(path: Path) -> Inspection:
    with path.open("rb") as file:
        packed = file.read(2) == b"PK"
    if packed and is_script(path):
        lines = ("opening it would run its code",)
        following = (
            'net = torch.jit.load("' + path.name + '")  # where you trust it',
            "diffvis.view(net, shape=(1, 28, 28))",
        )
        return Inspection(path, "a program of TorchScript", lines, following)
    held = load_kept(path)
    if isinstance(held, Thing) and not isinstance(held, Ordered):
        return _module(path, held)
    if not isinstance(held, Mapping):
        what = f"a {type(held).__name__} in a file of PyTorch, and no weights"
        return Inspection(path, what, (), ("torch.save(net.state_dict(), 'net.pt')",))
    load = f'torch.load("{path.name}", map_location="cpu", weights_only=True)'
    imports = ("import diffvis, torch",)
    tensors = _tensors_of(held)
    if tensors:
        return _weights(path, "a state dict of PyTorch", tensors, load, imports)
    return _checkpoint(path, held, load, imports)


def _checkpoint(
    path: Path, held: Mapping[Any, Any], load: str, imports: tuple[str, ...]
) -> Inspection:
    """One that keeps weights under a name, with more beside them."""
    states = {str(key): _tensors_of(value) for key, value in held.items()}
    states = {key: found for key, found in states.items() if found}
    others = [str(key) for key in held if str(key) not in states]
    if not states:
        modules = [value for value in held.values() if isinstance(value, Thing) and value.state]
        if modules:
            return _module(path, modules[0])
        names = ", ".join(map(str, list(held)[:8])) or "nothing"
        return Inspection(path, f"a file of PyTorch with {names}, and no weights")
    is_lightning = any("lightning" in str(key) for key in held)
    lucid = {"model", "ema", "opt", "step"} <= {*map(str, held)}
    chosen = next((key for key in _STATES if key in states), next(iter(states)))
    tensors = states[chosen]
    lines = [f"holds {', '.join(states)}; besides {', '.join(others) or 'nothing'}"]
    lines += [f"{n} {held[n]:,}" for n in ("epoch", "step", "global_step") if _is_count(held, n)]
    state = f'state["{chosen}"]'
    imports = (*imports, f"state = {load}")
    prefix = next((p for p in ("ema_model.", "_orig_mod.", "module.") if _all(p, tensors)), "")
    if is_lightning:
        begins = {name.partition(".")[0] for name in tensors}
        if len(begins) == 1 and not recognise(tensors).what.startswith("a "):
            prefix = f"{begins.pop()}."
    if prefix:
        lines.append(f"its weights are named {prefix}…" + (" (EMA)" if "ema" in prefix else ""))
        state = (
            f'{{k.removeprefix("{prefix}"): v for k, v in {state}.items() '
            f'if k.startswith("{prefix}")}}'
        )
        tensors = {
            name.removeprefix(prefix): kept
            for name, kept in tensors.items()
            if name.startswith(prefix)
        }
    if chosen in ("ema", "ema_state_dict", "model_ema", "params_ema"):
        lines.append("the averaged weights (EMA) are taken, which samples are better of")
    kind = "a checkpoint of PyTorch Lightning" if is_lightning else "a training checkpoint"
    if lucid:
        kind = "a checkpoint of lucidrains' Trainer"
    return _weights(path, kind, tensors, state, imports, tuple(lines))


def _weights(
    path: Path,
    kind: str,
    tensors: Mapping[str, Kept],
    state: str,
    imports: tuple[str, ...],
    before: tuple[str, ...] = (),
) -> Inspection:
    found = recognise(tensors)
    count = sum(torch.Size(kept.shape).numel() for kept in tensors.values())
    half = {kept.dtype for kept in tensors.values()} & {"float16", "bfloat16"}
    lines = [*found.lines, *schedule_lines(tensors), *class_lines(tensors), *before]
    lines += [f"weights in {', '.join(sorted(half))}"] if half else []
    lines.append(f"{count:,} numbers, {size_words(path.stat().st_size)}")
    needs_state = any("schedule=state" in line for line in found.next)
    if needs_state and not state.startswith("state["):
        imports, state = (*imports, f"state = {state}"), "state"
    following = tuple(line.replace("{state}", state) for line in found.next)
    if needs_state and state != "state":
        following = tuple(line.replace("schedule=state", f"schedule={state}") for line in following)
    if not following[-1].startswith("diffvis --"):
        following = (*imports, *following)
    shapes = {name: (kept.dtype, kept.shape) for name, kept in tensors.items()}
    return Inspection(path, f"{kind}: {found.what}", tuple(lines), following, shapes)


def _module(path: Path, held: Thing) -> Inspection:
    tensors = dict(_parameters(held))
    lines = (
        f"a whole module of the class {held.name}, whose code is not in the file",
        "opening it would run code (with weights_only=True PyTorch refuses it): diffvis does not",
        *schedule_lines(tensors),
        *class_lines(tensors),
    )
    ends = next((kept.shape for kept in tensors.values() if len(kept.shape) == 4), ())
    shape = f"({ends[1]}, 28, 28)" if ends else "(2,)"
    following = (
        "import diffvis, torch  # where its class can be imported, and you trust the file",
        f'net = torch.load("{path.name}", map_location="cpu", weights_only=False)',
        f"diffvis.view(net, shape={shape})",
    )
    shapes = {name: (kept.dtype, kept.shape) for name, kept in tensors.items()}
    return Inspection(path, "a pickled module of PyTorch", lines, following, shapes)


def _parameters(module: Thing, begin: str = "", deep: int = 0) -> Iterator[tuple[str, Kept]]:
    state = module.state
    if not isinstance(state, Mapping) or deep > 64:
        return
    for kind in ("_parameters", "_buffers"):
        held = state.get(kind)
        for name, kept in held.items() if isinstance(held, Mapping) else ():
            if isinstance(kept, Kept):
                yield f"{begin}{name}", kept
    inner = state.get("_modules")
    for name, child in inner.items() if isinstance(inner, Mapping) else ():
        if isinstance(child, Thing):
            yield from _parameters(child, f"{begin}{name}.", deep + 1)


def _tensors_of(held: object) -> dict[str, Kept]:
    """The tensors of a state dict; nothing where it is none."""
    if not isinstance(held, Mapping) or not held:
        return {}
    found = {str(name): kept for name, kept in held.items() if isinstance(kept, Kept)}
    numbers = sum(isinstance(value, int | float | bool) for value in held.values())
    return found if found and len(found) + numbers == len(held) else {}


def _is_count(held: Mapping[Any, Any], name: str) -> bool:
    return isinstance(held.get(name), int) and not isinstance(held.get(name), bool)


def _all(prefix: str, tensors: Mapping[str, Kept]) -> bool:
    """Whether the weights have this prefix: all, or of an EMA all but its counters."""
    begun = sum(name.startswith(prefix) for name in tensors)
    return begun > 0 and begun >= len(tensors) - (len(tensors) + 4) // 2


def _other(path: Path) -> Inspection | None:
    with path.open("rb") as file:
        begin = file.read(8)
    if path.suffix.lower() == ".onnx":
        following = (
            "import diffvis, onnxruntime, torch",
            f'session = onnxruntime.InferenceSession("{path.name}")',
            "names = [given.name for given in session.get_inputs()]",
            "def net(x, t):",
            "    given = dict(zip(names, (x.numpy(), t.numpy())))",
            "    return torch.from_numpy(session.run(None, given)[0])",
            "diffvis.view(net, shape=(1, 28, 28))",
        )
        return Inspection(path, "a network in ONNX, which diffvis does not run", (), following)
    if begin.startswith(b"GGUF"):
        return Inspection(path, "weights in GGUF, as language models have them")
    if begin.startswith(b"\x89HDF\r\n") and path.suffix.lower() in (".h5", ".keras"):
        return Inspection(path, "weights in HDF5, as Keras keeps them: not a network of PyTorch")
    if path.suffix.lower() in (".pt", ".pth", ".ckpt"):
        what = "no file of PyTorch, or a damaged one"
        return Inspection(path, what, (f"it begins with {begin!r}",), ("download it again",))
    return None


# --- folders ------------------------------------------------------------------------------------


def _folder(path: Path) -> Inspection | None:
    if (path / "run.json").is_file():
        return Inspection(path, "a run of diffvis", (), (f"diffvis --model {path}",), opens=True)
    if (path / WEIGHTS).is_file():
        return _own_folder(path)
    if (path / PIPELINE).is_file():
        return _pipeline(path, _json(path / PIPELINE))
    if (path / "unet" / "config.json").is_file():
        return _pipeline(path, {})
    config = _json(path / "config.json") if (path / "config.json").is_file() else {}
    if "UNet" in str(config.get("_class_name")):
        lines = (*_unet_lines(config), "no schedule beside it: that of DDPM is assumed")
        return Inspection(path, f"a {config['_class_name']} of diffusers", lines, _opened(path))
    return None


def _own_folder(path: Path) -> Inspection | None:
    try:
        header = _safetensors_header(path / WEIGHTS)
    except OSError:
        return None
    if header is not None and "diffvis" in (header.get("__metadata__") or {}):
        found = _own_checkpoint(path / WEIGHTS)
        return Inspection(path, found.what, found.lines, (f"diffvis --model {path}",), opens=True)
    return None if header is None else _safetensors(path / WEIGHTS, header)


def _pipeline(path: Path, index: Mapping[str, Any]) -> Inspection:
    unet = _json(path / "unet" / "config.json")
    scheduler = _json(path / "scheduler" / "scheduler_config.json")
    name = index.get("_class_name", "UNet folder")
    lines = [*_unet_lines(unet)]
    if scheduler:
        words = [str(scheduler.get("_class_name", "a scheduler"))]
        words += [
            f"{key} {scheduler[key]}"
            for key in ("num_train_timesteps", "beta_schedule", "prediction_type", "variance_type",
                        "clip_sample", "thresholding", "rescale_betas_zero_snr")
            if scheduler.get(key) not in (None, False)
        ]  # fmt: skip
        lines.append(f"scheduler: {', '.join(words)}")
    if (path / "unet_ema").is_dir():
        lines.append("unet_ema holds the averaged weights (EMA)")
    return Inspection(path, f"a {name} of diffusers", tuple(lines), _opened(path))


def _opened(path: Path) -> tuple[str, ...]:
    return (f"diffvis --model {path}  # needs pip install 'diffvis[diffusers]'",)


def _unet_lines(config: Mapping[str, Any]) -> list[str]:
    if not config:
        return []
    channels, size = config.get("in_channels"), config.get("sample_size")
    lines = [f"{config.get('_class_name', 'unet')}: {channels} channels, sample_size {size}"]
    if channels == 4:
        lines.append("4 channels are those of a latent: its pictures need the decoder as well")
    if isinstance(channels, int) and config.get("out_channels") == 2 * channels:
        lines.append("learned variance")
    if config.get("num_class_embeds"):
        lines.append(f"classes: {config['num_class_embeds']}, a label is required")
    return lines


def _json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(read_small(path, MOST_CONFIG))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _by(shape: tuple[int, ...]) -> str:
    return " × ".join(map(str, shape)) or "one number"
