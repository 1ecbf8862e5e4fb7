"""A label of one line that leaves words out, rather than letters off, where it has no room."""

from PySide6.QtCore import QPointF, QSize
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent, QStaticText, Qt, QTextOption
from PySide6.QtWidgets import QLabel, QSizePolicy

ELLIPSIS = "…"


class ElidedLabel(QLabel):
    """Takes any width. Where plain text does not fit, ``elide`` says which part becomes an
    ellipsis; rich text ends with one. A tooltip then says it all.
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
            whole = super().sizeHint().width() <= self.width()
            return self.text() if whole else self.text() + ELLIPSIS
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
        return QSize(self.fontMetrics().horizontalAdvance(ELLIPSIS), super().sizeHint().height())

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
        if Qt.mightBeRichText(self.text()):
            self._paint_rich(painter)
        else:
            painter.drawText(self.contentsRect(), self.alignment(), shown)
        painter.end()

    def _paint_rich(self, painter: QPainter) -> None:
        """What there is room for, then the ellipsis."""
        room = self.contentsRect()
        painter.drawText(room, self.alignment() | Qt.AlignmentFlag.AlignRight, ELLIPSIS)
        words = QStaticText(self.text())
        words.setTextFormat(Qt.TextFormat.RichText)
        one_line = QTextOption()
        one_line.setWrapMode(QTextOption.WrapMode.NoWrap)
        words.setTextOption(one_line)
        words.prepare(font=self.font())
        painter.setClipRect(
            room.adjusted(0, 0, -painter.fontMetrics().horizontalAdvance(ELLIPSIS), 0)
        )
        top = room.top() + (room.height() - words.size().height()) / 2
        painter.drawStaticText(QPointF(room.left(), top), words)

    def _explain(self) -> None:
        self.setToolTip(self._tip if self.shown == self.text() else self.text())
