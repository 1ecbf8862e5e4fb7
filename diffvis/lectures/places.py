"""How a lecture names what its scenes open: by name, or by a path as seen from the file.

Paths begin with a dot or a root, so that they are never taken for names.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from diffvis.data.catalogue import entries
from diffvis.data.options import split_source
from diffvis.files import shipped_models
from diffvis.models.shipped import OWN_SAMPLES

PATH = "path"
"""Within states, ``{"path": "../runs/digits"}`` is a path; nothing else is."""


def named_data(source: str, folder: Path) -> str:
    """The source of a data set, as a file in ``folder`` has it."""
    name, _ = split_source(source)
    if name.startswith(OWN_SAMPLES) or any(entry.name == name for entry in entries()):
        return source
    return relative(name, folder) + source[len(name) :]


def named_model(source: str, folder: Path) -> str:
    """The source of a model, which is the name of one that comes with diffvis."""
    if not source:
        return ""
    path = Path(source)
    return path.name if path.parent == shipped_models() else relative(source, folder)


def opened_from(text: str, folder: Path) -> str:
    """What opens it, of the data or the model that a file in ``folder`` names."""
    name, _ = split_source(text)
    if name.startswith(".") or Path(name).is_absolute():
        return absolute(name, folder) + text[len(name) :]
    return text


def model_opened_from(text: str, folder: Path) -> str:
    """As ``opened_from``: models that come with diffvis are known by their paths."""
    found = opened_from(text, folder)
    shipped = shipped_models() / found
    is_name = bool(found) and found == text and Path(found).name == found
    return str(shipped) if is_name and shipped.is_dir() else found


def relative(path: str, folder: Path) -> str:
    """As seen from ``folder``; on another drive, there is no way but from its root."""
    whole = Path(path).expanduser().resolve()
    try:
        seen = Path(os.path.relpath(whole, folder.resolve())).as_posix()
    except ValueError:
        return whole.as_posix()
    return seen if seen.startswith(".") else f"./{seen}"


def absolute(text: str, folder: Path) -> str:
    return str(Path(os.path.normpath(folder.resolve() / text)))


def with_paths(value: Any, of: Callable[[str], str]) -> Any:
    """The same JSON with ``of`` done to every path in it."""
    if isinstance(value, dict):
        if set(value) == {PATH} and isinstance(value[PATH], str):
            return {PATH: of(value[PATH])}
        return {name: with_paths(part, of) for name, part in value.items()}
    return [with_paths(part, of) for part in value] if isinstance(value, list) else value
