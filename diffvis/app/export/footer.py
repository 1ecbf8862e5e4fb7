"""The lower part of the export dialog: what was said, how far the file is, and the buttons."""

import time

from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from diffvis.app.notices import NoticeBar
from diffvis.app.widgets.fields import button, label
from diffvis.rendering.export import Progress


class ExportFooter(QWidget):
    """The dialog listens to ``run`` and ``cancel``."""

    def __init__(self) -> None:
        super().__init__()
        self.notice = NoticeBar()
        self.notice.setObjectName("export.notice")
        self._progress = QProgressBar()
        self._progress.setObjectName("export.progress")
        self._progress.setAccessibleName("Progress of the export")
        self._progress.setTextVisible(False)
        self._status = label("", "hint")
        self._status.setObjectName("export.status")
        self.cancel = button("Close", "export.cancel", "Cancel or close", "Stop, or close (Esc)")
        self.run = button("Export", "export.run", "Export", "Write the file", "primary")
        self._started = 0.0
        buttons = QHBoxLayout()
        buttons.addWidget(self._status, 1)
        buttons.addWidget(self.cancel)
        buttons.addWidget(self.run)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addWidget(self.notice)
        column.addWidget(self._progress)
        column.addLayout(buttons)

    def say(self, words: str) -> None:
        self._status.setText(words)

    def begin(self) -> None:
        """A file is being written."""
        self._started = time.monotonic()
        self.notice.clear()
        self.run.setEnabled(False)
        self.cancel.setText("Cancel")
        self._progress.setRange(0, 0)
        self._progress.show()
        self.say("Starting…")

    def show_progress(self, progress: Progress) -> None:
        """How much is done, and how long the rest will take."""
        self._progress.setRange(0, progress.total)
        self._progress.setValue(progress.done)
        spent = time.monotonic() - self._started
        text = f"{progress.done} of {progress.total}"
        if spent > 1:
            text += f", {spent / progress.done * (progress.total - progress.done):.0f} s left"
        self.say(text)

    def rest(self) -> None:
        """Nothing is being written."""
        self.run.setEnabled(True)
        self.run.setText("Export")
        self.cancel.setText("Close")
        self._progress.hide()
        self.say("")
