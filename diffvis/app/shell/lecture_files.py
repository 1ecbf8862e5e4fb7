"""A lecture as files, from a window that nobody sees; a display is not needed."""

import os
from collections.abc import Iterator
from pathlib import Path

from PySide6.QtWidgets import QApplication

from diffvis.app.lecture.export import Outcome, export_scenes
from diffvis.app.shell.window import MainWindow
from diffvis.app.theme import Theme
from diffvis.data.catalogue import DEFAULT, open_dataset
from diffvis.lectures.lecture import Lecture
from diffvis.lectures.naming import USUAL, Endings


def export_lecture(
    lecture: Lecture,
    folder: Path,
    style: str,
    size: tuple[int, int] | None = None,
    ends: Endings = USUAL,
) -> Iterator[Outcome]:
    """A still and a film of every scene in ``folder``: the path of each file, or why there is none.
    Nothing else is written.
    """
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    window = MainWindow(open_dataset(DEFAULT), Theme(app, style), staged=True)
    try:
        yield from export_scenes(window, lecture, folder, style, size, ends)
    finally:
        window.ending.end_work()
        window.deleteLater()
