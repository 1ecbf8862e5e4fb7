"""What is watched while the random user works: exceptions, slow turns, freezes, dead threads."""

import contextlib
import faulthandler
import logging
import re
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Iterator
from dataclasses import dataclass

OFFSCREEN = "This plugin does not support"  # what has no meaning where there is no screen
FREEZE_SECONDS = 2.0  # from which on it is noted where the window was
LOOK_SECONDS = 0.25
LINES = 6  # that are noted of it
BEAT_MS = 5  # of the window's pulse
SLOW_SECONDS = 0.1  # from which on a turn of the window's loop is slow


class Watch(logging.Handler):
    """Collects whatever goes wrong: in slots, threads, paint events, and in the log."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.troubles: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        from diffvis.errors import UserError

        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, UserError) or record.levelno < logging.ERROR:
            return  # a UserError is an answer that the person read in the window
        self.troubles.append(self.format(record))

    @contextlib.contextmanager
    def on(self):
        """Listen to everything while the user is at work."""
        from PySide6.QtCore import QtMsgType, qInstallMessageHandler

        def qt(kind, _context, text):
            if kind == QtMsgType.QtFatalMsg:  # the program ends here
                print(f"Qt: {text}", file=sys.stderr, flush=True)
            harmless = kind in (QtMsgType.QtDebugMsg, QtMsgType.QtInfoMsg)
            if not harmless and not text.startswith(OFFSCREEN):
                self.troubles.append(f"Qt: {text}")

        def raised(kind, error, traceback):
            self.troubles.append(_text(error))

        before = sys.excepthook, threading.excepthook
        sys.excepthook = raised
        threading.excepthook = lambda said: raised(said.exc_type, said.exc_value, None)
        previous = qInstallMessageHandler(qt)
        log = logging.getLogger("diffvis")
        log.addHandler(self)
        try:
            yield self
        finally:
            log.removeHandler(self)
            qInstallMessageHandler(previous)
            sys.excepthook, threading.excepthook = before


@contextlib.contextmanager
def at_rest(window, wait, seconds: float = 20.0) -> Iterator[None]:
    """The run and the chain under way are paused: between two training steps, and nothing at work.

    In a step of training there are its activations besides, hundreds of MB of a U-Net of images,
    which say nothing of what an hour has left behind.
    """
    from PySide6.QtWidgets import QPushButton

    pauses = [window.findChild(QPushButton, f"{name}.pause") for name in ("training", "reverse")]
    pressed = [each for each in pauses if each and each.isEnabled() and each.text() == "Pause"]
    for button in pressed:
        button.click()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        wait(0.1)
        if window.idle and all(each.text() != "Pause" for each in pressed):
            break
    try:
        yield
    finally:
        for button in pressed:
            if button.text() == "Resume":
                button.click()


def still_alive(window, wait, seconds: float = 60.0) -> list[str]:
    """What of the window does no longer work: each of its threads is asked for something."""
    from PySide6.QtWidgets import QApplication, QWidget

    from diffvis.data.catalogue import open_dataset

    dead = []
    while (modal := QApplication.activeModalWidget()) is not None:
        modal.close()
        wait(0.05)

    def becomes(true, what: str) -> None:
        end = time.monotonic() + seconds
        while not true():
            if time.monotonic() > end:
                dead.append(what)
                return
            wait(0.05)

    training = window.workspaces["training"]
    if training.running:
        window.findChild(QWidget, "training.stop").click()
    becomes(lambda: not training.running, "the run under way does not stop")
    window.session.set_data(open_dataset("swiss-roll"))
    training.reset()
    window.show_workspace("training")
    window.findChild(QWidget, "training.steps").setValue(5)
    window.findChild(QWidget, "training.start").click()
    becomes(lambda: not training.running, "a new run does not end")
    if not dead and training.record.step != 5:
        dead.append(f"a run of 5 steps took {training.record.step}")
    answered: list[int] = []
    window.jobs.run("alive", lambda _: 1, answered.append)
    becomes(lambda: bool(answered), "a job is not answered")
    becomes(lambda: window.idle, "the window does not become idle")
    return dead


class Turns:
    """The pulse of the window's loop: how often it did not beat for a tenth of a second.

    On a machine that others use as well, much of that is waiting for a processor; ``own`` counts
    the turns in which the window's thread itself computed for so long.
    """

    def __init__(self) -> None:
        from PySide6.QtCore import Qt, QTimer

        self.slow = self.own = self.all = 0
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)
        self.go_on()

    def go_on(self) -> None:
        """What took place since the last beat is not the window's doing."""
        self._last = time.monotonic(), time.thread_time()
        self._timer.start(BEAT_MS)

    def stop(self) -> None:
        self._timer.stop()

    def _beat(self) -> None:
        now = time.monotonic(), time.thread_time()
        took, computed = (new - old for new, old in zip(now, self._last, strict=True))
        self._last = now
        self.all += 1
        self.slow += took > SLOW_SECONDS
        self.own += computed > SLOW_SECONDS

    def __str__(self) -> str:
        return f"{self.slow:,} of {self.all:,} turns over 0.1 s, {self.own:,} by computing alone"


@dataclass(frozen=True)
class Freeze:
    """A time in which the window did not answer."""

    seconds: float
    after: str
    where: str
    """The innermost lines of the project in which the window's thread was."""


class Freezes:
    """Notes where the window's thread is when it has not answered for a while.

    Call ``begin(what)`` before each action, in the thread that is watched.
    """

    def __init__(self) -> None:
        self.longest: Freeze = Freeze(0.0, "", "")
        self.found: list[Freeze] = []
        self._thread = threading.get_ident()
        self._since, self._what, self._where = time.monotonic(), "", ""
        self._over = threading.Event()
        self._looking = threading.Thread(target=self._look, name="freezes", daemon=True)
        self._looking.start()

    def begin(self) -> None:
        """The window has answered."""
        self._where = ""
        self._since = time.monotonic()

    def end(self, what: str) -> None:
        """The window answers again, after ``what``."""
        freeze = Freeze(time.monotonic() - self._since, what, self._where)
        if freeze.seconds > self.longest.seconds:
            self.longest = freeze
        if freeze.seconds > FREEZE_SECONDS:
            self.found.append(freeze)

    def stop(self) -> None:
        self._over.set()
        self._looking.join()

    def _look(self) -> None:
        while not self._over.wait(LOOK_SECONDS):
            if time.monotonic() - self._since > FREEZE_SECONDS:
                self._where = " < ".join(_lines_of(self._thread)[:LINES])


def _lines_of(thread: int) -> list[str]:
    """Where a thread is in the project, the innermost line first.

    Its frames are not touched: whoever holds one when its function returns ends what it held, and
    a widget that ends in another thread than its own can stop the window for good.
    """
    with tempfile.TemporaryFile("w+") as file:
        faulthandler.dump_traceback(file)
        file.seek(0)
        threads = file.read().split("\n\n")
    found = next((told for told in threads if f"hread 0x{thread:016x} " in told), "")
    lines = re.findall(r'File "(.*diffvis.*)", line (\d+) in (.*)', found)
    return [f"{path.rpartition('diffvis/')[2]}:{line} {name}" for path, line, name in lines]


def _text(error: BaseException) -> str:
    return "".join(traceback.format_exception(error))
