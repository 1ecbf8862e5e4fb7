"""PageDown and PageUp, which a presenter's clicker sends, step through an open lecture.

Without one they are the transport's.
"""

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from diffvis.app.lecture.lectures import Lectures


class Clicker(QObject):
    """Wherever in the window the focus is, but in a text that has pages of its own."""

    def __init__(self, window: QWidget, lectures: Lectures) -> None:
        super().__init__(window)
        self._lectures = lectures
        self._keys = [QShortcut(QKeySequence(name), window) for name in ("PgDown", "PgUp")]
        for key, step in zip(self._keys, (lectures.next, lectures.previous), strict=True):
            key.setAutoRepeat(False)
            key.activated.connect(step)
        lectures.changed.connect(self._heed)
        self._heed()

    @Slot()
    def _heed(self) -> None:
        for key in self._keys:
            key.setEnabled(self._lectures.lecture is not None)
