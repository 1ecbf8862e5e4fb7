"""One process at a time: a lock on a file that dies with the process that holds it."""

import os
import time
from pathlib import Path
from typing import BinaryIO

from diffvis.errors import UserError

if os.name == "nt":
    import msvcrt

    def _acquire(file: BinaryIO, shared: bool = False) -> None:
        msvcrt.locking(file.fileno(), msvcrt.LK_NBRLCK if shared else msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _acquire(file: BinaryIO, shared: bool = False) -> None:
        kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        fcntl.flock(file.fileno(), kind | fcntl.LOCK_NB)


_TRIES = 5  # who only looks whether it is held (``is_held``) holds it for a moment
_BETWEEN = 0.02  # seconds


class Lock:
    """Held from its creation until ``release`` or the end of the process, however it ends.

    Raises:
        UserError: somebody holds it already.
    """

    def __init__(self, path: Path, what: str) -> None:
        self._file = path.open("a+b")
        for tries_left in reversed(range(_TRIES)):
            try:
                _acquire(self._file)
                return
            except OSError:
                if tries_left:
                    time.sleep(_BETWEEN)
        self._file.close()
        raise UserError(
            f"{what} is in use by another training", "stop that one or use another folder"
        )

    @property
    def released(self) -> bool:
        return self._file.closed

    def release(self) -> None:
        self._file.close()


def is_held(path: Path) -> bool:
    """Whether a process, this one included, holds the lock on ``path``."""
    try:
        with path.open("rb") as file:
            _acquire(file, shared=True)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False
