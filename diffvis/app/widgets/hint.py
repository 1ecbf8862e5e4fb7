"""What an empty view says."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget


class Hint(QLabel):
    """Says in the middle of an empty view what will appear there."""

    def __init__(self, text: str, over: QWidget) -> None:
        super().__init__(text)
        self.setProperty("role", "muted")
        self.setStyleSheet("background: palette(base); padding: 6px 12px;")
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        layout = over.layout() or QGridLayout(over)
        layout.addWidget(self, 0, 0, Qt.AlignmentFlag.AlignCenter)
