"""A label of one line that leaves words out, rather than letters off, where it has no room."""

from PySide6.QtCore import QSize
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent, Qt
from PySide6.QtWidgets import QLabel, QSizePolicy


class ElidedLabel(QLabel):
    """Takes any width. Where plain text does not fit, ``elide`` says which part becomes an
    ellipsis, and a tooltip says it all.
    """

    def __init__(
        self, text: str = "", role: str = "", elide: Qt.TextElideMode = Qt.TextElideMode.ElideRight
    ) -> None:
        super().__init__(text)
        self._elide = elide
        self._tip = ""
        self.setProperty("role", role)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    @property
    def shown(self) -> str:
        """What can be read."""
        if Qt.mightBeRichText(self.text()):
            return self.text()
        room = self.contentsRect().width()
        return self.fontMetrics().elidedText(self.text(), self._elide, room)

    def set_tip(self, tip: str) -> None:
        """What the tooltip says while the whole text can be read."""
        self._tip = tip
        self._explain()

    def setText(self, text: str) -> None:
        super().setText(text)
        self._explain()

    def sizeHint(self) -> QSize:
        """An ellipsis is enough."""
        return QSize(self.fontMetrics().horizontalAdvance("…"), super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._explain()

    def paintEvent(self, event: QPaintEvent) -> None:
        shown = self.shown
        if shown == self.text():
            super().paintEvent(event)
            return
        painter = QPainter(self)
        painter.setPen(self.palette().windowText().color())
        painter.drawText(self.contentsRect(), self.alignment(), shown)
        painter.end()

    def _explain(self) -> None:
        self.setToolTip(self._tip if self.shown == self.text() else self.text())
