"""What the window remembers of itself: a JSON file in the user's own folder.

Nothing in it is ever executed. Each value has an entry in ``ENTRIES``, which says what it may be; a
value that cannot be used counts as not there, and ``tidied`` drops it. Earlier versions wrote
``window.ini``, which is read once and left as it is.
"""

import base64
import binascii
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from diffvis.app.old_settings import old_values
from diffvis.app.packed_layout import check_geometry, read_layout
from diffvis.app.preference_settings import PREFERENCES, THEME
from diffvis.errors import UserError
from diffvis.files import atomic_write, home, read_small
from diffvis.settings import Setting

FILE, OLD_FILE = "window.json", "window.ini"
MOST_BYTES = 1 << 20
MOST_ITEMS, LONGEST = 1_000, 10_000  # of a list, and letters of a text
KINDS = ("model", "data", "run", "lecture")  # of what was opened lately
LEFT = ("data", "model", "schedule", "workspace", "run", "unfinished")  # when it was closed
LARGEST = 1_000_000  # of a whole number
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Entry:
    """``usual`` where nothing is kept; ``read`` makes the value of what JSON holds and raises
    ValueError where it is none, ``write`` the other way round.
    """

    usual: Any
    read: Callable[[Any], Any]
    write: Callable[[Any], Any] = lambda value: value


def _one_of(*allowed: str) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if value not in allowed:
            raise ValueError(f"it is not one of {', '.join(allowed)}")
        return str(value)

    return read


def _declared(setting: Setting) -> Entry:
    """Of a device any name is kept: which there are is asked when one is needed."""

    def read(value: Any) -> Any:
        if isinstance(value, list) and len(value) > MOST_ITEMS:
            raise ValueError("it is too long")
        try:
            return setting.check(value)
        except UserError as error:
            raise ValueError(error.remedy) from error

    return Entry(setting.default, _text if setting.name == "device" else read)


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > LONGEST or "\0" in value:
        raise ValueError("it is no text")
    return value


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= LARGEST:
        raise ValueError("it is no whole number")
    return value


def _list_of(read_one: Callable[[Any], Any]) -> Callable[[Any], tuple[Any, ...]]:
    def read(value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list) or len(value) > MOST_ITEMS:
            raise ValueError("it is no list")
        return tuple(read_one(one) for one in value)

    return read


def _opened(value: Any) -> tuple[str, str]:
    """A model, data or a run, and where it was."""
    kind, source = _list_of(_text)(value)
    return _one_of(*KINDS)(kind), source


def _texts(value: Any) -> dict[str, str]:
    if not isinstance(value, dict) or len(value) > MOST_ITEMS:
        raise ValueError("it is no table")
    return {_text(name): _text(one) for name, one in value.items()}


def _packed(check: Callable[[bytes], object]) -> Callable[[Any], bytes]:
    """Bytes, as text in base64; none at all are possible."""

    def read(value: Any) -> bytes:
        try:
            found = base64.b64decode(_text(value), validate=True)
        except binascii.Error as error:
            raise ValueError("it is not in base64") from error
        if found:
            check(found)
        return found

    return read


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode()


ENTRIES: dict[str, Entry] = {
    "theme": _declared(THEME),
    "geometry": Entry(b"", _packed(check_geometry), _base64),
    "layout": Entry(b"", _packed(read_layout), _base64),
    **{f"preferences.{each.name}": _declared(each) for each in PREFERENCES},
    "preferences.seen_hints": Entry((), _list_of(_text)),
    "recent": Entry((), _list_of(_opened)),
    "folders": Entry({}, _texts),
    **{f"left.{name}": Entry("", _text) for name in LEFT},
    "left.t": Entry(0, _whole),
    "left.T": Entry(1, _whole),
    "export.folder": Entry("", _text),
    "export.format": Entry(".gif", _text),
    "export.film": Entry(".gif", _text),
    "export.picture": Entry(".png", _text),
}


@dataclass(frozen=True)
class Dropped:
    """What could not be used, by names, and the file that still has it."""

    names: tuple[str, ...]
    kept: Path


class Settings:
    """Those of one folder, as they were when this was made."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._content = _content(folder / FILE) or {}

    def get(self, name: str) -> Any:
        """A value of ``ENTRIES``, or the usual one where none is kept that can be used."""
        entry = ENTRIES[name]
        try:
            return entry.read(_found(self._content, name))
        except (ValueError, KeyError):
            return entry.usual

    def keep(self, values: Mapping[str, Any]) -> None:
        """Write values for the next window, beside what another may have written meanwhile. What
        cannot be written, or could not be used, is logged, and forgotten with this window.
        """
        self._content = _content(self._folder / FILE) or {}
        for name, value in values.items():
            entry = ENTRIES[name]
            written = entry.write(value)
            try:
                entry.read(written)
            except ValueError as error:
                log.warning("%s could not be kept: %s", name, error)
            else:
                _put(self._content, name, written)
        self._write()

    def tidied(self) -> Dropped | None:
        """Drop what cannot be used, and take over what an earlier version wrote. A file that
        something was dropped from is kept beside, as it was. None where all could be used.
        """
        path, old = self._folder / FILE, self._folder / OLD_FILE
        if path.is_symlink() or path.exists():
            content = _content(path)
            names = ["all of it"] if content is None else _unusable(content)
            if not names:
                return None
            try:
                kept = _keep_beside(path)
            except OSError as error:
                log.warning("%s could not be kept beside: %s", path, error)
                return Dropped(tuple(names), path)
        elif old.is_file():
            content = _taken_over(old)
            names = ["all of it"] if content is None else _unusable(content)
            kept = old
        else:
            return None
        self._content = content or {}
        for name in names:
            _remove(self._content, name)
        self._write()
        return Dropped(tuple(names), kept) if names else None

    def _write(self) -> None:
        text = json.dumps(self._content, indent=2) + "\n"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with atomic_write(self._folder / FILE) as file:
                file.write(text.encode())
        except OSError as error:
            log.warning("the settings could not be kept: %s", error)


def settings() -> Settings:
    """What is kept from one window to the next: layout, theme, preferences, the last export."""
    return Settings(home())


def _content(path: Path) -> dict[str, Any] | None:
    """What the file holds; None where it is not there, or no table that JSON can read."""
    text = _read_text(path)
    if text is None:
        return None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and _is_shallow(found) else None


def _is_shallow(value: Any, deepest: int = 8) -> bool:
    """Whether it can be written again: what is nested too deeply cannot."""
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return deepest > 0 and all(_is_shallow(part, deepest - 1) for part in parts)


def _read_text(path: Path) -> str | None:
    try:
        return read_small(path, MOST_BYTES).decode("utf-8", "surrogateescape")
    except OSError:
        return None


def _taken_over(path: Path) -> dict[str, Any] | None:
    """What an earlier version kept."""
    text = _read_text(path)
    if text is None:
        return None
    content: dict[str, Any] = {}
    for name, value in old_values(text):
        _put(content, name, value)
    return content


def _unusable(content: Mapping[str, Any]) -> list[str]:
    """The names of the values that are there and cannot be used."""
    names = []
    for name, entry in ENTRIES.items():
        try:
            entry.read(_found(content, name))
        except KeyError:
            continue
        except ValueError:
            names.append(name)
    return names


def _found(content: Mapping[str, Any], name: str) -> Any:
    """Raises KeyError where nothing is kept, ValueError where its group is no table."""
    for part in name.split("."):
        if not isinstance(content, Mapping):
            raise ValueError(f"{name} is in no table")
        content = content[part]
    return content


def _put(content: dict[str, Any], name: str, value: Any) -> None:
    group, _, rest = name.partition(".")
    if not rest:
        content[group] = value
        return
    if not isinstance(content.get(group), dict):
        content[group] = {}
    _put(content[group], rest, value)


def _remove(content: dict[str, Any], name: str) -> None:
    group, _, rest = name.partition(".")
    inside = content.get(group)
    if rest and isinstance(inside, dict):
        _remove(inside, rest)
    else:
        content.pop(group, None)


def _keep_beside(path: Path) -> Path:
    """Give what is there another name as well, or instead where it can have only one."""
    kept, number = path.with_name(f"{path.name}.old"), 2
    while kept.is_symlink() or kept.exists():
        kept, number = path.with_name(f"{path.name}.old-{number}"), number + 1
    try:
        kept.hardlink_to(path)
    except OSError:
        path.rename(kept)
    return kept
