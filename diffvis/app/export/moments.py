"""Which moments a strip shows: typed as numbers, or left to the program."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from diffvis.app.widgets.controls import mark_wrong
from diffvis.app.widgets.fields import identify, labelled
from diffvis.app.widgets.symbols import in_plain
from diffvis.errors import UserError
from diffvis.rendering.moments import moments


class Moments(QWidget):
    """``0, 75, 150, 300``; nothing typed means those that are usual."""

    changed = Signal()

    def __init__(self, times: tuple[int, ...] | None, usual: Sequence[int]) -> None:
        super().__init__()
        self._line = QLineEdit(", ".join(map(str, times or ())))
        self._line.setPlaceholderText(", ".join(map(str, usual)))
        tip = "The t that stand side by side, as 0, 20, 50, 100; nothing: the usual ones"
        identify(self._line, "export.times", "Moments of the strip", in_plain(tip))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(labelled("Moments t", self._line))
        self._line.textChanged.connect(self.changed)

    def times(self) -> tuple[int, ...] | None:
        """What was typed.

        Raises:
            UserError: it is no list of numbers.
        """
        text = self._line.text().strip().strip(",")
        return moments(text) if text else None

    def mark(self, error: UserError | None) -> None:
        """Stand out while what is typed is not possible."""
        mark_wrong(self._line, error is not None and error.field == "times")
