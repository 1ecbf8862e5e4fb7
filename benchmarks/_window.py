"""A real window for a benchmark: a folder of its own, an event loop, controls by their names."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

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


@contextmanager
def open_window(data: str, workspace: str):
    """The main window with a data set and a workspace in front; closed at the end."""
    from PySide6.QtWidgets import QApplication

    from diffvis.app.garbage import GuiGarbageCollector
    from diffvis.app.theme import Theme
    from diffvis.app.window import MainWindow
    from diffvis.data.catalogue import open_dataset
    from diffvis.training.threads import take_one_thread

    take_one_thread()  # workers choose for themselves
    app = QApplication.instance() or QApplication([])
    collector = GuiGarbageCollector(app)
    window = MainWindow(open_dataset(data), Theme(app, "dark"))
    window.resize(1280, 720)
    window.show_workspace(workspace)
    window.show()
    wait(0.2)
    try:
        yield window
    finally:
        window.close()
        window.deleteLater()
        wait(0.1)
        collector.stop()


def wait(seconds: float) -> None:
    """Let the window live; QTest.qWait would keep Python's lock, and the workers waiting."""
    from PySide6.QtCore import QEventLoop, QTimer

    loop = QEventLoop()
    QTimer.singleShot(round(1000 * seconds), loop.quit)
    loop.exec()


def wait_until(true, limit: float = 60.0, step: float = 0.002) -> None:
    """Let the window live until something is true."""
    import time

    end = time.perf_counter() + limit
    while not true():
        if time.perf_counter() > end:
            raise TimeoutError("the window did not get there")
        wait(step)


def control(window, name: str):
    """The widget of the window with this object name."""
    from PySide6.QtWidgets import QWidget

    found = window.findChild(QWidget, name)
    if found is None:
        raise LookupError(f"there is no control {name}")
    return found
