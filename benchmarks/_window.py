"""A real window for a benchmark: a folder of its own, an event loop, controls by their names."""

from __future__ import annotations

import gc
import os
import platform
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from benchmarks._core_time import load

if TYPE_CHECKING:
    from PySide6.QtWidgets import QComboBox

    from diffvis.app.theme import Theme
    from diffvis.models.model import Model

SIZE = (1280, 720)

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


@contextmanager
def private_home() -> Iterator[str]:
    """Runs and settings of a benchmark are nobody's own."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        before = os.environ.get("DIFFVIS_HOME")
        os.environ["DIFFVIS_HOME"] = home
        try:
            yield home
        finally:
            if before is None:
                del os.environ["DIFFVIS_HOME"]
            else:
                os.environ["DIFFVIS_HOME"] = before


def theme() -> Theme:
    """The look of every window of this process; makes the application where there is none."""
    from PySide6.QtWidgets import QApplication

    from diffvis.app.theme import Theme

    app = QApplication.instance() or QApplication([])
    return app.findChild(Theme) or Theme(app, "dark")


@contextmanager
def collecting() -> Iterator[None]:
    """Collect garbage as the program does: from a timer, without walking what is there now."""
    from PySide6.QtWidgets import QApplication

    from diffvis.app.garbage import GuiGarbageCollector

    gc.collect()  # what an earlier window left would stay with what is there
    collector = GuiGarbageCollector(QApplication.instance())
    try:
        yield
    finally:
        collector.stop()


@contextmanager
def open_window(data: str, workspace: str, model: str | Model | None = None):
    """The main window with a data set, a model and a workspace in front; closed at the end.

    ``model``: one to open by its name, or a Model; None leaves the exact denoiser of the data.
    """
    from diffvis.app.shell.arenas import share_arenas
    from diffvis.app.shell.window import MainWindow
    from diffvis.data.catalogue import open_dataset
    from diffvis.models.model import open_model
    from diffvis.training.threads import take_one_thread

    share_arenas()
    take_one_thread()  # workers choose for themselves
    look = theme()
    gc.disable()  # a worker's thread must not collect widgets; ``collecting`` takes over
    window = MainWindow(open_dataset(data), look)
    if model is not None:
        window.session.set_model(open_model(model) if isinstance(model, str) else model)
    window.resize(*SIZE)
    window.show_workspace(workspace)
    window.show()
    with collecting():
        try:
            wait_until(window.windowHandle().isExposed, what="the first picture")
            wait(0.2)
            yield window
        finally:
            window.close()
            window.deleteLater()
            wait(0.1)


def wait(seconds: float) -> None:
    """Let the window live; QTest.qWait would keep Python's lock, and the workers waiting."""
    from PySide6.QtCore import QEventLoop, QTimer

    loop, timer = QEventLoop(), QTimer()
    timer.setSingleShot(True)
    timer.timeout.connect(loop.quit)  # QTimer.singleShot would keep a little of each loop
    timer.start(round(1000 * seconds))
    loop.exec()


def wait_until(true, limit: float = 60.0, step: float = 0.002, what: str = "the window") -> None:
    """Let the window live until something is true.

    Raises:
        TimeoutError: it is not after ``limit`` seconds.
    """
    end = time.perf_counter() + limit
    while not true():
        if time.perf_counter() > end:
            raise TimeoutError(f"{what} took more than {limit:.0f} s")
        wait(step)


def conditions() -> str:
    """On what was measured, in a line."""
    import torch
    from PySide6.QtWidgets import QApplication

    return (
        f"{platform.machine()}, {os.cpu_count()} cores ({load()}), torch {torch.__version__}, "
        f"Qt on {QApplication.platformName()}"
    )


def control(window, name: str):
    """The widget of the window with this object name."""
    from PySide6.QtWidgets import QWidget

    found = window.findChild(QWidget, name)
    if found is None:
        raise LookupError(f"there is no control {name}")
    return found


def choose(box: QComboBox, index: int) -> None:
    """An entry of a list, as a person chooses it: ``activated`` follows.

    Raises:
        LookupError: there is no such entry.
    """
    if index < 0:
        raise LookupError(f"{box.objectName()} has no such entry")
    box.setCurrentIndex(index)
    box.activated.emit(index)
