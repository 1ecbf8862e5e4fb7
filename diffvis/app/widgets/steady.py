"""Room for a label whose text changes many times a second.

``QLabel.setText`` has the whole window laid out again, every time, even where the new words take
the same room. Here that happens only when they need more.
"""

from PySide6.QtCore import QEvent, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QWidget


class Steady(QWidget):
    """Holds a label; grows with its text and does not shrink again."""

    def __init__(self, held: QLabel) -> None:
        super().__init__()
        held.setParent(self)
        self._held = held
        self._room = QSize(0, 0)  # the most that was asked for
        self.setSizePolicy(held.sizePolicy())

    def set_text(self, text: str) -> None:
        """Show other words; whatever more room they need is asked for before the next paint."""
        if text != self._held.text():
            self._held.setText(text)
            if self._needs_more():
                self.updateGeometry()

    def sizeHint(self) -> QSize:
        self._room = self._room.expandedTo(self._held.sizeHint())
        return self._room

    def minimumSizeHint(self) -> QSize:
        return self._held.minimumSizeHint() if self._held.wordWrap() else self.sizeHint()

    def hasHeightForWidth(self) -> bool:
        return self._held.wordWrap()

    def heightForWidth(self, width: int) -> int:
        return self._held.heightForWidth(width)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:  # the label's; without a layout it ends here
            if self._needs_more():
                self.updateGeometry()
        elif event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._room = QSize(0, 0)  # in another font every text takes other room
            self.updateGeometry()
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._held.setGeometry(self.rect())

    def _needs_more(self) -> bool:
        if self._held.wordWrap():
            return self._held.heightForWidth(self.width()) > self.height()
        return self._room.expandedTo(self._held.sizeHint()) != self._room
