"""Rows of a drop-down that are high enough to hit, and the lines between groups of them."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QPainter, QPalette
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

MARGIN = 8
LEAST = 24  # pixels high: WCAG 2.2, criterion 2.5.8
_BETWEEN = 9  # pixels high

Index = QModelIndex | QPersistentModelIndex


class RowDelegate(QStyledItemDelegate):
    """What Qt's own delegate of drop-downs draws, in rows that are not too low."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        if is_separator(index):
            return QSize(1, _BETWEEN)
        return super().sizeHint(option, index).expandedTo(QSize(0, LEAST))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        if not is_separator(index):
            super().paint(painter, option, index)
            return
        painter.save()
        painter.setPen(option.palette.color(QPalette.ColorRole.PlaceholderText))
        y, room = option.rect.center().y(), option.rect.adjusted(MARGIN, 0, -MARGIN, 0)
        painter.drawLine(room.left(), y, room.right(), y)
        painter.restore()


def is_separator(index: Index) -> bool:
    return index.data(Qt.ItemDataRole.AccessibleDescriptionRole) == "separator"
