"""What is in a file that PyTorch wrote: weights, a training checkpoint, a whole module."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import torch

from diffvis.files import size_words
from diffvis.models.foreign.inspection import Inspection
from diffvis.models.foreign.recognising import class_lines, recognise, schedule_lines
from diffvis.models.foreign.torch_file import Kept, Ordered, Thing, is_script, load_kept

_AVERAGED = ("ema", "ema_state_dict", "ema_model", "ema_model_state_dict", "model_ema",
             "params_ema")  # fmt: skip
_STATES = (*_AVERAGED, "state_dict", "model_state_dict", "model", "net_model", "net", "network",
           "unet", "params")  # fmt: skip
"""Under what name checkpoints keep weights; those that samples are better of come first."""


def inspect_torch(path: Path) -> Inspection:
    """What the file is, without loading it.

    Raises:
        UserError: it is damaged.
        OSError: it cannot be read.
    """
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
        return inspect_weights(path, "a state dict of PyTorch", tensors, load, imports)
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
    if chosen in _AVERAGED:
        lines.append("the averaged weights (EMA) are taken, which samples are better of")
    kind = "a checkpoint of PyTorch Lightning" if is_lightning else "a training checkpoint"
    if lucid:
        kind = "a checkpoint of lucidrains' Trainer"
    return inspect_weights(path, kind, tensors, state, imports, tuple(lines))


def inspect_weights(
    path: Path,
    kind: str,
    tensors: Mapping[str, Kept],
    state: str,
    imports: tuple[str, ...],
    before: tuple[str, ...] = (),
) -> Inspection:
    """What weights are, and how such a network is brought here.

    Args:
        kind: what holds them, in words.
        state: the Python that gives them, after the lines ``imports``.
        before: what is known of the file besides.
    """
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
