"""The sheet of keyboard shortcuts."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QWidget

from diffvis.app.widgets.fields import label

SHORTCUTS = {
    "Time": (
        ("Space", "play or pause"),
        ("Shift + Space", "play backward"),
        ("← / →", "one step back / on"),
        ("Shift + ← / →", "ten steps back / on"),
        ("Page Up / Down", "marked t before / after"),
        ("Home / End", "to the start / the end"),
        ("0 … 9", "type t, then Return"),
        ("+ / −", "faster / slower"),
        ("L / P", "loop / ping-pong"),
        ("I / O / X", "range begins / ends / is all"),
        ("Wheel on a picture", "one step; with Shift ten"),
    ),
    "Window": (
        ("Ctrl + 1 … 4", "Forward, Reverse, Schedules, Training"),
        ("Ctrl + E", "export what I am looking at"),
        ("Ctrl + O", "open a model or data"),
        ("Ctrl + V", "paste a picture"),
        ("Ctrl + ,", "preferences"),
        ("F11", "presentation mode (Esc ends it)"),
        ("Tab", "to the next control"),
        ("?", "this sheet"),
        ("Ctrl + Q", "quit"),
    ),
}


class ShortcutSheet(QDialog):
    """All shortcuts at a glance; Esc closes it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keyboard shortcuts")
        self.setObjectName("help.shortcuts")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        columns = QHBoxLayout(self)
        columns.setContentsMargins(24, 20, 24, 20)
        columns.setSpacing(40)
        for title, shortcuts in SHORTCUTS.items():
            grid = QGridLayout()
            grid.setHorizontalSpacing(20)
            grid.setVerticalSpacing(8)
            grid.addWidget(label(title, "title"), 0, 0, 1, 2)
            for row, (keys, does) in enumerate(shortcuts, start=1):
                grid.addWidget(label(keys, "value"), row, 0)
                grid.addWidget(label(does), row, 1)
            grid.setRowStretch(len(shortcuts) + 1, 1)
            columns.addLayout(grid)
