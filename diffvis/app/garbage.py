"""Cyclic garbage is collected in the window's thread only.

A collection in a worker thread can destroy widgets off the GUI thread, which crashes Qt. So the
automatic collector is off while the window lives, and a timer collects instead. What is free then
goes back to the system where the process has grown, from a thread of its own: it takes about ten
milliseconds.
"""

import gc
from threading import Thread

from PySide6.QtCore import QObject, QTimer, Slot

from diffvis.training.memory import give_back, process_bytes

INTERVAL_MS = 1_000
GIVE_BACK_MS = 5_000
LET_GROW = 64 * 2**20
"""What pictures, data and models leave free in the heap: every half minute, as it once went back,
came to 700 MB between two times, of 900 that were in use."""


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
        self._giving: Thread | None = None
        self._held = process_bytes() or 0
        self._seldom = QTimer(self)
        self._seldom.setInterval(GIVE_BACK_MS)
        self._seldom.timeout.connect(self._give_back)
        self._seldom.start()

    def stop(self) -> None:
        self._timer.stop()
        self._seldom.stop()
        if self._giving is not None:
            self._giving.join()
        gc.enable()
        gc.unfreeze()

    @Slot()
    def _collect(self) -> None:
        counts = gc.get_count()
        for generation in (2, 1, 0):
            if counts[generation] > self._limits[generation]:
                gc.collect(generation)
                return

    @Slot()
    def _give_back(self) -> None:
        if self._giving is not None and self._giving.is_alive():
            return
        resident = process_bytes() or 0
        if self._giving is not None:  # it has ended: what is left is in use, or around it
            self._giving, self._held = None, resident
        elif resident > self._held + LET_GROW:
            self._giving = Thread(target=give_back, name="give back")
            self._giving.start()
        else:
            self._held = min(self._held, resident)
