"""The value under the mouse, beside the mouse."""

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QPainter

from diffvis.app.theme import colour, in_points
from diffvis.rendering.style import Style

AWAY, AROUND = 14, 5  # pixels from the mouse, and about the words


def draw_value(painter: QPainter, words: str, at: QPointF, room: QRect, style: Style) -> None:
    """Write a value to the right of a place and below it, or where there is room."""
    painter.setFont(in_points(painter.font(), 9, style))
    box = QRectF(painter.fontMetrics().boundingRect(words)).adjusted(
        -AROUND, -AROUND, AROUND, AROUND
    )
    box.moveTopLeft(at + QPointF(AWAY, AWAY))
    if box.right() > room.right():
        box.moveRight(max(box.width(), at.x() - AWAY))
    if box.bottom() > room.bottom():
        box.moveBottom(at.y() - AWAY)
    painter.setPen(colour(style.border))
    painter.setBrush(colour(style.panel, 235))
    painter.drawRoundedRect(box, 4, 4)
    painter.setPen(colour(style.text))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)
