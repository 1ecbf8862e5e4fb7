"""The sheet of keyboard shortcuts."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QGridLayout, QWidget

from diffvis.app.widgets.fields import label

SHORTCUTS = (
    ("Space", "play or pause"),
    ("← / →", "one step back / on"),
    ("Shift + ← / →", "ten steps back / on"),
    ("Home / End", "to the start / the end"),
    ("Ctrl + 1 … 4", "Forward, Reverse, Schedules, Training"),
    ("Ctrl + E", "export what I am looking at"),
    ("Ctrl + O", "open a model or data"),
    ("F11", "presentation mode (Esc ends it)"),
    ("?", "this sheet"),
    ("Ctrl + Q", "quit"),
)


class ShortcutSheet(QDialog):
    """All shortcuts at a glance; Esc closes it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keyboard shortcuts")
        self.setObjectName("help.shortcuts")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        grid = QGridLayout(self)
        grid.setContentsMargins(24, 20, 24, 20)
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(8)
        for row, (keys, does) in enumerate(SHORTCUTS):
            grid.addWidget(label(keys, "value"), row, 0)
            grid.addWidget(label(does), row, 1)
