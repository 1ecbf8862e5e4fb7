"""How Forward makes x_t of x_0: by one jump or by walking the chain, and why it matters."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from diffvis.app.widgets.fields import button, combo, label, show_choice

JUMP = (
    "Jump: one ε for all t, straight to q(x<sub>t</sub> | x<sub>0</sub>). "
    "No chain walks like this, yet at each t the distribution is the same."
)
WALK = (
    "Walk: x<sub>t</sub> = √α<sub>t</sub> x<sub>t−1</sub> + √β<sub>t</sub> ε with fresh ε "
    "at every step. Another path, but at each t the same distribution as the jump."
)


class Making(QWidget):
    """The choice between jump and walk, its explanation, and fresh noise."""

    mode_chosen = Signal()
    noise_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._mode = combo(
            "forward.mode",
            "How x_t is made",
            [("Jump (closed form)", "jump"), ("Walk (true chain)", "chain")],
            "Jump: the closed form, x_t from x_0 at once, with one ε for all t.\n"
            "Walk: the Markov chain x_t = √α x_{t−1} + √β ε with fresh noise at every step.\n"
            "Path by path they differ; in distribution they do not.",
        )
        self._mode.setMinimumContentsLength(13)  # enough for its words, also in a narrow dock
        self._mode.activated.connect(self._chosen)
        resample = button("New noise", "forward.resample", "New noise", "Draw another ε")
        resample.clicked.connect(self.noise_wanted)
        self._explanation = label(JUMP, "hint")
        self._explanation.setObjectName("forward.explanation")
        self._explanation.setWordWrap(True)
        self._explanation.setTextFormat(Qt.TextFormat.RichText)
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self._mode, 1)
        row.addWidget(resample)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self._explanation)
        column.addLayout(row)

    @property
    def walks(self) -> bool:
        """Whether the true chain is wanted."""
        return self._mode.currentData() == "chain"

    def show(self, walks: bool) -> None:
        """Show which one is chosen, without saying that the person did."""
        show_choice(self._mode, "chain" if walks else "jump")
        self._explanation.setText(WALK if walks else JUMP)

    @Slot()
    def _chosen(self) -> None:
        self._explanation.setText(WALK if self.walks else JUMP)
        self.mode_chosen.emit()
