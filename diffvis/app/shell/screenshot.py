"""A picture of the window, taken by itself."""

import sys
from pathlib import Path

from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Slot
from PySide6.QtWidgets import QApplication

from diffvis.app.shell.window import MainWindow
from diffvis.app.widgets.images import as_png
from diffvis.files import atomic_write

SETTLE_MS = 60  # between looks whether the window is idle
PATIENCE_S = 60.0  # at most, for what Training finds out beside: a picture without it is one too


def save_when_idle(app: QApplication, window: MainWindow, path: Path) -> None:
    """Save a picture of the window as soon as nothing on it will change, then quit.

    The exit status is 0, or 2 where the file cannot be written.
    """
    _Photographer(app, window, path)


class _Photographer(QObject):
    def __init__(self, app: QApplication, window: MainWindow, path: Path) -> None:
        super().__init__(window)
        self._app = app
        self._window = window
        self._path = path
        self._waited = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setInterval(SETTLE_MS)
        self._timer.timeout.connect(self._look)
        self._timer.start()

    @Slot()
    def _look(self) -> None:
        if not self._window.idle or not self._known():
            return
        self._timer.stop()
        status = 0
        try:
            save(self._window, self._path)
        except OSError as error:
            sys.stderr.write(f"diffvis: {self._path} cannot be written: {error.strerror}\n")
            status = 2
        self._window.close()
        self._app.exit(status)

    def _known(self) -> bool:
        """Whether Training has found out what it shows, or has been waited for long enough."""
        if not self._waited.isValid():
            self._waited.start()
        late = self._waited.hasExpired(round(1000 * PATIENCE_S))
        return late or self._window.workspaces["training"].settled


def save(window: MainWindow, path: Path) -> None:
    """Save a picture of the window as PNG.

    Raises:
        OSError: the file cannot be written.
    """
    picture = as_png(window.grab())
    with atomic_write(path) as file:
        file.write(picture)
