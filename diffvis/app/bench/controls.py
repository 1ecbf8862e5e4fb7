"""Run and stop, and how far the tool has come."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from diffvis.app.bench.runner import Runner
from diffvis.app.widgets.fields import Readouts, button

MB = 2**20
RUN, AGAIN, STOP = "Run", "Run again", "Stop"


class RunControls(QWidget):
    """The workspace listens to the button."""

    def __init__(self, runner: Runner) -> None:
        super().__init__()
        self._runner = runner
        self._old = False
        self.run = button(
            RUN, "bench.run", "Run the tool", "Let the tool work, or stop it", "primary"
        )
        self._progress = QProgressBar()
        self._progress.setTextVisible(False)
        names = ("bench_calls", "network calls"), ("bench_state", "boards")
        self._readouts = Readouts(names, columns=1)
        row = QHBoxLayout()
        row.addWidget(self.run)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self._readouts)
        column.addWidget(self._progress)
        column.addLayout(row)
        for signal in (runner.changed, runner.progressed, runner.state_changed):
            signal.connect(self._show)
        self._show()

    def show_old(self, old: bool) -> None:
        """Whether the board is of other choices than those that are made."""
        self._old = old
        self._show()

    @Slot()
    def _show(self) -> None:
        run = self._runner.run
        going = not self._runner.idle
        self.run.setText(STOP if going else AGAIN if run is not None else RUN)
        self.run.setAccessibleName("Stop the tool" if going else "Run the tool")
        if run is None:
            self._progress.setRange(0, 1)
            self._progress.setValue(0)
            self._readouts.set("bench_calls", "–")
            self._readouts.set("bench_state", "none yet")
            return
        self._progress.setRange(0, run.all_calls)
        self._progress.setValue(run.all_calls if run.complete else min(run.calls, run.all_calls))
        self._readouts.set("bench_calls", f"{run.calls:,} of {run.all_calls:,}")
        words = f"{len(run.places):,}, {run.bytes / MB:,.1f} MB"
        if run.stride > 1:
            words += f", 1 in {run.stride} kept"
        if self._old and not going:
            words = "of earlier choices"
        self._readouts.set("bench_state", words)
