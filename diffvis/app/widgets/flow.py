"""Controls in a row that goes on below where the panel is too narrow for all of them."""

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QSizePolicy, QWidget


class FlowLayout(QLayout):
    """From left to right, then from top to bottom; items keep their preferred sizes."""

    def __init__(self, parent: QWidget | None = None, gap: int = 6) -> None:
        super().__init__(parent)
        self._gap = gap
        self._items: list[QLayoutItem] = []
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._place(QRect(0, 0, width, 0), moves=False)

    def sizeHint(self) -> QSize:
        """In one row."""
        sizes = [item.sizeHint() for item in self._shown()]
        wide = sum(size.width() for size in sizes) + self._gap * max(0, len(sizes) - 1)
        return QSize(wide, max([0, *(size.height() for size in sizes)]))

    def minimumSize(self) -> QSize:
        """The widest item."""
        sizes = [item.minimumSize() for item in self._shown()]
        return QSize(
            max([0, *(size.width() for size in sizes)]),
            max([0, *(size.height() for size in sizes)]),
        )

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._place(rect, moves=True)

    def _shown(self) -> list[QLayoutItem]:
        return [item for item in self._items if not item.isEmpty()]

    def _place(self, rect: QRect, *, moves: bool) -> int:
        """Put the items into ``rect``; returns how high they are together."""
        y = rect.y()
        for row in self._rows(rect.width()):
            tall = max(item.sizeHint().height() for item in row)
            x = rect.x()
            for item in row if moves else ():
                size = item.sizeHint()
                wide = min(size.width(), rect.width())
                item.setGeometry(QRect(x, y + (tall - size.height()) // 2, wide, size.height()))
                x += size.width() + self._gap
            y += tall + self._gap
        return max(0, y - self._gap - rect.y())

    def _rows(self, width: int) -> list[list[QLayoutItem]]:
        rows: list[list[QLayoutItem]] = []
        room = -1
        for item in self._shown():
            wide = item.sizeHint().width()
            if wide > room:
                rows.append([])
                room = width
            rows[-1].append(item)
            room -= wide + self._gap
        return rows


class FlowRow(QWidget):
    """A widget that is as high as its controls need in its width."""

    def __init__(self, *controls: QWidget, gap: int = 6) -> None:
        super().__init__()
        self._flow = FlowLayout(self, gap)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        for control in controls:
            self.add(control)

    def add(self, control: QWidget) -> None:
        """One more at the end."""
        self._flow.addWidget(control)

    def resizeEvent(self, event: object) -> None:
        """Qt asks nested layouts for the height at another width than they get."""
        needed = self._flow.heightForWidth(self.width())
        if self.minimumHeight() != needed:
            self.setMinimumHeight(needed)
        super().resizeEvent(event)
