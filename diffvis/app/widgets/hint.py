"""What an empty view says."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QLabel, QWidget


class Hint(QLabel):
    """Says in the middle of an empty view what will appear there, and how."""

    def __init__(self, text: str, over: QWidget) -> None:
        super().__init__(text, over)
        self.setProperty("role", "muted")
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setWordWrap(True)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        over.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self.setGeometry(self.parentWidget().rect().adjusted(40, 10, -10, -10))
        return False
