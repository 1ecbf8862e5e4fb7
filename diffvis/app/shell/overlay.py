"""What lies over the workspaces for a while: what is being done, and what there is to say."""

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QMainWindow, QVBoxLayout, QWidget

GAP = 14  # to the left edge of the window, and to the bar below
PART, MOST = 0.62, 900  # of the window's width, and pixels: the panel at the right stays free


class Overlay(QWidget):
    """Stands just above a bar of the window, at the left, as high as what is in it.

    Nothing in the window moves when that comes and goes, and nobody's click lands on another thing
    than was aimed at. Forms, their buttons and the controls above a picture are never beneath it.
    """

    def __init__(self, window: QMainWindow, above: QWidget, *parts: QWidget) -> None:
        super().__init__(window)
        self._above = above
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        for part in parts:
            column.addWidget(part)
        for watched in (window, above):
            watched.installEventFilter(self)
        self._place()

    def stand_above(self, above: QWidget) -> None:
        """Stand above this instead."""
        self._above.removeEventFilter(self)
        self._above = above
        above.installEventFilter(self)
        self._place()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Move, QEvent.Type.Show):
            self._place()
        return False

    def event(self, event: QEvent) -> bool:
        known = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self._place()
        return known

    def _place(self) -> None:
        window = self.parentWidget()
        width = min(MOST, round(PART * window.width()))
        bottom = self._above.mapTo(window, self._above.rect().topLeft()).y()
        height = min(self.layout().sizeHint().height(), max(0, bottom - GAP))
        if self.width() != width:
            self.resize(width, height)  # words that wrap then say how high they are
            height = min(self.layout().sizeHint().height(), max(0, bottom - GAP))
        self.setGeometry(GAP, bottom - GAP - height, width, height)
        self.raise_()
