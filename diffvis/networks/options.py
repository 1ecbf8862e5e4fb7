"""The options of a network: their names, defaults and ranges, and what to say when one is wrong."""

import inspect
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from diffvis.errors import UserError

Shape = tuple[int, ...]
Value = bool | int | float | str | tuple[int, ...]
_DEFAULTS = (bool, int, float, str, tuple, list)  # what an argument that is an option may have
STANDARD = ("T", "num_classes", "learns_variance")  # what every network may be told besides


@dataclass(frozen=True)
class Option:
    """One setting of a network. Its type is the type of its default."""

    name: str
    default: Value | Callable[[Shape], Value]
    """A value, or what computes one from the shape of a sample."""
    description: str = ""
    low: float | None = None
    """The smallest number allowed, also for each of a sequence; None leaves it open."""
    high: float | None = None

    def default_for(self, shape: Shape) -> Value:
        return self.default(shape) if callable(self.default) else self.default

    def check(self, value: object, shape: Shape) -> Value:
        """The value in its proper type.

        Raises:
            UserError: it is of another type or outside the range.
        """
        default = self.default_for(shape)
        if isinstance(default, tuple):
            if isinstance(value, Sequence) and value and not isinstance(value, str):
                return tuple(self._number(item, int, value) for item in value)
        elif isinstance(default, bool | str):
            if isinstance(value, type(default)):
                return value
        else:
            return self._number(value, type(default), value)
        raise self._wrong(value, default)

    def _number(self, item: object, kind: type, value: object) -> int | float:
        allowed = int if kind is int else int | float
        low = -math.inf if self.low is None else self.low
        high = math.inf if self.high is None else self.high
        if isinstance(item, bool) or not isinstance(item, allowed) or not low <= item <= high:
            raise self._wrong(value, kind())
        return kind(item)

    def _wrong(self, value: object, example: object) -> UserError:
        kinds = {bool: "true or false", int: "a whole number", float: "a number", str: "a word"}
        kind = kinds.get(type(example), "a list of whole numbers")
        low = "" if self.low is None else f" from {self.low:g}"
        high = "" if self.high is None else f" to {self.high:g}"
        return UserError(
            f"the network option {self.name} = {value!r} is not possible",
            f"give {kind}{low}{high}",
        )


def options_of(build: Callable[..., object]) -> tuple[Option, ...]:
    """The options that a network's signature shows: its arguments after the shape whose default is
    a number, a word, true or false, or a sequence.
    """
    parameters = tuple(inspect.signature(build).parameters.values())[1:]
    return tuple(
        Option(p.name, tuple(p.default) if isinstance(p.default, list) else p.default)
        for p in parameters
        if p.kind is not p.POSITIONAL_ONLY
        and p.name not in STANDARD
        and isinstance(p.default, _DEFAULTS)
    )


def resolve(
    network: str, options: Sequence[Option], given: Mapping[str, object], shape: Shape
) -> dict[str, Value]:
    """All options of a network for this shape: the given ones checked, the others by default."""
    known = {option.name: option for option in options}
    for name in given:
        if name not in known:
            has = f"it has {', '.join(known)}" if known else "it has none"
            raise UserError(f"the network {network} has no option {name}", has)
    return {
        name: option.check(given[name], shape) if name in given else option.default_for(shape)
        for name, option in known.items()
    }
