"""Where diffvis keeps what it reads, and how it writes so that nothing is ever half there."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import platformdirs

_PACKAGE = Path(__file__).parent


def _umask() -> int:
    """The process's umask, which can be read only by changing it for a moment."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


UMASK = _umask()
"""What others may not do with a new file. mkstemp makes files private; ours should be as any other.
It is read once, before there are threads that could write in that moment."""


def _bundled(folder: str, in_wheel: str) -> Path:
    """A folder that stands inside the installed package, or at the top of a source checkout."""
    inside = _PACKAGE / in_wheel
    return inside if inside.is_dir() else _PACKAGE.parent / folder


def resource(name: str) -> Path:
    """The path of a file the program reads, such as ``fonts/DejaVuSans.ttf``."""
    return _bundled("resources", "resources") / name


def shipped_models() -> Path:
    """The folder of ready-trained models."""
    return _bundled("models", "shipped_models")  # diffvis/models is code


def home() -> Path:
    """The folder of the user's own runs and caches; ``DIFFVIS_HOME`` overrides it."""
    chosen = os.environ.get("DIFFVIS_HOME")
    return Path(chosen) if chosen else Path(platformdirs.user_data_dir("diffvis", appauthor=False))


def size_of(path: Path) -> int:
    """Bytes of a file, or of the files in a folder."""
    parts = path.iterdir() if path.is_dir() else (path,)
    return sum(part.stat().st_size for part in parts)


def size_words(size: int) -> str:
    """Bytes for people: ``812 kB``, ``2.4 MB``."""
    return f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{max(1, round(size / 1e3))} kB"


@contextmanager
def atomic_write(path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """Write to a temporary file beside ``path`` that takes its name only when all went well.

    Raises:
        OSError: the folder is missing or cannot be written. ``path`` is then as it was before.
    """
    path = Path(path)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    part = Path(name)
    os.close(descriptor)
    try:
        with part.open("wb") as file:  # which knows its name, for encoders that ask for one
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.chmod(0o666 & ~UMASK)
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
