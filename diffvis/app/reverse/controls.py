"""Run and pause, how far the chain has got, and what its recording takes of the memory."""

from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QVBoxLayout, QWidget

from diffvis.app.reverse.chain import Chain
from diffvis.app.widgets.fields import Readouts, button

MB = 2**20
CALLS = "Steps so far, and how often the network was asked where that is not once in each"


class RunControls(QWidget):
    """The workspace listens to the buttons; ``show_chain`` shows how things stand."""

    def __init__(self) -> None:
        super().__init__()
        self.run = button(
            "Run", "reverse.run", "Run the chain", "Walk the chain from x_T to x_0", "primary"
        )
        self.pause = button(
            "Pause", "reverse.pause", "Pause the chain",
            "Walk no further; the step button of the transport then takes one step at a time",
        )  # fmt: skip
        self._progress = QProgressBar()
        self._progress.setTextVisible(False)
        self._readouts = Readouts((("chain_steps", "steps"), ("chain_memory", "memory")), columns=1)
        self._readouts.findChild(QLabel, "readout.chain_steps").setToolTip(CALLS)
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self.run, 2)
        row.addWidget(self.pause, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self._readouts)
        column.addWidget(self._progress)
        column.addLayout(row)

    def show_chain(self, chain: Chain, limit: int) -> None:
        """``limit`` is that of the memory, in bytes."""
        self.pause.setEnabled(chain.paused or not chain.idle)
        self.pause.setText("Resume" if chain.paused else "Pause")
        main = chain.main
        if main is None:
            self._progress.setRange(0, 1)
            self._progress.setValue(0)
            self._readouts.set("chain_steps", "–")
            self._readouts.set("chain_memory", f"0 of {limit // MB:,} MB")
            return
        every = chain.recordings
        self._progress.setRange(0, sum(each.length for each in every))
        self._progress.setValue(sum(each.walked for each in every))
        words = f"{main.walked} / {main.length}"
        if main.calls != main.walked:
            words += f" by {main.calls:,} calls"
        if main.stride > 1:
            words += f", 1 in {main.stride} kept"
        self._readouts.set("chain_steps", words)
        self._readouts.set("chain_memory", f"{chain.bytes / MB:,.1f} of {limit // MB:,} MB")
