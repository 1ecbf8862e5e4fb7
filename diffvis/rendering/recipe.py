"""The recipe of an exported file: what made it, kept in the file itself."""

import html
import json
import re
import zipfile
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

import diffvis
from diffvis.errors import UserError
from diffvis.rendering.formats.numbered import RECIPE
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.subjects.subject import Subject

VERSION = 1
MOST_BYTES = 4 * 2**20  # of a recipe: a schedule of many given betas is long
_DESCRIPTION = re.compile(r"<dc:description>(.*?)</dc:description>", re.DOTALL)
_SUBJECT = re.compile(rb"/Subject \((.*?)(?<!\\)\)", re.DOTALL)


def make_recipe(subject: Subject, spec: ExportSpec) -> dict[str, Any]:
    """All that a file depends on."""
    return {
        "program": f"diffvis {diffvis.__version__}",
        "recipe": VERSION,
        "what": subject.what,
        **subject.sources(),
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
        words = _words(path)
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
        return recipe.read_text(encoding="utf-8") if recipe.is_file() else None
    if suffix in (".gif", ".png", ".apng", ".webp"):
        return _of_picture(path)
    if suffix == ".mp4":
        return _of_film(path)
    if suffix == ".svg":
        found = _DESCRIPTION.search(path.read_text(encoding="utf-8"))
        return html.unescape(found[1]) if found else None
    if suffix == ".pdf":
        found = _SUBJECT.search(path.read_bytes())
        return re.sub(rb"\\(.)", rb"\1", found[1]).decode("ascii") if found else None
    if suffix == ".npz":
        with np.load(path, allow_pickle=False) as arrays:
            return str(arrays["meta"]) if "meta" in arrays else None
    if suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            names = [name for name in archive.namelist() if Path(name).name == RECIPE]
            return archive.read(names[0]).decode() if names else None
    return path.read_text(encoding="utf-8") if suffix == ".json" else None


def _of_picture(path: Path) -> str | None:
    with Image.open(path) as picture:
        if picture.format == "PNG":  # its other texts are somebody else's
            return picture.info.get("recipe")
        comment = picture.info.get("comment")
        if comment is not None:
            return comment.decode("utf-8")
        packet = picture.info.get("xmp")
        found = None if packet is None else _DESCRIPTION.search(packet.decode("utf-8"))
        return html.unescape(found[1]) if found else None


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
