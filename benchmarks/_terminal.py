"""A program in a terminal of its own, where Ctrl+C is a key and the line can drop."""

import os
import pty
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

# The new terminal becomes the one that sends Ctrl+C; then the program takes the process over.
TAKE_TERMINAL = (
    "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); "
    "os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
)
CTRL_C = b"\x03"


class Terminal:
    """Runs Python with ``arguments``; what it prints is kept."""

    def __init__(self, arguments: list[str], environment: Mapping[str, str]) -> None:
        self._ours, theirs = pty.openpty()
        try:
            self.process = subprocess.Popen(
                [sys.executable, "-c", TAKE_TERMINAL, *arguments],
                stdin=theirs,
                stdout=theirs,
                stderr=theirs,
                env=dict(environment),
                start_new_session=True,
            )
        finally:
            os.close(theirs)
        self._said: list[bytes] = []
        self._stop, self._stopped = os.pipe()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    @property
    def said(self) -> str:
        """What stood on the screen so far."""
        return b"".join(self._said).decode(errors="replace").replace("\r\n", "\n")

    def press_ctrl_c(self) -> None:
        os.write(self._ours, CTRL_C)

    def hang_up(self) -> None:
        """The terminal is closed, or ssh is gone."""
        self._end_reader()

    def send(self, number: int) -> None:
        """What a person does: Ctrl+C, ``kill``, or closing the terminal."""
        if number == signal.SIGINT:
            self.press_ctrl_c()
        elif number == signal.SIGHUP:
            self.hang_up()
        else:
            self.process.send_signal(number)

    def wait(self, limit: float) -> int | None:
        """The exit status as a shell says it, or None where it has not ended after the limit."""
        try:
            status = self.process.wait(limit)
        except subprocess.TimeoutExpired:
            return None
        return status if status >= 0 else 128 - status

    def wait_for(self, pattern: str, folder: Path, size: int, limit: float = 120.0) -> Path:
        """The first file in ``folder`` that fits the pattern, once it is so large.

        Raises:
            TimeoutError: there is none in time, or the program has ended.
        """
        end = time.monotonic() + limit
        while time.monotonic() < end and self.process.poll() is None:
            for found in folder.glob(pattern):
                if found.stat().st_size >= size:
                    return found
            time.sleep(0.02)
        raise TimeoutError(f"no {pattern}; exit {self.process.poll()}: {self.said}")

    def wait_until_said(self, words: str, limit: float = 120.0) -> None:
        """Raises TimeoutError where it does not say that in time, or ends before."""
        end = time.monotonic() + limit
        while words not in self.said:
            if time.monotonic() > end or self.process.poll() is not None:
                raise TimeoutError(f"{words!r} not said; exit {self.process.poll()}: {self.said}")
            time.sleep(0.02)

    def end(self) -> None:
        """Leave nothing running."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self._end_reader()

    def _read(self) -> None:
        with suppress(OSError):  # the other end is closed when the program ends
            while True:
                ready, _, _ = select.select([self._ours, self._stop], [], [])
                if self._stop in ready:
                    return
                if not (data := os.read(self._ours, 1 << 16)):
                    return
                self._said.append(data)

    def _end_reader(self) -> None:
        if self._stopped < 0:
            return
        os.close(self._stopped)  # the other end can be read then
        self._reader.join()
        os.close(self._stop)
        os.close(self._ours)
        self._stopped = -1


@contextmanager
def terminal(arguments: list[str], environment: Mapping[str, str]) -> Iterator[Terminal]:
    """The same for a block, at whose end it is over."""
    made = Terminal(arguments, environment)
    try:
        yield made
    finally:
        made.end()


@contextmanager
def screen() -> Iterator[dict[str, str]]:
    """The variables of a real X server without a monitor, and its process; without Xvfb, those of
    Qt's own.
    """
    try:
        server = subprocess.Popen(
            ["Xvfb", "-displayfd", "1", "-screen", "0", "1600x1000x24", "-nolisten", "tcp"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
    except FileNotFoundError:
        yield {"QT_QPA_PLATFORM": "offscreen"}
        return
    try:
        assert server.stdout is not None
        number = server.stdout.readline().decode().strip()
        yield {
            "DISPLAY": f":{number}", "QT_QPA_PLATFORM": "xcb", "SERVER": str(server.pid)
        }  # fmt: skip
    finally:
        server.terminate()
        server.communicate()
