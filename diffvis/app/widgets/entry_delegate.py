"""Rows of a drop-down that show what an entry is: a picture, a name, and what is known of it."""

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPalette, QPixmap
from PySide6.QtWidgets import QComboBox, QStyle, QStyleOptionViewItem

from diffvis.app.widgets.row_delegate import MARGIN, Index, RowDelegate, is_separator

ENTRY = Qt.ItemDataRole.UserRole + 1
"""The role of an item's ``Entry``; ``Qt.ItemDataRole.UserRole`` is the drop-down's own data."""
PARTS = " · "
_GAP = 10
_PICTURE = 3.4  # lines of text high
_WEAK = 0.75  # of what the name's colour covers, for the lines below it
_WIDTH = 44  # of a row, in times the height of a line, at most


@dataclass(frozen=True)
class Entry:
    """What a row says besides its name."""

    lines: tuple[str, ...] = ()
    """At most two, below the name."""
    picture: Path | None = None
    elongation: float = 1.0
    """How many times wider than high the picture is."""


def show_entry(box: QComboBox, place: int, name: str, entry: Entry) -> None:
    """Have a row of a drop-down with an ``EntryDelegate`` say all of it, to a screen reader too."""
    box.setItemData(place, entry, ENTRY)
    said = ". ".join((name, *entry.lines))
    box.setItemData(place, said, Qt.ItemDataRole.AccessibleTextRole)


def fitting_parts(text: str, metrics: QFontMetrics, width: int) -> str:
    """As many of the parts between dots as there is room for, each whole: a number that is cut off
    is another number.
    """
    shown = text
    while metrics.horizontalAdvance(shown) > width and PARTS in text:
        text = text.rpartition(PARTS)[0]
        shown = f"{text}{PARTS}…"
    return metrics.elidedText(shown, Qt.TextElideMode.ElideRight, width)


class EntryDelegate(RowDelegate):
    """Draws items that carry an ``Entry`` in three lines beside a picture, others in one."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        metrics = option.fontMetrics
        if is_separator(index):
            return super().sizeHint(option, index)
        entry = index.data(ENTRY)
        lines = 1 + len(entry.lines) if entry else 1
        height = metrics.lineSpacing() * lines
        width = metrics.horizontalAdvance(str(index.data()))
        if entry:
            longest = max((metrics.horizontalAdvance(line) for line in entry.lines), default=0)
            width = max(width, longest)
            if entry.picture:
                height = max(height, round(_PICTURE * metrics.lineSpacing()))
                width += round(entry.elongation * height) + _GAP
        return QSize(
            min(width + 3 * MARGIN, _WIDTH * metrics.lineSpacing()), height + 2 * MARGIN - 2
        )

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        if is_separator(index):
            super().paint(painter, option, index)
            return
        painter.save()
        self._draw(painter, option, str(index.data()), index.data(ENTRY) or Entry())
        painter.restore()

    def _draw(
        self, painter: QPainter, option: QStyleOptionViewItem, name: str, entry: Entry
    ) -> None:
        roles = QPalette.ColorRole
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        if chosen:
            painter.fillRect(option.rect, option.palette.color(roles.Highlight))
        strong = option.palette.color(roles.HighlightedText if chosen else roles.Text)
        weak = QColor(strong)
        weak.setAlphaF(1.0 if chosen else _WEAK)
        room = option.rect.adjusted(MARGIN, MARGIN - 1, -MARGIN, 1 - MARGIN)
        if entry.picture:
            high = min(room.height(), round(_PICTURE * option.fontMetrics.lineSpacing()))
            wide = round(entry.elongation * high)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            picture = QPixmap(str(entry.picture))
            top = room.top() + (room.height() - high) // 2
            painter.drawPixmap(QRect(room.left(), top, wide, high), picture)
            room.setLeft(room.left() + wide + _GAP)
        font = option.font
        font.setBold(bool(entry.lines))
        painter.setFont(font)
        line = option.fontMetrics.lineSpacing()
        y = room.top() + (room.height() - line * (1 + len(entry.lines))) // 2
        for number, text in enumerate((name, *entry.lines)):
            painter.setPen(weak if number else strong)
            if number == 1:
                font.setBold(False)
                painter.setFont(font)
            fitting = fitting_parts(text, QFontMetrics(painter.font()), room.width())
            place = QRect(room.left(), y + number * line, room.width(), line)
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, fitting)
