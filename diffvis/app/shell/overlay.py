"""What lies over the workspaces for a while: what is being done, and what there is to say."""

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QRect, Slot
from PySide6.QtWidgets import QMainWindow, QVBoxLayout, QWidget

GAP = 14  # to the left edge of the window, and to the bar below
LEAST = 60  # letters that the free part of the bar must have room for
OVER = 10  # pixels that it may be higher than that, at either side
PART, MOST = 0.62, 900  # of the window's width, and pixels: the panel at the right stays free


class Overlay(QWidget):
    """Stands on the free part of a bar of the window, where it hides nothing; where it needs more
    room than there is, just above the bar, at the left, as high as what is in it.

    Nothing in the window moves when that comes and goes, and nobody's click lands on another thing
    than was aimed at. Forms, their buttons and the controls above a picture are never beneath it.
    """

    def __init__(
        self, window: QMainWindow, bar: QWidget, free: Callable[[], QRect], *parts: QWidget
    ) -> None:
        """``free``: the part of the bar where nothing stands, in the window."""
        super().__init__(window)
        self._above = self._bar = bar
        self._free = free
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        for part in parts:
            column.addWidget(part)
        for watched in (window, bar):
            watched.installEventFilter(self)
        self._place()

    def stand_above(self, above: QWidget) -> None:
        """Stand above this instead."""
        self._above.removeEventFilter(self)
        self._above = above
        above.installEventFilter(self)
        self._place()

    @Slot()
    def place_soon(self) -> None:
        """The bar is about to be laid out anew."""
        QCoreApplication.postEvent(self, QEvent(QEvent.Type.LayoutRequest))

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
        if self._above is not self._bar or not self._fits():
            self._place_above()
        self.raise_()

    def _fits(self) -> bool:
        """Place it on the bar, if it has room there."""
        free = self._free()
        if free.width() < LEAST * self.fontMetrics().averageCharWidth():
            return False
        width = min(MOST, free.width() - 2 * GAP)
        height = self._height_at(width)
        top = free.center().y() - height // 2
        if height > free.height() + 2 * OVER or top + height > self.parentWidget().height():
            return False
        self.setGeometry(free.right() - GAP - width, top, width, height)
        return True

    def _place_above(self) -> None:
        window = self.parentWidget()
        width = min(MOST, round(PART * window.width()))
        bottom = self._above.mapTo(window, self._above.rect().topLeft()).y()
        height = min(self._height_at(width), max(0, bottom - GAP))
        self.setGeometry(GAP, bottom - GAP - height, width, height)

    def _height_at(self, width: int) -> int:
        """How high what is in it is at this width: words that wrap say so once they have it."""
        self.resize(width, self.height())
        return self.layout().sizeHint().height()
