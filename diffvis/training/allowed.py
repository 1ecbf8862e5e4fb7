"""What a training setting may be, in words, and what to say when one is something else."""

import difflib
import typing
from collections.abc import Callable

import annotated_types as ranges
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from diffvis.diffusion.schedule import SCHEDULE_KINDS
from diffvis.errors import UserError
from diffvis.networks.registry import NETWORKS
from diffvis.training.device import DEVICES_IN_WORDS

_NAMES: dict[str, Callable[[], str]] = {
    "network": lambda: _choice(NETWORKS),
    "schedule": lambda: f"{_choice(SCHEDULE_KINDS)}, or the path of a .json file",
    "device": lambda: f"one of {DEVICES_IN_WORDS}",
    "data": lambda: "a name or a path",
    "start_from": lambda: "a model, a run folder or a checkpoint; nothing for random weights",
}


def allowed(name: str, field: FieldInfo) -> str:
    """Such as ``a whole number from 1 to 100,000``."""
    if name in _NAMES:
        return _NAMES[name]()
    kind = field.annotation
    if typing.get_origin(kind) is typing.Literal:
        return _choice(typing.get_args(kind))
    if kind is bool:
        return "true or false"
    if kind in (int, float):
        return f"{'a whole number' if kind is int else 'a number'}{_range(field)}"
    if typing.get_origin(kind) is dict:
        return 'options by name, such as {"width": 64}'
    return "text"


def explain(error: ValidationError, model: type[BaseModel]) -> UserError:
    """The first thing that is wrong: which field, its value and what is allowed."""
    first = error.errors()[0]
    name = str(first["loc"][0]) if first["loc"] else "configuration"
    if first["type"] == "extra_forbidden":
        near = difflib.get_close_matches(name, model.model_fields, 1)
        remedy = f"did you mean {near[0]}?" if near else f"known: {', '.join(model.model_fields)}"
        return UserError(f"there is no training setting called {name}", remedy)
    if first["type"] == "missing":
        return UserError(f"the training setting {name} is missing", "give it a value")
    wrong = first["input"]
    shown = wrong if isinstance(wrong, int | float) else repr(wrong)
    return UserError(
        f"{name} = {shown} is not possible", f"give {allowed(name, model.model_fields[name])}"
    )


def _choice(names: typing.Iterable[str]) -> str:
    return f"one of {', '.join(names)}"


def _range(field: FieldInfo) -> str:
    words = ""
    for limit in field.metadata:
        if isinstance(limit, ranges.Ge):
            words += f" from {limit.ge:,}"
        elif isinstance(limit, ranges.Gt):
            words += f" above {limit.gt:,}"
        elif isinstance(limit, ranges.Le):
            words += f" to {limit.le:,}"
        elif isinstance(limit, ranges.Lt):
            words += f" to below {limit.lt:,}"
    return words
