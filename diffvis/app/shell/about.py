"""*About diffvis*: its version, its licence, its sources, and what is installed here."""

import os
import sys
from pathlib import Path

from PySide6.QtCore import QProcess, QProcessEnvironment, Qt, Slot
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

import diffvis
from diffvis.app.widgets.fields import button, identify, label
from diffvis.sampling.registry import SAMPLERS

LICENCE = "MIT licence, © 2026 the diffvis authors. The DejaVu fonts have their own free licence."
LOOKING = "Looking at what is installed…"
COLUMNS, ROWS = 92, 16  # letters of what is installed that are seen at once
ENDS_MS = 2000  # that a process which was killed may take to go


class AboutSheet(QDialog):
    """What is installed is asked of ``diffvis doctor``, whose lines come as they are found."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("help.about_sheet")
        self.setWindowTitle("About diffvis")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        name = f"diffvis {diffvis.__version__}"
        self._about = "\n".join((name, LICENCE, _sources()))
        self._installed = QPlainTextEdit()
        identify(self._installed, "about.installed", "What is installed")
        self._installed.setReadOnly(True)
        self._installed.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self._installed.setPlaceholderText(LOOKING)
        self._state = label(LOOKING, "hint")
        self._state.setObjectName("about.state")
        tip = "All of this as text, for a report"
        copy = button("Copy", "about.copy", "Copy what is said here", tip)
        copy.clicked.connect(self.copy)
        close = button("Close", "about.close", "Close")
        close.clicked.connect(self.reject)
        foot = QHBoxLayout()
        foot.addWidget(self._state, 1)
        foot.addWidget(copy)
        foot.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 18, 24, 16)
        column.setSpacing(10)
        column.addWidget(label(name, "title"))
        for line in (_description(), LICENCE, _sources()):
            said = label(line)
            said.setWordWrap(True)
            said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            column.addWidget(said)
        column.addWidget(self._installed, 1)
        column.addLayout(foot)
        letters = self._installed.fontMetrics()
        wide = min(COLUMNS * letters.horizontalAdvance("0"), parent.width() - 120)
        high = min(ROWS * letters.lineSpacing(), parent.height() // 2)
        self._installed.setMinimumHeight(high // 2)
        # The height of words that wrap is known at a width only.
        self.resize(wide, column.totalHeightForWidth(wide) + high - high // 2)
        self._doctor = QProcess(self)
        self._doctor.setProcessEnvironment(_environment())
        self._doctor.setProcessChannelMode(QProcess.ProcessChannelMode.MergedChannels)
        self._doctor.readyRead.connect(self._read)
        self._doctor.stateChanged.connect(self._state_changed)
        self._doctor.errorOccurred.connect(self._fail)
        self._doctor.start(sys.executable, ["-m", "diffvis", "doctor"])

    @property
    def text(self) -> str:
        """All that is said, by now."""
        return f"{self._about}\n\n{self._installed.toPlainText()}".rstrip() + "\n"

    @Slot()
    def copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text)
        self._state.setText("Copied")

    def done(self, result: int) -> None:
        """However it is closed, nothing of it runs on."""
        self._doctor.blockSignals(True)
        self._doctor.kill()
        self._doctor.waitForFinished(ENDS_MS)
        super().done(result)

    @Slot()
    def _read(self) -> None:
        said = bytes(self._doctor.readAll().data()).decode(errors="replace")
        bar = self._installed.verticalScrollBar()
        place = bar.value()
        self._installed.setPlainText((self._installed.toPlainText() + said).replace("\r\n", "\n"))
        bar.setValue(place)

    @Slot(QProcess.ProcessState)
    def _state_changed(self, state: QProcess.ProcessState) -> None:
        if state is QProcess.ProcessState.NotRunning:
            self._state.setText("As diffvis doctor says it: !! is wrong, -- is absent, not needed")

    @Slot()
    def _fail(self) -> None:
        self._state.setText(f"diffvis doctor cannot be started: {self._doctor.errorString()}")


def _description() -> str:
    return (
        "A teaching instrument for diffusion models: scrub the noising, step the reverse chain, "
        "watch a model train."
    )


def _sources() -> str:
    """Whose formulas the samplers are, and where the rest is named."""
    samplers = "\n".join(f"{each.title}: {each.about}" for each in SAMPLERS.values())
    return f"{samplers}\nThe papers of the rest are named in docs/mathematics.md and docs/data.md."


def _environment() -> QProcessEnvironment:
    """In which this diffvis is found, wherever it was started."""
    found = QProcessEnvironment.systemEnvironment()
    roots = (str(Path(diffvis.__file__).parents[1]), found.value("PYTHONPATH", ""))
    found.insert("PYTHONPATH", os.pathsep.join(filter(None, roots)))
    found.insert("PYTHONUTF8", "1")
    return found
