"""One process at a time: a lock on a file that dies with the process that holds it."""

import os
from pathlib import Path
from typing import BinaryIO

from diffvis.errors import UserError

if os.name == "nt":
    import msvcrt

    def _acquire(file: BinaryIO) -> None:
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _acquire(file: BinaryIO) -> None:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)


class Lock:
    """Held from its creation until ``release`` or the end of the process, however it ends.

    Raises:
        UserError: somebody holds it already.
    """

    def __init__(self, path: Path, what: str) -> None:
        self._file = path.open("a+b")
        try:
            _acquire(self._file)
        except OSError:
            self._file.close()
            raise UserError(
                f"{what} is in use by another training", "stop that one or use another folder"
            ) from None

    @property
    def released(self) -> bool:
        return self._file.closed

    def release(self) -> None:
        self._file.close()
