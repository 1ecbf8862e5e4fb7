"""What is half written, whose it is, and how it goes when the process that wrote it was killed.

Files and folders are written under a hidden name, ``.film.gif.x7_2kq9a.diffvis.part``, and held
meanwhile with a lock that ends with the process. What nobody holds is left over.
"""

import hashlib
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows, where nobody can delete or rename what is open
    fcntl = None
CAN_HOLD = fcntl is not None
"""Whether this system has locks that end with who holds them, on folders too."""

PART, OLD = ".diffvis.part", ".diffvis.old"  # what is being written, and what it will replace
_RANDOM = "[a-z0-9_]{8}"  # what mkstemp and mkdtemp put between
_LONGEST = 200  # bytes of a name; file systems allow 255 with all that is added here


def hidden(path: Path) -> str:
    """How the names of what is half written of ``path`` begin."""
    name = path.name
    if len(os.fsencode(name)) > _LONGEST:
        name = hashlib.sha256(os.fsencode(name)).hexdigest()[:32]
    return f".{name}."


def old_of(part: Path) -> Path:
    """Where what a part is going to replace waits until it has."""
    return part.with_name(part.name.removesuffix(PART) + OLD)


def hold(descriptor: int, shared: bool = False) -> bool:
    """Hold an open file or folder until it is closed, however that comes about; ``shared``: beside
    others who do the same. False where somebody else holds it.

    Raises:
        OSError: nothing can be held there.
    """
    if fcntl is None:
        raise OSError("nothing can be held here")
    try:
        fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def claimed(part: Path) -> Iterator[None]:
    """Hold what is being written, where that is possible."""
    if fcntl is None:
        yield
        return
    descriptor = os.open(part, os.O_RDONLY)
    try:
        with suppress(OSError):
            hold(descriptor)
        yield
    finally:
        os.close(descriptor)


def tidy(path: Path) -> None:
    """Delete what processes that were killed have left half written of ``path``; what was there
    before, and was already out of the way, comes back. What somebody writes now stays, as does
    every other file.
    """
    parts = _found(path.parent, re.escape(hidden(path)), PART)
    for part in parts:
        _delete(part)
    for old in _found(path.parent, re.escape(hidden(path)), OLD):
        part = old.with_name(old.name.removesuffix(OLD) + PART)
        if part.exists():  # it is about to be replaced
            continue
        with suppress(OSError):
            shutil.rmtree(old) if path.exists() else old.rename(path)


def tidy_folder(folder: Path) -> None:
    """The same for all files in a folder that is diffvis's own."""
    for part in _found(folder, r"\..+\.", PART):
        _delete(part)


def _found(folder: Path, begin: str, suffix: str) -> list[Path]:
    pattern = re.compile(begin + _RANDOM + re.escape(suffix), re.DOTALL)
    with suppress(OSError):  # what cannot be listed is in nobody's way
        return [path for path in folder.iterdir() if pattern.fullmatch(path.name)]
    return []


def _delete(part: Path) -> None:
    with suppress(OSError):
        if _abandoned(part):
            shutil.rmtree(part) if part.is_dir() else part.unlink()


def _abandoned(part: Path) -> bool:
    """Whether nobody holds it. Windows deletes nothing that is open, and opens no folders."""
    descriptor = os.open(part, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
    try:
        return fcntl is None or hold(descriptor)
    finally:
        os.close(descriptor)
