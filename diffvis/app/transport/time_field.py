"""The large t that the last row can read; click it, or type a number, to go there."""

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QApplication, QSizePolicy, QSpinBox


class TimeField(QSpinBox):
    """Shows t; a number that is typed counts when Return is pressed, Esc forgets it."""

    left = Signal()  # the keys are the transport's again

    def __init__(self) -> None:
        super().__init__()
        self.setPrefix("t = ")
        self.setProperty("role", "t")
        self.setKeyboardTracking(False)
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._clicked = False  # into, and nothing typed since

    def set_range(self, T: int) -> None:
        self.setRange(0, T)
        self._fit()

    def type(self, event: QKeyEvent) -> None:
        """Begin to type a number with this key."""
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.selectAll()
        QApplication.sendEvent(self.lineEdit(), QKeyEvent(event))

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._clicked = event.reason() == Qt.FocusReason.MouseFocusReason

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._clicked and event.text().isdigit():
            self.selectAll()  # the click stands anywhere, also in "t =", where no digit can go
        self._clicked = False
        if event.key() == Qt.Key.Key_Escape:
            self.setValue(self.value())
            self.lineEdit().setText(self.textFromValue(self.value()))
            self.left.emit()
            return
        super().keyPressEvent(event)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.left.emit()

    def wheelEvent(self, event) -> None:
        event.ignore()  # the window turns it into steps, as everywhere

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._fit()

    def _fit(self) -> None:
        """As wide as the largest t, so that nothing moves while it plays."""
        self.ensurePolished()
        digits = "0" * len(str(self.maximum()))
        metrics = self.fontMetrics()
        wide = metrics.horizontalAdvance(f"{self.prefix()}{digits}") + metrics.height() // 2
        if wide != self.width():
            self.setFixedWidth(wide)
