"""A window in a process that is not ours: a script, a notebook's kernel, another program of Qt.

Its event loop, signals and exceptions are the host's. Ours is that no thread outlives the window:
one that is destroyed while it runs aborts the process, and what has been trained would be lost.
"""

import atexit
import sys
from functools import partial

import torch
from PySide6.QtCore import (
    QCoreApplication,
    QEvent,
    QEventLoop,
    QObject,
    Qt,
    QThread,
    QTimer,
    Slot,
    qInstallMessageHandler,
)
from PySide6.QtWidgets import QApplication

from diffvis.app.garbage import GuiGarbageCollector
from diffvis.app.settings import settings
from diffvis.app.shell.display import check_display
from diffvis.app.shell.features import without_features
from diffvis.app.shell.main import SIZE, start_log, tell
from diffvis.app.shell.opening import Opening
from diffvis.app.shell.qt_messages import QtMessages
from diffvis.app.shell.signals import Signals
from diffvis.app.shell.uncaught import Uncaught
from diffvis.app.shell.window import FINISH_MS, MainWindow
from diffvis.app.theme import Theme
from diffvis.app.widgets.icons import application_icon
from diffvis.app.workers.worker import end_all
from diffvis.errors import UserError
from diffvis.training.threads import allowed_threads, take_one_thread

NUDGE_MS = 250
"""How long a notebook's kernel may overlook a cell: its socket tells once that something has come,
which it can miss on its way into Qt's loop, and looks again when it is out of it."""


class Guests(QObject):
    """All such windows of this process. They end with it, whoever ends it."""

    def __init__(self, app: QApplication) -> None:
        super().__init__()
        self.app = app
        self.windows: list[MainWindow] = []
        self._collector: GuiGarbageCollector | None = None
        self._theme: Theme | None = None
        self._nudge = QTimer(self)
        self._nudge.setInterval(NUDGE_MS)
        without_features()
        start_log()
        app.aboutToQuit.connect(self.close_all)
        atexit.register(self.close_all)

    def open(self, opening: Opening) -> MainWindow:
        """A window that shows ``opening``. It remembers nothing for the next start of the program.

        Raises:
            UserError: what it is to show cannot be shown.
        """
        if self._theme is None:
            self._theme = Theme(self.app, settings().get("theme"))
        if self._collector is None:
            self._collector = GuiGarbageCollector(self)
        window = MainWindow(opening.data, self._theme, staged=True)
        window.setWindowIcon(application_icon())
        window.ending.remembers = False
        window.resize(*SIZE)
        window.restore_layout()
        self.windows.append(window)
        window.closed.connect(self._forget_closed)
        opening.show(window)
        window.show()
        QTimer.singleShot(FINISH_MS, window, window.finish)
        return window

    def nudge(self, loop: QEventLoop) -> None:
        """Leave a notebook's own loop now and again, from here on."""
        if not self._nudge.isActive():
            self._nudge.timeout.connect(loop.quit, Qt.ConnectionType.UniqueConnection)
            self._nudge.start()

    @Slot()
    def close_all(self) -> None:
        """Close what is open, which saves what is being trained, and end every thread."""
        for window in list(self.windows):
            window.close()
        end_all()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)

    @Slot()
    def _forget_closed(self) -> None:
        for window in [each for each in self.windows if each.ending.begun]:
            self.windows.remove(window)
            window.deleteLater()
        if not self.windows and self._collector is not None:
            self._collector.stop()
            self._collector.deleteLater()
            self._collector = None


_guests: list[Guests] = []  # none or one


def guests() -> Guests:
    """Those of this process; its application is made where there is none yet.

    Raises:
        UserError: a window cannot be opened here, or not in this thread.
    """
    if not _guests:
        _guests.append(Guests(_application()))
    if _guests[0].app.thread() is not QThread.currentThread():
        raise UserError(
            "a window can only be opened in the thread that Qt lives in",
            "call diffvis.view in the main thread",
        )
    return _guests[0]


def wait_for(window: MainWindow) -> None:
    """Run Qt's events until the window is closed. Ctrl+C closes it, and is then raised.

    Raises:
        UserError: they are being run already, and to run them within that would nest.
        KeyboardInterrupt, SystemExit: a signal has closed the window.
    """
    app, loop = guests().app, QEventLoop()
    quits, hook, threads = app.quitOnLastWindowClosed(), sys.excepthook, allowed_threads()
    signals, uncaught = Signals(app), Uncaught()
    window.closed.connect(loop.quit)
    try:
        take_one_thread()  # workers choose for themselves
        app.setQuitOnLastWindowClosed(False)
        uncaught.tells(partial(tell, app, window, False))
        signals.closes(window.close)
        loop.exec()
    finally:
        app.setQuitOnLastWindowClosed(quits)
        signals.stop()
        sys.excepthook = hook
        torch.set_num_threads(threads)
    if status := signals.status(0):
        raise KeyboardInterrupt if status == 130 else SystemExit(status)


def check_not_within_loop() -> None:
    """Raises UserError where Qt's events are being run by somebody further up."""
    if QThread.currentThread().loopLevel() > 0:
        raise UserError(
            "Qt's event loop runs already, and diffvis.view would have to run it within itself",
            "give block=False",
        )


def _application() -> QApplication:
    app = QCoreApplication.instance()
    if isinstance(app, QApplication):
        return app
    if app is not None:
        raise UserError(
            "this process has an application of Qt that has no windows (QCoreApplication)",
            "make a QApplication instead",
        )
    check_display()
    messages = QtMessages()
    qInstallMessageHandler(messages.take)
    app = QApplication(["diffvis"])
    messages.started()
    app.setApplicationName("diffvis")
    return app
