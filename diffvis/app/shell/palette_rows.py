"""The rows of the palette: what an action does on the left, its keys on the right."""

from itertools import pairwise

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPalette, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from diffvis.app.keys import caps
from diffvis.app.shell.matching import Found, places
from diffvis.app.widgets.symbols import in_plain

FOUND, TYPED = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1
"""The roles of a row's ``Found`` and of what was typed to find it."""
CHECKED = "✓"
MARGIN, _GAP = 12, 10  # pixels, beside the text and between its parts
_SMALL = 0.9  # of the text's size: what is beside the title
_CAP = 5  # pixels, around what is written on a key

Index = QModelIndex | QPersistentModelIndex
_LEFT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft


class RowDelegate(QStyledItemDelegate):
    """One line: the title with what was typed in bold, what is known of it, the keys."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, row_height(option.fontMetrics))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        found: Found = index.data(FOUND)
        roles = QPalette.ColorRole
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if chosen:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(option.palette.color(roles.Highlight))
            painter.drawRoundedRect(option.rect.adjusted(4, 1, -4, -1), 5, 5)
        strong = option.palette.color(roles.HighlightedText if chosen else roles.Text)
        weak = strong if chosen else option.palette.color(roles.PlaceholderText)
        room = option.rect.adjusted(MARGIN, 0, -MARGIN, 0)
        room = self._draw_keys(painter, option, room, found, weak)
        ink = strong if found.possible else weak
        room = self._draw_title(painter, option, room, found.title, index.data(TYPED), ink)
        painter.setFont(_small(option))
        about = painter.fontMetrics().elidedText(
            in_plain(found.about), Qt.TextElideMode.ElideRight, room.width()
        )
        painter.setPen(weak)
        painter.drawText(room, _LEFT, about)
        painter.restore()

    def _draw_title(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        room: QRect,
        title: str,
        typed: str,
        ink: QColor,
    ) -> QRect:
        """What is left of the room, at the right of the title."""
        font = QFont(option.font)
        painter.setPen(ink)
        ends = [0, *(end for span in places(typed, title) for end in span), len(title)]
        for number, (first, behind) in enumerate(pairwise(ends)):
            font.setBold(number % 2 == 1)
            painter.setFont(font)
            metrics = QFontMetrics(font)
            part = metrics.elidedText(
                title[first:behind], Qt.TextElideMode.ElideRight, room.width()
            )
            painter.drawText(room, _LEFT, part)
            room = room.adjusted(metrics.horizontalAdvance(part), 0, 0, 0)
        return room.adjusted(_GAP, 0, 0, 0)

    def _draw_keys(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        room: QRect,
        found: Found,
        ink: QColor,
    ) -> QRect:
        """What is left of the room, at the left of the keys and of the mark of what is on."""
        painter.setFont(_small(option))
        metrics = painter.fontMetrics()
        painter.setBrush(Qt.BrushStyle.NoBrush)
        high = metrics.height() + 2
        for cap in reversed(caps(found.action.keys[0]) if found.action.keys else ()):
            wide = max(metrics.horizontalAdvance(cap), metrics.averageCharWidth()) + 2 * _CAP
            key = QRect(room.right() - wide, room.center().y() - high // 2, wide, high)
            edge = QColor(ink)
            edge.setAlphaF(0.5)
            painter.setPen(QPen(edge, 1))
            painter.drawRoundedRect(key, 3, 3)
            painter.setPen(ink)
            painter.drawText(key, Qt.AlignmentFlag.AlignCenter, cap)
            room = room.adjusted(0, 0, -wide - 4, 0)
        if found.action.checked is not None and found.action.checked():
            painter.setPen(ink)
            wide = metrics.horizontalAdvance(CHECKED)
            painter.drawText(
                room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, CHECKED
            )
            room = room.adjusted(0, 0, -wide, 0)
        return room.adjusted(0, 0, -_GAP, 0)


def row_height(metrics: QFontMetrics) -> int:
    """Of a row in such letters, in pixels."""
    return round(1.9 * metrics.height())


def _small(option: QStyleOptionViewItem) -> QFont:
    font = QFont(option.font)
    font.setBold(False)
    font.setPointSizeF(font.pointSizeF() * _SMALL)
    return font
