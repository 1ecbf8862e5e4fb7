"""What is being done in the background, how far it is, and a way to stop it."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar

from diffvis.app.widgets.fields import button, label
from diffvis.app.workers.jobs import Jobs

PARTS = 1000


class BusyBar(QFrame):
    """Is there only while something is being done."""

    def __init__(self, jobs: Jobs) -> None:
        super().__init__()
        self.setProperty("kind", "info")
        self._words = label("", "hint")
        self._words.setObjectName("window.busy")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        stop = button("Stop", "window.stop", "Stop opening", "Give up what is being opened")
        stop.clicked.connect(jobs.cancel)
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 4, 6, 4)
        row.addWidget(self._words)
        row.addWidget(self._bar, 1)
        row.addWidget(stop)
        jobs.busy_changed.connect(self._show_work)
        jobs.progressed.connect(self._show_part)
        self.hide()

    @Slot(str)
    def _show_work(self, what: str) -> None:
        self._words.setText(f"{what}…")
        self._bar.setRange(0, 0)  # in motion, until it is known how far it is
        self.setVisible(bool(what))

    @Slot(float)
    def _show_part(self, part: float) -> None:
        self._bar.setRange(0, PARTS)
        self._bar.setValue(round(PARTS * part))
