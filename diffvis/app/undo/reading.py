"""States that were written into a file, which may have been changed by anybody."""

from collections.abc import Mapping
from typing import Any

from diffvis.errors import UserError

REMEDY = "keep the scene anew"


def table_of(written: object) -> dict[str, Any]:
    """Raises UserError where it is no table."""
    if not isinstance(written, dict):
        raise UserError("a state is no table of names and values", REMEDY)
    return written


def list_of(written: object, length: int | None = None) -> list[Any]:
    """Raises UserError where it is no list, or of another length."""
    if not isinstance(written, list) or length not in (None, len(written)):
        raise UserError("a state is no list", REMEDY)
    return written


def filled(now: Mapping[str, Any], written: object) -> dict[str, Any]:
    """``now`` with what was written, each value of a kind that is there; None may be a number.

    Raises:
        UserError: a value is of another kind, or below 0.
    """
    found = dict(now)
    for name, value in table_of(written).items():
        if name not in found:
            continue
        optional = found[name] is None or (value is None and type(found[name]) is int)
        kind = int if found[name] is None else type(found[name])
        right = type(value) is kind and not (kind is int and value < 0)
        if not right and not (optional and value is None):
            raise UserError(f"{name} = {value!r} is not possible in a scene", REMEDY)
        found[name] = value
    return found


def plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values of settings as JSON can hold them."""
    return {name: list(v) if isinstance(v, tuple) else v for name, v in values.items()}
