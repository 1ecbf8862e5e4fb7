"""Ctrl+C, SIGTERM and SIGHUP close the window as its cross does.

Left to Python, the interrupt would be raised wherever Python happens to be, in a slot or a paint
event that Qt has called; and while Qt's loop sleeps, Python does not run at all. So a handler only
notes the signal, and the byte that Python writes to its wake-up file wakes Qt's loop.
"""

import os
import signal
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import NoReturn

from PySide6.QtCore import QObject, QSocketNotifier, Slot

from diffvis.stopping import SAME_SECONDS, leave_lost_terminal, obeyed

STOPPED = b"diffvis: stopped\n"
AT_ONCE = b"diffvis: ended at once; what was not saved is lost\n"


class Signals(QObject):
    """From here on, until ``stop``: the first signal closes the window, a second one ends the
    process at once. Before there is a window there is nothing to save, and the first one ends it.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._close: Callable[[], object] | None = None
        self._received: int | None = None
        self._received_at = 0.0
        self._ours, self._python = socket.socketpair()
        for end in (self._ours, self._python):
            end.setblocking(False)
        self._notifier = QSocketNotifier(
            self._ours.fileno(), QSocketNotifier.Type.Read, self, activated=self._woken
        )
        self._before = {number: signal.signal(number, self._note) for number in obeyed()}
        self._woke_before = signal.set_wakeup_fd(self._python.fileno(), warn_on_full_buffer=False)

    def closes(self, close: Callable[[], object]) -> None:
        """Call this, in Qt's loop, at the first signal."""
        self._close = close

    def status(self, otherwise: int) -> int:
        """The exit status as shells have it for the signal that came, or another."""
        return otherwise if self._received is None else 128 + self._received

    def stop(self) -> None:
        """All as before."""
        signal.set_wakeup_fd(self._woke_before)
        for number, handler in self._before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
        self._notifier.setEnabled(False)
        self._ours.close()
        self._python.close()

    def _note(self, number: int, _frame: FrameType | None) -> None:
        """Python's handler: called between two of its instructions, and raises nothing there."""
        leave_lost_terminal()
        if self._close is None:
            _end(number, STOPPED)
        elif self._received is None:
            self._received, self._received_at = number, time.monotonic()
        elif time.monotonic() - self._received_at > SAME_SECONDS:
            _end(number, AT_ONCE)

    @Slot()
    def _woken(self) -> None:
        with suppress(OSError):
            self._ours.recv(64)
        if self._received is not None and self._close is not None:
            self._close()


def _end(number: int, words: bytes) -> NoReturn:
    with suppress(OSError):  # a full disk
        os.write(2, words)
    os._exit(128 + number)
