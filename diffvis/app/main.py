"""Starts the window: something is painted before torch has been imported."""

import logging
import logging.handlers
import os
import sys
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QLabel

from diffvis.errors import UserError
from diffvis.files import atomic_write, home

log = logging.getLogger(__name__)

SETTLE_MS = 60  # the window is drawn once it has been idle this long


def run(
    model: str | None = None,
    data: str | None = None,
    workspace: str = "forward",
    t: int | None = None,
    screenshot: Path | None = None,
    theme: str | None = None,
    size: tuple[int, int] = (1280, 720),
    presentation: bool = False,
) -> int:
    """Open the window and return the exit status when it is closed.

    With ``screenshot`` the window draws itself once it is idle, saves the picture and closes.

    Raises:
        UserError: model, data or t is not what can be shown.
    """
    if screenshot is not None or not _has_display():
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = QApplication.instance() or QApplication(sys.argv[:1])
    app.setApplicationName("diffvis")
    app.setDesktopFileName("diffvis")
    start_log()
    splash = None if screenshot is not None else _splash(app)

    import torch

    # The window's own tensors are small: waiting for other threads, which a run keeps busy, would
    # take far longer than the work. Workers choose for themselves.
    torch.set_num_threads(1)

    from diffvis.app.garbage import GuiGarbageCollector
    from diffvis.app.theme import Theme
    from diffvis.app.window import MainWindow, settings
    from diffvis.data.catalogue import DEFAULT, open_dataset

    first_data = open_dataset(data or DEFAULT)
    remembered = str(settings().value("theme", "system")) if screenshot is None else "dark"
    look = Theme(app, theme or remembered)
    window = MainWindow(first_data, look)
    window.resize(*size)
    if screenshot is None:
        window.restore_layout()
    _show_what_was_asked(window, model, data, workspace, t)
    window.show()
    if presentation:
        window.set_presentation(True)
        window.resize(*size)
    collector = GuiGarbageCollector(app)
    if splash is not None:
        splash.close()
        splash.deleteLater()
    _report_exceptions(window)
    if screenshot is not None:
        _draw_when_idle(app, window, screenshot)
    status = app.exec()
    collector.stop()
    return status


def start_log() -> None:
    """Log to a file in the user's folder, where the tracebacks go."""
    try:
        home().mkdir(parents=True, exist_ok=True)
        handler = logging.handlers.RotatingFileHandler(
            home() / "diffvis.log", maxBytes=1_000_000, backupCount=2, encoding="utf-8"
        )
    except OSError:
        return  # a window without a log is better than none
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger("diffvis")
    root.addHandler(handler)
    root.setLevel(logging.INFO)


def _has_display() -> bool:
    if not sys.platform.startswith("linux"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _splash(app: QApplication) -> QLabel:
    """A first picture while torch is being imported."""
    splash = QLabel("diffvis")
    colours = QPalette()
    colours.setColor(QPalette.ColorRole.Window, QColor(20, 23, 27))
    colours.setColor(QPalette.ColorRole.WindowText, QColor(86, 180, 233))
    splash.setPalette(colours)
    splash.setWindowTitle("diffvis")
    splash.setMargin(60)
    font = splash.font()
    font.setPointSize(32)
    splash.setFont(font)
    splash.show()
    app.processEvents()
    return splash


def _show_what_was_asked(window, model, data, workspace, t) -> None:
    from diffvis.app.window import TITLES
    from diffvis.training.model import open_model

    if workspace not in TITLES:
        raise UserError(f"there is no workspace {workspace}", f"choose one of {', '.join(TITLES)}")
    if model is not None:
        window.session.set_model(open_model(model, window.session.device))
        if data is None:
            window.sources.follow_model_data()
    T = window.session.schedule.T
    if t is not None and not 0 <= t <= T:
        raise UserError(f"t = {t} is not on the schedule", f"choose 0 to {T}")
    window.show_workspace(workspace)
    if workspace == "reverse":
        window.workspaces["reverse"].run(play=t is None)
    window.session.set_t(T // 3 if t is None and workspace != "reverse" else t or 0)


def _report_exceptions(window) -> None:
    """What no one caught is logged and said in the window; it never ends the program."""
    from PySide6.QtCore import QThread

    from diffvis.app.notices import Notice
    from diffvis.app.workers.worker import Failure

    def hook(kind, error, trace) -> None:
        log.error("not caught", exc_info=(kind, error, trace))
        if QThread.currentThread() is window.thread():  # a worker thread must open nothing
            window.session.notice(Notice.of(Failure.of(error)))

    sys.excepthook = hook


def _draw_when_idle(app: QApplication, window, path: Path) -> None:
    """Save a picture of the window as soon as nothing on it will change, then quit."""

    def look() -> None:
        if not window.idle:
            timer.start()
            return
        ratio = window.devicePixelRatioF()
        picture = window.grab()
        picture.setDevicePixelRatio(ratio)
        status = 0
        try:
            with atomic_write(path) as file:
                from PySide6.QtCore import QBuffer, QIODevice

                buffer = QBuffer()
                buffer.open(QIODevice.OpenModeFlag.WriteOnly)
                picture.save(buffer, "PNG")
                file.write(bytes(buffer.data()))
        except OSError as error:
            print(f"diffvis: {path} cannot be written: {error.strerror}", file=sys.stderr)  # noqa: T201
            status = 2
        window.close()
        app.exit(status)

    timer = QTimer(window)
    timer.setSingleShot(True)
    timer.setInterval(SETTLE_MS)
    timer.timeout.connect(look)
    timer.start()
