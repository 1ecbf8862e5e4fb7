"""Cyclic garbage is collected in the window's thread only.

A collection in a worker thread can destroy widgets off the GUI thread, which crashes Qt. So the
automatic collector is off while the window lives, and a timer collects instead.
"""

import gc

from PySide6.QtCore import QObject, QTimer, Slot

INTERVAL_MS = 1_000


class GuiGarbageCollector(QObject):
    """Collects as often as Python itself would, generation by generation, from a timer."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._limits = gc.get_threshold()
        gc.freeze()  # what is there at the start stays; not walking it keeps pauses short
        gc.disable()
        self._timer = QTimer(self)
        self._timer.setInterval(INTERVAL_MS)
        self._timer.timeout.connect(self._collect)
        self._timer.start()

    def stop(self) -> None:
        self._timer.stop()
        gc.enable()
        gc.unfreeze()

    @Slot()
    def _collect(self) -> None:
        counts = gc.get_count()
        for generation in (2, 1, 0):
            if counts[generation] > self._limits[generation]:
                gc.collect(generation)
                return
