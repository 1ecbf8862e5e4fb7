"""One thing that a person can choose: what it may be, and how it is called everywhere."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from diffvis.errors import UserError

Value = Any
"""None, a bool, a number, a word, a path as text, or a tuple of whole numbers."""


@dataclass(frozen=True)
class Choice:
    """One of the values that a setting can have, and how people call it."""

    value: Value
    title: str


@dataclass(frozen=True)
class Setting:
    """A setting of some ``Settings``, or an option of a network or of a data set.

    ``low`` to ``high`` are possible; ``above`` and ``below`` exclude the end itself.
    """

    name: str
    kind: type
    """bool, int, float, str, tuple for several whole numbers, or dict for options by name."""
    default: Value
    optional: bool = False
    """Whether None is possible as well."""
    low: float | None = None
    high: float | None = None
    above: float | None = None
    below: float | None = None
    choices: Callable[[], Mapping[Any, str]] | None = None
    """The values that are possible, and what people call each, when they are asked for."""
    free: str = ""
    """What is possible beside the choices, such as ``the path of a .json file``."""
    symbol: str = ""
    """Of a number in a formula: its caption is ``η = 0.5``, beside the name that it belongs to."""
    label: str = ""
    """In a form. Markup of ``rendering.text``: x_0."""
    spoken: str = ""
    """What a screen reader says instead of a label that is short or a symbol."""
    help: str = ""
    """One line, on the command line and in tables."""
    tip: str = ""
    """In the window; the ``help`` where there is none."""
    group: str = ""
    """Settings of a group stand together, under their own title where there is room for one."""
    rare: bool = False
    """Folded away in a form with little room."""
    none: str = ""
    """What None stands for: ``T``, ``as many as fit``."""
    unit: str = ""
    """Behind a number in a form: ``MB``, ``s``."""
    step: float = 0.0
    """From one value to the next in a field with arrows; 0 for 1, or 0.1."""
    decimals: int = 2
    usual: tuple[Value, ...] = ()
    """Values that are offered, though others can be typed."""
    words: Callable[[Value], str] | None = field(default=None, compare=False)
    """In a caption; "" where nothing needs to be said. The default is never said."""
    applies: Callable[[Any], str] | None = field(default=None, compare=False)
    """Why it changes nothing among the values of others, which it gets by name, in words; "" where
    it has an effect."""
    option: str = ""
    """Its name on the command line, where that is another one."""

    @property
    def title(self) -> str:
        """What it is called in a form."""
        return self.label or self.name.replace("_", " ").capitalize()

    @property
    def flag(self) -> str:
        """What it is called on the command line: ``--batch-size``."""
        return f"--{(self.option or self.name).replace('_', '-')}"

    def offered(self) -> tuple[Choice, ...]:
        """What there is to choose from; nothing where a number or a text is asked for."""
        if self.choices is None:
            return ()
        return tuple(Choice(value, title or str(value)) for value, title in self.choices().items())

    def allowed(self) -> str:
        """In words, such as ``a whole number from 1 to 100,000``."""
        if self.choices is not None:
            known = f"one of {', '.join(str(word) for word in self.choices() if word != '')}"
            return f"{known}, or {self.free}" if self.free else known
        if self.free:
            return self.free
        if self.kind is bool:
            return "true or false"
        if self.kind is str:
            return "text"
        if self.kind is dict:
            return "a table of names and values"
        nouns = {int: "a whole number", float: "a number", tuple: "a list of whole numbers"}
        return nouns[self.kind] + self._range()

    def check(self, value: object) -> Value:
        """The value in its proper type.

        Raises:
            UserError: it is of another type, or outside the range.
        """
        if value is None and self.optional:
            return None
        if self.kind is tuple:
            if isinstance(value, Sequence) and value and not isinstance(value, str):
                return tuple(self._number(item, int, value) for item in value)
        elif self.kind in (bool, str):
            if isinstance(value, self.kind) and self._is_offered(value):
                return value
        else:
            return self._number(value, self.kind, value)
        raise self.wrong(value)

    def wrong(self, value: object) -> UserError:
        """What to say of a value that is not possible."""
        shown = value if isinstance(value, int | float) else repr(value)
        return UserError(
            f"{self.name} = {shown} is not possible", f"give {self.allowed()}", field=self.name
        )

    def _is_offered(self, value: object) -> bool:
        return self.choices is None or bool(self.free) or value in self.choices()

    def _number(self, item: object, kind: type, value: object) -> int | float:
        allowed = int if kind is int else int | float
        if isinstance(item, bool) or not isinstance(item, allowed):
            raise self.wrong(value)
        try:
            made: int | float = kind(item)
        except OverflowError:  # an integer of hundreds of digits
            raise self.wrong(value) from None
        inside = (
            (self.low is None or item >= self.low)
            and (self.high is None or item <= self.high)
            and (self.above is None or item > self.above)
            and (self.below is None or item < self.below)
        )
        if not inside or (isinstance(made, float) and not math.isfinite(made)):
            raise self.wrong(value)
        return made

    def _range(self) -> str:
        words = ""
        for limit, before in (
            (self.low, "from "), (self.above, "above "), (self.high, "to "),
            (self.below, "to below "),
        ):  # fmt: skip
            if limit is not None:
                words += f" {before}{_number_words(limit)}"
        return words


def _number_words(value: float) -> str:
    """63-bit seeds as powers of two, which people know; commas where there are many digits."""
    if value == 2**63:
        return "2^63"
    if value == 2**63 - 1:
        return "2^63 - 1"
    if isinstance(value, int):
        return f"{value:,}" if abs(value) >= 10_000 else str(value)
    return f"{value:g}"
