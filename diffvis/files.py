"""Where diffvis keeps what it reads, and how it writes so that nothing is ever half there."""

import errno
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

import platformdirs

from diffvis.leftovers import PART, claimed, hidden, tidy, tidy_folder

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
    """Bytes for people: ``812 kB``, ``2.4 MB``, ``1.7 GB``."""
    if size >= 1e9:
        return f"{size / 1e9:,.1f} GB"
    return f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{max(1, round(size / 1e3))} kB"


def regular(path: str | os.PathLike[str]) -> Path:
    """``path``, once it is sure that it names a regular file: a pipe may be waited for without end,
    and some devices have none.

    Raises:
        OSError: it is something else, or not there.
    """
    path = Path(path)
    mode = path.stat().st_mode
    if not stat.S_ISREG(mode):
        what = "a folder" if stat.S_ISDIR(mode) else "not a regular file"
        raise OSError(errno.EINVAL, f"it is {what}", str(path))
    return path


def read_small(path: str | os.PathLike[str], most: int) -> bytes:
    """What is in a regular file that should be small.

    Raises:
        OSError: it is no regular file, has more than ``most`` bytes, or cannot be read.
    """
    with regular(path).open("rb") as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise OSError(errno.EINVAL, f"it has more than {size_words(most)}", str(path))
    return content


@contextmanager
def atomic_write(path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """Write to a temporary file beside ``path`` that takes its name only when all went well.

    Raises:
        OSError: the folder is missing or cannot be written. ``path`` is then as it was before.
    """
    path = Path(path)
    if home() in path.parents:
        tidy_folder(path.parent)
    else:
        tidy(path)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=hidden(path), suffix=PART)
    part = Path(name)
    os.close(descriptor)
    try:
        with claimed(part):
            file = part.open("wb")  # which knows its name, for encoders that ask for one
            try:
                yield file
                file.flush()
                os.fsync(file.fileno())
            except BaseException:
                with suppress(OSError):  # a full disk once more
                    file.close()
                raise
            file.close()
            part.chmod(0o666 & ~UMASK)
            part.replace(path)
    except BaseException:
        with suppress(OSError):  # what went wrong first is what to tell
            part.unlink(missing_ok=True)
        raise
