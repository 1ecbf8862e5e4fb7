"""One scene becomes the next: what was on show fades away."""

from PySide6.QtCore import Qt, QVariantAnimation, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QStyle, QWidget

FADE_MS = 220


class Fade(QWidget):
    """A picture of the window as it was lies over it and fades; who works goes through it."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setObjectName("lecture.fade")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self._before = QPixmap()
        self._way = QVariantAnimation(self)
        self._way.setDuration(FADE_MS)
        self._way.setStartValue(1.0)
        self._way.setEndValue(0.0)
        self._way.valueChanged.connect(self._fade)
        self.hide()

    @property
    def wanted(self) -> bool:
        """Whether the desktop wants anything to move: who has asked it for less has none."""
        hint = QStyle.StyleHint.SH_Widget_Animation_Duration
        return self.style().styleHint(hint, None, self) > 0

    def begin(self, front: QWidget) -> None:
        """Hold what is on show now."""
        self.end()
        if self.wanted and front.isVisible():
            self._before = front.grab()

    def go(self) -> None:
        """Fade to what is on show by now."""
        if not self._before.isNull():
            self.setGeometry(self.parentWidget().rect())
            self.show()
            self.raise_()
            self._way.start()

    @Slot()
    def end(self) -> None:
        self._way.stop()
        self.hide()
        self._before = QPixmap()

    @Slot(object)
    def _fade(self, left: float) -> None:
        if left > 0:
            self.update()
        else:
            self.end()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setOpacity(float(self._way.currentValue()))
        painter.drawPixmap(0, 0, self._before)
        painter.end()
