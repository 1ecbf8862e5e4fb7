"""Part of a workspace that gives way to a low window: it scrolls, and the transport stays."""

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

LEAST_HEIGHT = 230


class Giving(QScrollArea):
    """Scrolls what is in it where that cannot be as low as there is room for.

    ``wraps``: it has words that take more lines where it is narrow.
    """

    def __init__(self, content: QWidget, least: int = LEAST_HEIGHT, wraps: bool = False) -> None:
        super().__init__()
        self._least, self._wraps = least, wraps
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # what is in it takes the keys
        self.setWidget(content)  # of which Qt's own resizing would ask what it likes, not needs
        content.installEventFilter(self)

    def minimumSizeHint(self) -> QSize:
        """As wide as what is in it; of its height a part is enough."""
        least = self.widget().minimumSizeHint()
        return QSize(least.width(), min(least.height(), self._least))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit()
            self.updateGeometry()
        return super().eventFilter(watched, event)

    def _fit(self) -> None:
        content, room = self.widget(), self.viewport().size()
        needed = content.minimumSizeHint().height()
        if self._wraps:
            needed = max(needed, content.layout().totalMinimumHeightForWidth(room.width()))
        content.resize(room.width(), max(room.height(), needed))
