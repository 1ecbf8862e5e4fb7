"""The recipe of an exported file: what made it, kept in the file itself."""

import html
import io
import json
import mmap
import re
import zipfile
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

import diffvis
from diffvis.errors import UserError
from diffvis.files import regular
from diffvis.rendering.formats.numbered import RECIPE
from diffvis.rendering.identity import identify_guide
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.subjects.subject import Subject

VERSION = 1
MOST_BYTES = 4 * 2**20  # of a recipe: a schedule of many given betas is long
_ESCAPED = 5 * MOST_BYTES  # the longest that a character becomes is &amp;
_DESCRIPTION = b"<dc:description>", re.compile(rb"(.*?)</dc:description>", re.DOTALL)
_DATA_BLOCK = b'<script type="application/json" id="recipe">', re.compile(rb"(.*?)</", re.DOTALL)
_SUBJECT = b"/Subject (", re.compile(rb"(.*?)(?<!\\)\)", re.DOTALL)


def make_recipe(subject: Subject, spec: ExportSpec) -> dict[str, Any]:
    """All that a file depends on."""
    model = getattr(subject, "model", None)
    return {
        "program": f"diffvis {diffvis.__version__}",
        "recipe": VERSION,
        "what": subject.what,
        **subject.sources(),
        **({} if model is None else identify_guide(model, spec.chain)),
        "spec": spec.to_json(),
    }


def as_words(recipe: dict[str, Any]) -> str:
    """As files keep it: JSON in plain ASCII, which every format can hold."""
    return json.dumps(recipe, allow_nan=False)


def read_recipe(path: str | PathLike[str]) -> dict[str, Any]:
    """The recipe that an exported file carries, or that a ``.json`` file is.

    Raises:
        UserError: there is no such file, it cannot be read, or it carries no recipe.
    """
    path = Path(path)
    if not path.exists():
        raise UserError(f"there is no file {path}", "give a file that diffvis has exported")
    try:
        words = _words(path if path.is_dir() else regular(path))
    except UserError:
        raise
    except OSError as error:
        reason = error.strerror or str(error)
        raise UserError(f"{path} cannot be read ({reason})", "give another file") from error
    except Exception as error:  # what readers raise for others' files has no end
        raise _no_recipe(path) from error
    try:
        recipe = json.loads(words) if words and len(words) <= MOST_BYTES else None
    except (ValueError, RecursionError) as error:
        raise _no_recipe(path) from error
    if isinstance(recipe, dict) and isinstance(recipe.get("recipe"), dict):
        recipe = recipe["recipe"]  # among what ``diffvis sample`` says of its numbers
    if not isinstance(recipe, dict) or not isinstance(recipe.get("spec"), dict):
        raise _no_recipe(path)
    if recipe.get("recipe") != VERSION:
        raise UserError(
            f"{path} was made by another version ({recipe.get('program')})",
            "use that version, or export it anew",
        )
    return recipe


def carries_recipe(path: str | PathLike[str]) -> bool:
    """Whether a file, such as one that was dropped on the window, is an export of diffvis."""
    try:
        read_recipe(path)
    except UserError:
        return False
    return True


def _no_recipe(path: Path) -> UserError:
    return UserError(f"{path} carries no recipe", "give a file that diffvis has exported")


def _words(path: Path) -> str | None:
    suffix = path.suffix.lower()
    if path.is_dir():
        recipe = path / RECIPE
        return _of_text(recipe) if recipe.is_file() else None
    if suffix in (".gif", ".png", ".apng", ".webp"):
        return _of_picture(path)
    if suffix == ".mp4":
        return _of_film(path)
    if suffix == ".svg":
        found = _within(path, *_DESCRIPTION)
        return None if found is None else html.unescape(found.decode("utf-8"))
    if suffix == ".html":
        found = _within(path, *_DATA_BLOCK)
        return None if found is None else found.decode("ascii")
    if suffix == ".pdf":
        found = _within(path, *_SUBJECT)
        return None if found is None else re.sub(rb"\\(.)", rb"\1", found).decode("ascii")
    if suffix == ".npz":
        meta = _member(path, "meta.npy", 4 * MOST_BYTES)  # four bytes for a character
        return None if meta is None else str(np.load(io.BytesIO(meta), allow_pickle=False))
    if suffix == ".zip":
        recipe = _member(path, RECIPE, MOST_BYTES)
        return None if recipe is None else recipe.decode("utf-8")
    return _of_text(path) if suffix == ".json" else None


def _of_text(path: Path) -> str | None:
    with path.open("rb") as file:
        words = file.read(MOST_BYTES + 1)
    return None if len(words) > MOST_BYTES else words.decode("utf-8")


def _within(path: Path, start: bytes, rest: re.Pattern[bytes]) -> bytes | None:
    """As ``_between`` of a file, without reading all of it."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return _between(content, start, rest)


def _between(content: bytes | mmap.mmap, start: bytes, rest: re.Pattern[bytes]) -> bytes | None:
    """What ``rest`` matches after the first ``start``, and only there: searching for it anew after
    each of many would never end.
    """
    at = content.find(start)
    if at < 0:
        return None
    found = rest.match(content[at + len(start) : at + len(start) + _ESCAPED])
    return found[1] if found else None


def _member(path: Path, name: str, most: int) -> bytes | None:
    """A file of a ZIP archive, which can unpack to a thousand times its size and may lie about it:
    no more than ``most`` of it is unpacked.
    """
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            if Path(info.filename).name == name:
                usual = info.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
                if not usual or info.file_size > most:  # others are unpacked without a limit
                    return None
                with archive.open(info) as file:
                    return file.read(most + 1)
    return None


def _of_picture(path: Path) -> str | None:
    with Image.open(path) as picture:
        if picture.format == "PNG":  # its other texts are somebody else's
            return picture.info.get("recipe")
        comment = picture.info.get("comment")
        if comment is not None:
            return comment.decode("utf-8")
        packet = picture.info.get("xmp")
        found = None if packet is None else _between(packet, *_DESCRIPTION)
        return None if found is None else html.unescape(found.decode("utf-8"))


def _of_film(path: Path) -> str | None:
    try:
        import av
    except ImportError as error:
        raise UserError(
            "reading an MP4 needs PyAV, which is not installed", 'pip install "diffvis[video]"'
        ) from error
    try:
        with av.open(str(path)) as film:
            return film.metadata.get("comment")
    except av.FFmpegError as error:
        raise _no_recipe(path) from error
