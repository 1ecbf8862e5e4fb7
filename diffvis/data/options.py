"""Options of a data set, given as arguments or after a question mark: ``digits?size=16``."""

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from diffvis.errors import UserError
from diffvis.settings import Setting

Value = int | float | str


@dataclass(frozen=True)
class Option:
    """A number within a range, one of a few words, or words of a certain form."""

    name: str
    description: str
    kind: type
    low: float = 0
    high: float = 0
    words: tuple[str, ...] = ()
    form: str = ""
    """A regular expression that the whole value matches."""
    example: str = ""
    joint: str = ","
    """What stands between the parts of a value that was given as a tuple."""

    @property
    def setting(self) -> Setting:
        """How it is declared. None, by default, leaves it to the data."""
        if self.words:
            choices = dict.fromkeys(self.words, "")
            return Setting(
                self.name, str, None, True, choices=lambda: choices, help=self.description
            )
        if self.form:
            example = f"it as in {self.name}={self.example}"
            return Setting(self.name, str, None, True, free=example, help=self.description)
        return Setting(
            self.name, self.kind, None, True, low=self.low, high=self.high, help=self.description
        )

    def parse(self, value: object) -> Value:
        """The value in its own type; numbers may be texts, as they are in a source.

        Raises:
            UserError: it is of another type or outside the range.
        """
        if self.form:
            if isinstance(value, tuple | list):
                value = self.joint.join(map(str, value))
            if not re.fullmatch(self.form, str(value)):
                raise self._wrong(value, self.setting.allowed())
            return str(value)
        number = value
        if self.kind is not str and not isinstance(value, bool):
            with suppress(TypeError, ValueError, OverflowError):
                read = self.kind(value)
                number = read if isinstance(value, str) or read == value else value
        try:
            checked: Value = self.setting.check(number)
        except UserError:
            raise self._wrong(value, self.setting.allowed()) from None
        return checked

    def _wrong(self, value: object, expected: str) -> UserError:
        return UserError(
            f"{self.name} = {value} is not possible", f"give {expected}", field=self.name
        )


_NUMBER = r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?"

OPTIONS = {
    option.name: option
    for option in (
        Option("n", "how many points", int, 1, 1_000_000),
        Option("noise", "spread around the shape, in data units", float, 0, 10),
        Option("seed", "which points are drawn", int, 0, 2**63 - 1),
        Option("size", "side of the images in pixels", int, 1, 512),
        Option("colour", "grey or colour images", str, words=("grey", "colour")),
        Option("limit", "at most so many images", int, 1, 10_000_000),
        Option(
            "splits", "none: folders named train and test are classes", str, words=("none",)
        ),
        Option(
            "loose", "what pictures beside folders are", str, words=("out", "class")
        ),
        Option(
            "pages", "which pages or frames of a file are pictures", str, words=("all", "first")
        ),
        Option("stride", "every so many pages or frames", int, 1, 1_000_000),
        Option("background", "of what is transparent", str, words=("white", "black")),
        Option("ink", "which parts of a picture become points", str, words=("dark", "light")),
        Option(
            "range", "the values that are black and white", str,
            form=rf"{_NUMBER}\.\.{_NUMBER}", example="0..255", joint="..",
        ),
        Option(
            "shape", "height and width of pictures that are stored as rows", str,
            form=r"\d{1,5}(x\d{1,5}){1,2}", example="28x28 or 32x32x3", joint="x",
        ),
        Option(
            "axes", "what the axes of an array are: number, height, width, channels", str,
            form=r"(?i)(?=.*n)(?=.*h)(?=.*w)(?!.*(.).*\1)[nhwc]{3,4}", example="hwcn", joint="",
        ),
        Option(
            "columns", "which columns or arrays are learned, by name or by number from 1", str,
            form=r"[^,]+(,[^,]+)*", example="x,y",
        ),
        Option(
            "label", "which column or array has the classes; none for none", str,
            form=r".+", example="class",
        ),
        Option(
            "sep", "what separates columns: a mark, tab or space", str,
            form=r"[^\w\s.+-]|tab|space", example="; or sep=tab",
        ),
        Option("set", "which of the sets in a folder", str, form=r"[\w-]+", example="letters"),
    )
}  # fmt: skip


def parse_options(what: str, given: Mapping[str, object], known: Iterable[str]) -> dict[str, Value]:
    """Check options by name, type and range; None counts as not given.

    Raises:
        UserError: an option that ``what`` does not have, or a value that it cannot take.
    """
    known = tuple(known)
    parsed = {}
    for name, value in given.items():
        if name not in known:
            has = f"it has {', '.join(known)}" if known else "it has none"
            raise UserError(f"{what} has no option {name}", has)
        if value is not None:
            parsed[name] = OPTIONS[name].parse(value)
    return parsed


def split_source(source: str) -> tuple[str, dict[str, str]]:
    """``digits?size=16`` as ("digits", {"size": "16"})."""
    if "?" not in source:
        return source, {}
    name, _, query = source.rpartition("?")
    return name, dict(parse_qsl(query, keep_blank_values=True))


def join_source(name: str, options: Mapping[str, Value]) -> str:
    """The opposite of ``split_source``; options in alphabetical order."""
    return f"{name}?{urlencode(sorted(options.items()), safe=',;|')}" if options else name
