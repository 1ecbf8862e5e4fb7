"""Where an export goes: the folder of last time, a name that is free, the right ending."""

import os
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QStandardPaths

from diffvis.app.settings import settings
from diffvis.errors import UserError
from diffvis.rendering.formats.registry import FORMATS

_FOLDER, _FORMAT, _FILM, _PICTURE = (
    f"export.{name}" for name in ("folder", "format", "film", "picture")
)


def suggest(stem: str, suffix: str, folder: Path) -> Path:
    """``folder/stem.suffix``, numbered where there is such a file already."""
    path = folder / f"{stem}{suffix}"
    number = 2
    while path.exists():
        path = folder / f"{stem}-{number}{suffix}"
        number += 1
    return path


def as_path(text: str, suffix: str, suffixes: tuple[str, ...]) -> Path:
    """The file that was typed, with ``suffix`` in the place of another of ``suffixes`` or of none.

    Raises:
        UserError: nothing was typed, or the name of a folder.
    """
    text = text.strip()
    if not text:
        raise UserError("no file is named", "type a name or choose one with Browse")
    path = Path(text).expanduser().absolute()
    if text.endswith(("/", os.sep)) or (path.is_dir() and path.suffix.lower() != ".frames"):
        raise UserError(f"{path} is a folder", f"add the name of a file, such as film{suffix}")
    if path.suffix.lower() == suffix:
        return path
    stem = path.stem if path.suffix.lower() in suffixes else path.name
    return path.with_name(stem + suffix)


def last_folder() -> Path:
    """The folder of the last export; at first, that of the user's pictures."""
    remembered = settings().get(_FOLDER)
    if remembered and Path(remembered).is_dir():
        return Path(remembered)
    pictures = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.PicturesLocation)
    return Path(pictures) if pictures and Path(pictures).is_dir() else Path.home()


@dataclass(frozen=True)
class Formats:
    """What was chosen the last time: endings of a film and of a picture, and which of them."""

    film: str
    picture: str
    last: str


def last_formats() -> Formats:
    """A GIF or a PNG at first, of which a film comes first; earlier versions kept one format."""
    kept = settings()
    film, picture, last = (kept.get(name) for name in (_FILM, _PICTURE, _FORMAT))
    if last in (film, picture) or last not in FORMATS:
        return Formats(film, picture, last)
    return Formats(*((last, picture) if FORMATS[last].kind == "film" else (film, last)), last)


def remember(path: Path, film: bool) -> None:
    """Begin with this folder and format next time. What cannot be stored is forgotten."""
    suffix = path.suffix.lower()
    kind = _FILM if film else _PICTURE
    settings().keep({_FOLDER: str(path.parent), _FORMAT: suffix, kind: suffix})
