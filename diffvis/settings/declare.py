"""Settings as immutable records: each field is declared once, with ``setting``.

class Film(Settings):
    frames: int = setting(50, ge=2, le=2000, label="Frames", help="How many frames.")
"""

import difflib
import types
import typing
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any, ClassVar, Self

import annotated_types as ranges
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.fields import FieldInfo

from diffvis.errors import UserError
from diffvis.settings.entry import Setting

_SHOWN = "setting"
REQUIRED: Any = ...


def setting(
    default: Any = REQUIRED,
    *,
    ge: float | None = None,
    gt: float | None = None,
    le: float | None = None,
    lt: float | None = None,
    choices: Callable[[], Mapping[str, str]] | Mapping[str, str] | None = None,
    min_length: int | None = None,
    **shown: Any,
) -> Any:
    """A field of some ``Settings``; ``shown`` are fields of ``Setting``.

    A choice is a ``Literal``, or a text with ``choices``: the words and what people call each, or
    what gives them when they are asked for.
    """
    if isinstance(choices, Mapping):
        titles = dict(choices)
        choices = lambda: titles  # noqa: E731
    limits: dict[str, Any] = {"ge": ge, "gt": gt, "le": le, "lt": lt, "min_length": min_length}
    extra: Any = {_SHOWN: {"choices": choices, **shown}}  # never written, so it need not be JSON
    return Field(default, description=shown.get("help"), json_schema_extra=extra, **limits)


class Settings(BaseModel):
    """An immutable record of settings, checked when it is made.

    Raises:
        UserError: a value is unknown or impossible; ``field`` names it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    called: ClassVar[str] = "setting"
    """What one of them is called in a message: ``training setting``."""

    def __init__(self, /, **values: Any) -> None:
        try:
            super().__init__(**values)
        except ValidationError as error:
            raise explained(error, type(self)) from None

    def changed(self, /, **values: Any) -> Self:
        """A copy with other values, checked like the first.

        Raises:
            UserError: a value is unknown or impossible.
        """
        return type(self)(**{**self.model_dump(), **values})

    def model_post_init(self, context: Any, /) -> None:
        for found in settings_of(type(self)).values():
            value = getattr(self, found.name)
            if found.choices is not None and value is not None and not found.free:
                found.check(value)


@cache
def settings_of(record: type[Settings]) -> Mapping[str, Setting]:
    """What is declared of each field of ``record``, in its order."""
    return types.MappingProxyType(
        {name: _setting_of(name, info) for name, info in record.model_fields.items()}
    )


def _setting_of(name: str, info: FieldInfo) -> Setting:
    extra: Any = info.json_schema_extra
    shown: dict[str, Any] = dict(extra.get(_SHOWN, {})) if isinstance(extra, dict) else {}
    kind, optional = _kind_of(info.annotation)
    if typing.get_origin(kind) is typing.Literal:
        titles = shown.get("choices")
        said = titles() if titles else {}
        words = {word: said.get(word, "") for word in typing.get_args(kind)}
        shown["choices"] = lambda: words
        kind = type(typing.get_args(kind)[0])
    if typing.get_origin(kind) in (tuple, dict):
        kind = typing.get_origin(kind)
    limits = _limits(info.metadata)
    default = None if info.is_required() else info.default
    return Setting(name, kind, default, optional, **{**limits, **shown})


def _kind_of(annotation: Any) -> tuple[Any, bool]:
    """A field's type without None, and whether None is possible."""
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        parts = [part for part in typing.get_args(annotation) if part is not type(None)]
        if len(parts) == 1:
            return parts[0], True
    return annotation, False


def _limits(metadata: Iterable[object]) -> dict[str, float]:
    names = {ranges.Ge: "low", ranges.Gt: "above", ranges.Le: "high", ranges.Lt: "below"}
    found: dict[str, float] = {}
    for rule in metadata:
        for kind, name in names.items():
            if isinstance(rule, kind):
                found[name] = getattr(rule, kind.__name__.lower())
    return found


def explained(error: ValidationError, record: type[Settings]) -> UserError:
    """The first thing that is wrong: which field, its value and what is allowed."""
    first = error.errors()[0]
    name = str(first["loc"][0]) if first["loc"] else ""
    known = settings_of(record)
    if first["type"] == "extra_forbidden":
        return unknown(name, record.called, known)
    if first["type"] == "missing":
        return UserError(f"the {record.called} {name} is missing", "give it a value", field=name)
    if name not in known:
        return UserError(f"these are no {record.called}s", "give names and values")
    return known[name].wrong(first["input"])


def unknown(name: str, called: str, known: Iterable[str]) -> UserError:
    """What to say of a setting that there is not."""
    near = difflib.get_close_matches(name, known, 1)
    remedy = f"did you mean {near[0]}?" if near else f"known: {', '.join(known)}"
    return UserError(f"there is no {called} called {name}", remedy, field=name)
