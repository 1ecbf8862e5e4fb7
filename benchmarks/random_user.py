"""A random user: every control of the window, while a run trains and a chain samples.

Presses, types, drags, chooses and resizes at random but from a seed, in the real window, offscreen
unless a display is chosen. Afterwards the window must still train, sample and open, no exception
may have been raised anywhere, and memory must have stayed within the bound.

Usage: python -m benchmarks.random_user [--minutes 60] [--seed 0]

What the user does not do: open files of the person's own, download, quit, or ask for more work than
a small machine does in a moment (``MOST`` in ``_user``). The same seed gives the same intentions;
what is there to be pressed also depends on how fast the machine is.
"""

import argparse
import contextlib
import gc
import logging
import os
import sys
import tempfile
import threading
import time
from pathlib import Path

from benchmarks._user import RandomUser

ACT_SECONDS = 0.01  # the window lives so long between two actions, at least
GROWTH_MB = 400  # memory may grow by so much after the warm-up
WARM_UP = 0.2  # part of the time in which everything is made for the first time


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
            harmless = kind in (QtMsgType.QtDebugMsg, QtMsgType.QtInfoMsg)
            if not harmless and "propagateSizeHints" not in text:  # the offscreen platform's own
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


def memory_mb() -> float:
    from diffvis.training.memory import process_bytes

    gc.collect()
    return (process_bytes() or 0) / 1e6


def no_file_dialogs() -> None:
    """The person thinks better of every file dialog."""
    from PySide6.QtWidgets import QFileDialog

    for name in ("getOpenFileName", "getSaveFileName"):
        setattr(QFileDialog, name, staticmethod(lambda *_, **__: ("", "")))
    QFileDialog.getExistingDirectory = staticmethod(lambda *_, **__: "")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=2.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--verbose", action="store_true", help="say every action")
    arguments = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        os.environ["DIFFVIS_HOME"] = os.environ["HOME"] = home
        before = Path.cwd()
        sys.path.insert(0, str(before))
        os.chdir(home)  # what is typed as a path goes here
        try:
            return run(arguments.minutes, arguments.seed, arguments.verbose)
        finally:
            os.chdir(before)


def run(minutes: float, seed: int, verbose: bool = False) -> int:
    """Let the user work for so long; returns 0 where nothing was found."""
    import torch
    from PySide6.QtCore import QEventLoop, QTimer
    from PySide6.QtWidgets import QApplication

    from diffvis.app.garbage import GuiGarbageCollector
    from diffvis.app.theme import Theme
    from diffvis.app.window import MainWindow
    from diffvis.data.catalogue import open_dataset

    torch.set_num_threads(1)
    app = QApplication.instance() or QApplication([])
    no_file_dialogs()
    collector = GuiGarbageCollector(app)
    window = MainWindow(open_dataset("swiss-roll"), Theme(app, "dark"))
    window.show()

    def wait(seconds: float) -> None:
        loop = QEventLoop()
        QTimer.singleShot(round(1000 * seconds), loop.quit)
        loop.exec()

    user, longest, base = RandomUser(window, seed), (0.0, ""), 0.0
    start = time.monotonic()
    end = start + 60 * minutes
    with Watch().on() as watch:
        while (now := time.monotonic()) < end and not watch.troubles:
            what = user.act()
            if verbose:
                print(f"{now - start:8.2f} s  {what}", flush=True)
            wait(ACT_SECONDS)
            longest = max(longest, (time.monotonic() - now, what))
            if base == 0.0 and now - start > WARM_UP * 60 * minutes:
                base = memory_mb()
        grown = memory_mb() - base
        dead = [] if watch.troubles else still_alive(window, wait)
        window.close()
        window.deleteLater()
        wait(0.2)
    collector.stop()
    spent = time.monotonic() - start
    print(f"seed {seed}: {user.actions:,} actions of {len(user.done)} kinds in {spent:.0f} s")
    print("most often: " + ", ".join(f"{n} {c}" for n, c in user.done.most_common(8)))
    print(f"longest time until the window answered again: {longest[0]:.2f} s, after {longest[1]}")
    print(f"memory: {base:.0f} MB after the warm-up, {grown:+.0f} MB since (bound {GROWTH_MB} MB)")
    for trouble in watch.troubles + dead:
        print(f"FOUND: {trouble}")
    return int(bool(watch.troubles or dead or grown > GROWTH_MB))


def _text(error: BaseException) -> str:
    import traceback

    return "".join(traceback.format_exception(error))


if __name__ == "__main__":
    sys.exit(main())
