"""The options of a network: their names, defaults and ranges, and what to say when one is wrong."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from diffvis.errors import UserError
from diffvis.settings import Setting

Shape = tuple[int, ...]
Value = bool | int | float | str | tuple[int, ...]
FIELD = "network_options."
"""Begins the ``field`` of an error; the name of the option follows."""
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

    def setting(self, shape: Shape) -> Setting:
        """How it is declared, for samples of a shape."""
        default = self.default_for(shape)
        return Setting(
            self.name, type(default), default,
            low=self.low, high=self.high, help=self.description,
        )  # fmt: skip

    def check(self, value: object, shape: Shape) -> Value:
        """The value in its proper type.

        Raises:
            UserError: it is of another type or outside the range.
        """
        try:
            checked: Value = self.setting(shape).check(value)
        except UserError as error:
            raise UserError(
                f"the network option {error.problem}", error.remedy, field=FIELD + self.name
            ) from None
        return checked


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
            raise UserError(f"the network {network} has no option {name}", has, field=FIELD + name)
    return {
        name: option.check(given[name], shape) if name in given else option.default_for(shape)
        for name, option in known.items()
    }
