"""Buttons for the part of a run that its plots show; the mouse drags and turns the wheel for it."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from diffvis.app.widgets.fields import button

PART = 0.5  # of the steps in view, by which a press moves on


class ZoomButtons(QWidget):
    """Is there only while a part is shown."""

    whole_wanted = Signal()
    moved = Signal(float)  # by so many times the steps in view

    def __init__(self) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        earlier = button("‹", "training.earlier", "Earlier steps", "Earlier steps of the run")
        later = button("›", "training.later", "Later steps", "Later steps of the run")
        whole = button(
            "Whole run", "training.whole_run", "Show the whole run", "Also by a double click"
        )
        earlier.clicked.connect(lambda: self.moved.emit(-PART))
        later.clicked.connect(lambda: self.moved.emit(PART))
        whole.clicked.connect(self.whole_wanted)
        for made in (earlier, later, whole):
            row.addWidget(made)
        self.hide()
