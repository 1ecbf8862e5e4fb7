"""Starts the window: something is painted before torch has been imported."""

import gc
import logging
import os
import sys
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEventLoop, QTimer, qInstallMessageHandler
from PySide6.QtWidgets import QApplication

from diffvis.app.settings import Dropped, settings
from diffvis.app.shell.arenas import share_arenas
from diffvis.app.shell.display import check_display
from diffvis.app.shell.features import without_features
from diffvis.app.shell.qt_messages import QtMessages
from diffvis.app.shell.signals import Signals
from diffvis.app.shell.splash import Splash
from diffvis.app.shell.uncaught import Uncaught
from diffvis.log import LogFile, log_path

if TYPE_CHECKING:
    from diffvis.app.shell.opening import Opening
    from diffvis.app.shell.window import MainWindow
    from diffvis.app.workers.worker import Worker

log = logging.getLogger(__name__)

SIZE = 1280, 720  # of the window
EXPOSED_S = 0.3  # at most, until the first picture is on the screen and can be painted


def run(
    model: str | None = None,
    data: str | None = None,
    workspace: str | None = None,
    t: int | None = None,
    screenshot: Path | None = None,
    theme: str | None = None,
    size: tuple[int, int] | None = None,
    presentation: bool = False,
    lecture: Path | None = None,
) -> int:
    """Open the window and return the exit status when it is closed.

    With ``screenshot`` the window draws itself once it is idle, saves the picture and closes.
    Where neither model nor data is named, the window opens as it was left, but for a screenshot.
    ``theme`` is dark, light or system; None is the one of last time (dark for a screenshot).
    ``lecture`` is opened at its first scene.
    ``size`` None is that of last time too (``SIZE`` for a screenshot, and the first time).

    Raises:
        UserError: model, data, workspace or t is not what can be shown, or there is no display.
    """
    if screenshot is None:
        check_display()
    else:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    share_arenas()
    messages = QtMessages()
    qInstallMessageHandler(messages.take)
    app = _application()
    messages.started()
    start_log()
    signals = Signals(app)
    try:
        splash = None if screenshot is not None else _show_splash(app)
        gc.disable()  # what imports make is no garbage; GuiGarbageCollector takes over

        without_features()
        say = splash.say if splash is not None else lambda _part, _words: None
        say(0.05, "PyTorch")
        from diffvis.training.threads import take_one_thread

        take_one_thread()  # workers choose for themselves

        say(0.6, "diffvis")
        from diffvis.app.shell.opening import Opening
        from diffvis.app.workers.worker import end_all

        say(0.75, "data and model")
        opening = Opening.of(model, data, workspace, t, in_window=screenshot is None)
        say(0.85, "window")
        uncaught = Uncaught()
        try:
            window = _open(app, opening, screenshot is not None, theme, size, presentation)
            uncaught.raise_first()
        except BaseException:
            end_all()  # a thread that is destroyed while it runs would end the process
            raise
        if splash is not None:
            splash.close()
            splash.deleteLater()
        if lecture is not None:
            window.lectures.open(lecture)
        messages.saves(window.ending.end_work)
        uncaught.tells(partial(tell, app, window, screenshot is not None))
        return _live(app, window, screenshot, signals)
    finally:
        signals.stop()


def _open(
    app: QApplication,
    opening: "Opening",
    for_picture: bool,
    theme: str | None,
    size: tuple[int, int] | None,
    presentation: bool,
) -> "MainWindow":
    from diffvis.app.shell.layout import take_size
    from diffvis.app.shell.window import FINISH_MS, MainWindow
    from diffvis.app.theme import Theme
    from diffvis.app.widgets.icons import application_icon

    app.setWindowIcon(application_icon())
    dropped = settings().tidied()
    remembered = "dark" if for_picture else settings().get("theme")
    window = MainWindow(opening.data, Theme(app, theme or remembered), staged=True)
    window.ending.remembers = not for_picture
    window.resize(*SIZE)
    if not for_picture:
        window.restore_layout()
        window.offer_hints()
    if size is not None:
        take_size(window, size)
    opening.show(window)
    window.show()
    if presentation:
        window.stage.begin(full_screen=not for_picture)
    if dropped is not None:
        _say_dropped(window, dropped, for_picture)
    if not for_picture:
        QTimer.singleShot(FINISH_MS, window, partial(offer_unfinished, window))
    return window


def _live(
    app: QApplication, window: "MainWindow", screenshot: Path | None, signals: Signals
) -> int:
    """From the first picture to the exit status."""
    from diffvis.app.garbage import GuiGarbageCollector
    from diffvis.app.shell.layout import keep_on_screen
    from diffvis.app.shell.screenshot import save_when_idle
    from diffvis.app.shell.window import FINISH_MS
    from diffvis.app.workers.worker import still_running

    collector = GuiGarbageCollector(app)

    def close() -> None:
        window.close()
        app.exit(signals.status(0))

    signals.closes(close)
    app.commitDataRequest.connect(window.ending.keep)
    if screenshot is not None:
        save_when_idle(app, window, screenshot)
    else:  # the frame is there when the window has been shown
        QTimer.singleShot(FINISH_MS, window, partial(keep_on_screen, window))
    QTimer.singleShot(FINISH_MS, window, window.finish)
    QTimer.singleShot(FINISH_MS, window, partial(say_left_out, window, screenshot is not None))
    status = signals.status(app.exec())
    collector.stop()
    if (lost := window.ending.lost) is not None:
        _complain(f"{lost.title}: {lost.hint}")
        status = 2
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


def _complain(line: str) -> None:
    sys.stderr.write(f"diffvis: {line}\n")


def start_log() -> None:
    """Log to a file in the user's folder, where the tracebacks go."""
    try:
        handler = LogFile()
    except OSError:
        return  # a window without a log is better than none
    root = logging.getLogger("diffvis")
    root.addHandler(handler)
    root.setLevel(logging.INFO)


def _show_splash(app: QApplication) -> Splash:
    """A first picture while torch is being imported."""
    splash = Splash()
    splash.show()
    end = time.monotonic() + EXPOSED_S
    while not splash.windowHandle().isExposed() and time.monotonic() < end:
        app.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 10)
    app.processEvents()
    return splash


def _say_dropped(window: "MainWindow", dropped: Dropped, for_picture: bool) -> None:
    """What of the settings could not be used, once: they are without it from now on."""
    from diffvis.app.notices import Notice, NoticeKind

    title = f"Some of what the window remembered cannot be used: {', '.join(dropped.names)}"
    hint = f"the usual stands in for it; the file as it was is {dropped.kept}"
    if for_picture:
        _complain(f"note: {title}; {hint}")
    else:
        window.session.notice(Notice(title, hint, NoticeKind.WARNING))


def offer_unfinished(window: "MainWindow") -> None:
    """The run that was under way when the window was last closed offers itself, once all that was
    open then is there again, so that nothing is said in its place.
    """
    from diffvis.app.left import unfinished
    from diffvis.app.notices import About, Notice
    from diffvis.app.shell.window import FINISH_MS
    from diffvis.viewing.run_card import run_card

    if not window.jobs.idle:
        QTimer.singleShot(FINISH_MS, window, partial(offer_unfinished, window))
        return
    run = unfinished()
    if run is None or window.ending.begun:
        return
    card = run_card(run)
    offer = "Continue it", partial(window.open_run, run, True)
    hint = "it goes on from its newest checkpoint"
    title = f"{card.title} was not finished: it has come to {card.progress}"
    window.session.notice(Notice(title, hint, action=offer, about=About.RUN))


def say_left_out(window: "MainWindow", for_picture: bool) -> None:
    """Which packages of one's own cannot join."""
    from diffvis.app.notices import Notice, NoticeKind
    from diffvis.data.registry import OWN_SETS
    from diffvis.networks import NETWORKS
    from diffvis.sampling.registry import SAMPLERS

    said = [line for each in (NETWORKS, SAMPLERS, OWN_SETS) for line in each.left_out]
    if said and for_picture:
        _complain(f"note: {'; '.join(said)}")
    elif said:
        hint = "mend it, or uninstall it; the log has the traceback"
        window.session.notice(Notice("; ".join(said), hint, NoticeKind.WARNING))


def tell(app: QApplication, window: "MainWindow", for_picture: bool, error: BaseException) -> None:
    """What no one caught is said in the window; it ends no more than a picture."""
    from diffvis.app.failure import Failure
    from diffvis.app.notices import Notice

    if for_picture:
        _complain(f"unexpected {type(error).__name__}: {error}; details in {log_path()}")
        window.close()
        app.exit(1)
    else:
        window.session.notice(Notice.of(Failure.of(error)))
