"""Settings of a chain as lists of words: ``--steps 5,10,T --eta 0,0.5``."""

from collections.abc import Mapping
from typing import Any

from diffvis.models.model import Model
from diffvis.sampling.classes import class_of
from diffvis.sampling.settings import chain_settings
from diffvis.settings.entry import Setting


def read_lists(model: Model, given: Mapping[str, str]) -> dict[str, list[Any]]:
    """The values of each setting; classes are those of the model.

    Raises:
        UserError: a value is none of its setting, or the model knows no such class.
    """
    known = chain_settings()
    found: dict[str, list[Any]] = {}
    for name, words in given.items():
        parts = [part.strip() for part in words.split(",") if part.strip()]
        if name == "label":
            found[name] = [class_of(model, part) for part in parts]
        else:
            found[name] = [_value(known[name], part) for part in parts]
    return found


def _value(setting: Setting, word: str) -> Any:
    if setting.optional and word in (setting.none, "none"):
        return None
    if setting.kind is str and setting.default == "" and word == "none":
        return ""  # an empty word stands between two commas, and is no value
    try:
        read: Any = {int: int, float: float, bool: _truth}.get(setting.kind, str)(word)
    except ValueError:
        raise setting.wrong(word) from None
    return setting.check(read)


def _truth(word: str) -> bool:
    if word not in ("true", "false"):
        raise ValueError(word)
    return word == "true"
