"""What earlier versions remembered: Qt's INI file, of which only plain values are read.

Qt would also make objects out of such a file, and PySide runs code to make some of them.
"""

import base64
import re
from collections.abc import Callable, Iterator

_BYTES = "@ByteArray("
_ESCAPE = re.compile(r"\\(x[0-9a-fA-F]+|[0-7]{1,3}|.)", re.DOTALL)
_LETTERS = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


def old_values(text: str) -> Iterator[tuple[str, object]]:
    """The settings in an INI file by their names of today, each as JSON would hold it. A value that
    cannot be used comes as it stands there, and is refused by whoever checks it.
    """
    for name, written in _lines(text):
        known = _RENAMED.get(name)
        if known is None and name.startswith("folders/"):
            yield f"folders.{name.removeprefix('folders/')}", _plain(written)
        elif known is not None:
            new_name, convert = known
            plain = _plain(written)
            yield new_name, convert(plain) if isinstance(plain, str) else plain


def _lines(text: str) -> Iterator[tuple[str, str]]:
    group = ""
    for line in text.split("\n"):
        line = line.strip()
        if line.startswith("[") and line.endswith("]"):
            group = "" if line == "[General]" else f"{line[1:-1]}/"
        elif "=" in line and not line.startswith(";"):
            name, _, written = line.partition("=")
            yield group + name.strip(), written.strip()


def _plain(written: str) -> object:
    """A text, or bytes in base64; None for anything else that Qt could have written."""
    quoted = len(written) >= 2 and written.startswith('"') and written.endswith('"')
    text = _ESCAPE.sub(_unescaped, written[1:-1] if quoted else written)
    if not text.startswith("@"):
        return text
    if text.startswith("@@"):
        return text[1:]
    if text.startswith(_BYTES) and text.endswith(")"):
        try:
            return base64.b64encode(text[len(_BYTES) : -1].encode("latin-1")).decode()
        except UnicodeEncodeError:
            return None
    return None


def _unescaped(found: re.Match[str]) -> str:
    code = found[1]
    if code[0] == "x":
        number = int(code[1:], 16)
        return chr(number) if number < 0x110000 else "\ufffd"
    return chr(int(code, 8)) if code[0] in "01234567" else _LETTERS.get(code, code)


def _number(text: str) -> object:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 20 else text


def _numbers(text: str) -> object:
    return [_number(word) for word in text.split()]


def _flag(text: str) -> object:
    return {"true": True, "false": False}.get(text.lower(), text)


def _recent(text: str) -> object:
    return [line.split("\t", 1) for line in text.splitlines()]


def _same(text: str) -> object:
    return text


_RENAMED: dict[str, tuple[str, Callable[[str], object]]] = {
    "theme": ("theme", _same),
    "geometry": ("geometry", _same),
    "layout": ("layout", _same),
    "recent": ("recent", _recent),
    "preferences/marks": ("preferences.marks", _numbers),
    "preferences/snap": ("preferences.snap", _flag),
    "preferences/memory_mb": ("preferences.memory_mb", _number),
    "preferences/reopen_layout": ("preferences.reopen_layout", _flag),
    "preferences/device": ("preferences.device", _same),
    "preferences/seen_hints": ("preferences.seen_hints", str.split),
    "export/folder": ("export.folder", _same),
    "export/format": ("export.format", _same),
}
