"""What nobody caught, in a slot or where Qt has called Python: Qt goes on as if nothing was."""

import logging
import sys
from collections.abc import Callable
from types import TracebackType

from PySide6.QtCore import QThread

log = logging.getLogger(__name__)

Tell = Callable[[BaseException], object]


class Uncaught:
    """Takes it from here on: kept while the window is being made, told once somebody is there."""

    def __init__(self) -> None:
        self._thread = QThread.currentThread()
        self._first: BaseException | None = None
        self._tell: Tell | None = None
        sys.excepthook = self._take

    def raise_first(self) -> None:
        """Raise what came first, if anything."""
        if self._first is not None:
            raise self._first

    def tells(self, tell: Tell) -> None:
        """Call this, in the window's thread, with what comes; a worker's thread must open nothing.
        The window goes on.
        """
        self._tell = tell

    def _take(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if self._tell is None:
            self._first = self._first or error
            return
        log.error("not caught", exc_info=(kind, error, trace))
        if QThread.currentThread() is self._thread:
            self._tell(error)
