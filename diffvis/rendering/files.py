"""Files that appear whole or not at all, and what to say when they cannot be written."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from os import PathLike
from pathlib import Path

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from diffvis.errors import UserError
from diffvis.files import atomic_write


def check_path(path: str | PathLike[str], formats: Sequence[str]) -> Path:
    """The file that is to be written, once it is sure that its ending and its folder will do. What
    ends in ``.frames`` may be a folder.

    Raises:
        UserError: they will not.
    """
    file = Path(path)
    endings = " or ".join(formats)
    if file.is_dir() and file.suffix.lower() != ".frames":
        raise UserError(f"{file} is a folder", f"add the name of a file that ends in {endings}")
    if file.suffix.lower() not in formats:
        given = f"the format {file.suffix}" if file.suffix else f"{file} without an ending"
        raise UserError(f"{given} is not possible", f"end the name in {endings}")
    check_folder(file.parent)
    return file


def check_folder(folder: Path) -> None:
    """Make sure that a file can be made in ``folder``.

    Raises:
        UserError: it cannot.
    """
    if not folder.is_dir():
        raise UserError(f"there is no folder {folder}", "make it first, or choose another")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise UserError(f"the folder {folder} may not be written", "choose another folder")


@contextmanager
def reported(path: Path) -> Iterator[None]:
    """Turn what the system refuses into a message about ``path`` for the user."""
    try:
        yield
    except OSError as error:
        if not path.parent.is_dir():
            raise UserError(
                f"there is no folder {path.parent}", "make it first, or choose another"
            ) from error
        reason = error.strerror or str(error)
        raise UserError(f"{path} cannot be written ({reason})", "choose another place") from error


def write_png(
    path: str | PathLike[str], frame: np.ndarray, text: dict[str, str] | None = None
) -> None:
    """Write a frame, uint8 (h, w, 3) or (h, w), as PNG with ``text`` chunks, atomically.

    Raises:
        UserError: the file cannot be written.
    """
    chunks = PngInfo()
    for key, value in (text or {}).items():
        chunks.add_itxt(key, value)
    with reported(Path(path)), atomic_write(path) as file:
        Image.fromarray(frame).save(file, "PNG", pnginfo=chunks, compress_level=6)
