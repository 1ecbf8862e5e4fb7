"""Starts the window: something is painted before torch has been imported."""

import gc
import logging
import os
import sys
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEventLoop, Qt, QTimer, QtMsgType, qInstallMessageHandler
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QLabel

from diffvis.app.shell.features import without_features
from diffvis.log import LogFile

if TYPE_CHECKING:
    from diffvis.app.shell.window import MainWindow
    from diffvis.app.workers.worker import Worker

log = logging.getLogger(__name__)

SIZE = 1280, 720  # of the window
EXPOSED_S = 0.3  # at most, until the first picture is on the screen and can be painted


def run(
    model: str | None = None,
    data: str | None = None,
    workspace: str = "forward",
    t: int | None = None,
    screenshot: Path | None = None,
    theme: str | None = None,
    size: tuple[int, int] | None = None,
    presentation: bool = False,
) -> int:
    """Open the window and return the exit status when it is closed.

    With ``screenshot`` the window draws itself once it is idle, saves the picture and closes.
    ``theme`` is dark, light or system; None is the one of last time (dark for a screenshot).
    ``size`` None is that of last time too (``SIZE`` for a screenshot, and the first time).

    Raises:
        UserError: model, data, workspace or t is not what can be shown.
    """
    if screenshot is not None or not _has_display():
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = _application()
    start_log()
    qInstallMessageHandler(_log_qt)
    splash = None if screenshot is not None else _show_splash(app)
    gc.disable()  # what imports make is no garbage; GuiGarbageCollector takes over

    without_features()
    from diffvis.training.threads import take_one_thread

    take_one_thread()  # workers choose for themselves

    from diffvis.app.garbage import GuiGarbageCollector
    from diffvis.app.settings import settings
    from diffvis.app.shell.icons import application_icon
    from diffvis.app.shell.layout import keep_on_screen, take_size
    from diffvis.app.shell.opening import Opening
    from diffvis.app.shell.screenshot import save_when_idle
    from diffvis.app.shell.window import FINISH_MS, MainWindow
    from diffvis.app.theme import Theme
    from diffvis.app.workers.worker import still_running

    app.setWindowIcon(application_icon())
    opening = Opening.of(model, data, workspace, t, in_window=screenshot is None)
    remembered = "dark" if screenshot is not None else str(settings().value("theme", "system"))
    window = MainWindow(opening.data, Theme(app, theme or remembered), staged=True)
    window.resize(*SIZE)
    if screenshot is None:
        window.restore_layout()
        window.offer_hints()
    if size is not None:
        take_size(window, size)
    opening.show(window)
    window.show()
    if presentation:
        window.set_presentation(True, full_screen=screenshot is None)
    collector = GuiGarbageCollector(app)
    if splash is not None:
        splash.close()
        splash.deleteLater()
    _report_exceptions(window)
    if screenshot is not None:
        save_when_idle(app, window, screenshot)
    else:  # the frame is there when the window has been shown
        QTimer.singleShot(FINISH_MS, window, partial(keep_on_screen, window))
    QTimer.singleShot(FINISH_MS, window, window.finish)
    status = app.exec()
    collector.stop()
    if hung := still_running():
        _leave(hung, status)
    return status


def _application() -> QApplication:
    app = QApplication.instance() or QApplication(sys.argv[:1])
    app.setApplicationName("diffvis")
    app.setDesktopFileName("diffvis")
    return app


def _leave(hung: "list[Worker]", status: int) -> None:
    """End without these; Python's own way out would destroy their threads, which aborts."""
    log.error("the program ends without %s", ", ".join(each.name for each in hung))
    logging.shutdown()
    os._exit(status)


def start_log() -> None:
    """Log to a file in the user's folder, where the tracebacks go."""
    try:
        handler = LogFile()
    except OSError:
        return  # a window without a log is better than none
    root = logging.getLogger("diffvis")
    root.addHandler(handler)
    root.setLevel(logging.INFO)


def _log_qt(kind: QtMsgType, _context: object, text: str) -> None:
    """What Qt has to say is for the log, not for a lecture's terminal."""
    levels = {QtMsgType.QtCriticalMsg: logging.ERROR, QtMsgType.QtFatalMsg: logging.CRITICAL}
    log.log(levels.get(kind, logging.INFO), "Qt: %s", text)


def _has_display() -> bool:
    if not sys.platform.startswith("linux"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _show_splash(app: QApplication) -> QLabel:
    """A first picture while torch is being imported."""
    splash = QLabel("diffvis", None, Qt.WindowType.SplashScreen)
    colours = QPalette()
    colours.setColor(QPalette.ColorRole.Window, QColor(20, 23, 27))
    colours.setColor(QPalette.ColorRole.WindowText, QColor(86, 180, 233))
    splash.setPalette(colours)
    splash.setWindowTitle("diffvis")
    splash.setMargin(60)
    font = splash.font()
    font.setPointSize(32)
    splash.setFont(font)
    splash.adjustSize()
    splash.move(app.primaryScreen().availableGeometry().center() - splash.rect().center())
    splash.show()
    end = time.monotonic() + EXPOSED_S
    while not splash.windowHandle().isExposed() and time.monotonic() < end:
        app.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 10)
    app.processEvents()
    return splash


def _report_exceptions(window: "MainWindow") -> None:
    """What no one caught is logged and said in the window; it never ends the program."""
    from PySide6.QtCore import QThread

    from diffvis.app.notices import Notice
    from diffvis.app.workers.worker import Failure

    def hook(kind, error, trace) -> None:
        log.error("not caught", exc_info=(kind, error, trace))
        if QThread.currentThread() is window.thread():  # a worker's thread must open nothing
            window.session.notice(Notice.of(Failure.of(error)))

    sys.excepthook = hook
