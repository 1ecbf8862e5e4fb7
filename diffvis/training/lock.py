"""One process at a time trains into a folder: a lock that dies with the process that holds it.

It is a lock on the file ``lock``, which every system has and every diffvis looks at, and one on the
folder itself where folders can be locked: a file can be deleted under who holds it, and another one
made. (Windows deletes no file that is open.)
"""

import os
import time
import weakref
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from filelock import FileLock, Timeout

from diffvis.errors import UserError
from diffvis.leftovers import CAN_HOLD, hold

FILE = "lock"
_WAIT, _BETWEEN = 0.1, 0.02  # seconds: who only looks (``is_held``) holds it for a moment


class Lock:
    """Held from its creation until ``release`` or the end of the process, however it ends.

    Raises:
        UserError: somebody holds it already.
        OSError: the folder cannot be written.
    """

    def __init__(self, folder: Path, kind: str = "run", work: str = "training") -> None:
        self._path, self._names = folder, (kind, work)
        self._folder: int | None = None
        self._close: Callable[[], object] = lambda: None
        self._file = FileLock(folder / FILE, thread_local=False)
        self._lost = False
        try:
            self._take()
        except BaseException:
            self.release()
            raise

    @property
    def released(self) -> bool:
        return not self._file.is_locked

    def renew(self) -> None:
        """Hold what is there now: the folder or the file may have been deleted, and made anew.

        Raises:
            UserError: somebody else has it.
            OSError: the folder is not there, or cannot be written.
        """
        if self._lost or not self.released:
            self._take()

    def release(self) -> None:
        self._file.release()
        self._close()
        self._folder = None

    def _take(self) -> None:
        try:
            if not self._holds_folder():
                self._take_folder()
            if not self._holds_file():
                self._file.release()
                self._file.acquire(timeout=_WAIT, poll_interval=_BETWEEN)
                self._held = (self._path / FILE).stat()
        except Timeout:
            self.release()
            self._lost = True
            kind, work = self._names
            raise UserError(
                f"the {kind} folder {self._path} is in use by another {work}",
                "stop that one or use another folder",
            ) from None
        self._lost = False

    def _holds_folder(self) -> bool:
        if self._folder is None:
            return not CAN_HOLD
        return os.path.samestat(os.fstat(self._folder), self._path.stat())

    def _take_folder(self) -> None:
        self._close()
        self._folder = os.open(self._path, os.O_RDONLY)
        self._close = weakref.finalize(self, os.close, self._folder)
        if not _held_in_time(self._folder):
            raise Timeout(str(self._path))

    def _holds_file(self) -> bool:
        if not self._file.is_locked:
            return False
        with suppress(FileNotFoundError):
            return os.path.samestat(self._held, (self._path / FILE).stat())
        return False


def is_held(folder: Path) -> bool:
    """Whether a process, this one included, trains into ``folder``."""
    return _is_held(folder / FILE) or (CAN_HOLD and _is_held(folder))


def _held_in_time(descriptor: int) -> bool:
    """False where somebody else holds it for longer than a look takes."""
    end = time.monotonic() + _WAIT
    try:
        while not hold(descriptor):
            if time.monotonic() > end:
                return False
            time.sleep(_BETWEEN)
    except OSError:  # not every shared disk locks folders
        pass
    return True


def _is_held(place: Path) -> bool:
    try:
        descriptor = os.open(place, os.O_RDONLY)
    except OSError:
        return False
    try:
        return not hold(descriptor, shared=True)
    except OSError:
        return place.name == FILE and _is_locked(place)
    finally:
        os.close(descriptor)


def _is_locked(file: Path) -> bool:
    """The same by the library, which can do it wherever it can lock; it has to write the file."""
    lock = FileLock(file, thread_local=False)
    try:
        with lock.acquire(blocking=False):
            return False
    except OSError:
        return True
