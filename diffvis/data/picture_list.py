"""A list of pictures in a text file, a path in each line: a set of files from anywhere."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from diffvis.data.listing import Listing
from diffvis.errors import UserError
from diffvis.files import atomic_write

SUFFIX = ".pictures"


def write_list(paths: Sequence[Path], folder: Path) -> Path:
    """A list in ``folder``; the same pictures are the same list.

    Raises:
        OSError: it cannot be written.
    """
    content = "".join(f"{path.absolute()}\n" for path in paths).encode()
    file = folder / f"{len(paths)}-pictures-{hashlib.sha256(content).hexdigest()[:8]}{SUFFIX}"
    folder.mkdir(parents=True, exist_ok=True)
    with atomic_write(file) as out:
        out.write(content)
    return file


def read_list(file: Path) -> Listing:
    """The pictures of a list; relative paths are relative to the file.

    Raises:
        UserError: it is no text.
    """
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise UserError(f"{file} is not a text file", "give a path in each line") from error
    paths = [file.parent / line.strip() for line in lines if line.strip()]
    there = tuple(path for path in paths if path.is_file())
    return Listing(there, skipped=tuple(f"{path} is gone" for path in paths if path not in there))
