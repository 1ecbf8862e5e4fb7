"""A picture that is turned by keys, as by a hand that pulls it."""

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPen

from diffvis.app.theme import colour
from diffvis.rendering.style import Style

PRESS, FURTHER = 10.0, 60.0  # pixels of the hand that a key stands for, and with Shift
WAYS = {
    Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}  # fmt: skip


def turned_by(event: QKeyEvent) -> tuple[float, float] | None:
    """How far to the right and down these keys pull, in pixels; None where they are others."""
    held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    steps = {Qt.KeyboardModifier.NoModifier: PRESS, Qt.KeyboardModifier.ShiftModifier: FURTHER}
    way = WAYS.get(Qt.Key(event.key()))
    if way is None or held not in steps:
        return None
    return way[0] * steps[held], way[1] * steps[held]


def draw_focus(painter: QPainter, room: QRect, style: Style) -> None:
    """The frame of what has the keys."""
    painter.setPen(QPen(colour(style.signal), 2))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(room.adjusted(1, 1, -1, -1))
