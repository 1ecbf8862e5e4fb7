"""What Qt has to say is for the log, not for a lecture's terminal; its last words are for both."""

import logging
import os
import sys
from collections.abc import Callable
from contextlib import suppress

from PySide6.QtCore import QMessageLogContext, QtMsgType

from diffvis.app.shell.display import cannot_start

LOST = ("The X11 connection broke", "The Wayland connection broke")
"""After this Qt ends the process, and asks nobody."""
LEVELS = {QtMsgType.QtCriticalMsg: logging.ERROR, QtMsgType.QtFatalMsg: logging.CRITICAL}
log = logging.getLogger(__name__)


class QtMessages:
    """Takes all that Qt says. After ``started`` and ``saves``, what it says before it ends the
    process is the moment to save.
    """

    def __init__(self) -> None:
        self._before: list[str] | None = []
        self._save: Callable[[], object] | None = None

    def started(self) -> None:
        """There is a window system."""
        for text in self._before or ():
            log.info("Qt: %s", text)
        self._before = None

    def saves(self, save: Callable[[], object]) -> None:
        """Call this before Qt ends the process."""
        self._save = save

    def take(self, kind: QtMsgType, _context: QMessageLogContext, text: str) -> None:
        fatal = kind == QtMsgType.QtFatalMsg
        if self._before is None:
            log.log(LEVELS.get(kind, logging.INFO), "Qt: %s", text)
            if fatal or text.startswith(LOST):
                self._end(text)
        elif fatal:
            _leave(str(cannot_start(self._before)), 2)
        else:
            self._before.append(text)

    def _end(self, text: str) -> None:
        """Qt aborts, or exits, on the way back from here."""
        save, self._save = self._save, None
        if save is not None:
            with suppress(Exception):  # whatever it is, there is nobody left to tell
                save()
        logging.shutdown()
        _leave(" ".join(text.split()), 1)


def _leave(line: str, status: int) -> None:
    """End with one line; nothing can be raised through Qt."""
    with suppress(OSError):
        sys.stderr.write(f"diffvis: {line}\n")
        sys.stderr.flush()
    os._exit(status)
