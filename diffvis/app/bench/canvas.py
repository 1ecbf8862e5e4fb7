"""A picture whose squares are marked with a brush, by mouse or by keys."""

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFocusEvent,
    QHideEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from diffvis.app.theme import Theme, colour
from diffvis.app.widgets.fields import identify
from diffvis.app.widgets.images import image_of
from diffvis.app.widgets.spoken import say_values
from diffvis.rendering.pixels import Pixels
from diffvis.rendering.style import Colour
from diffvis.viewing.cell_brush import Cell, CellBrush

LEAST, EDGE = 150, 3  # pixels
FAR = 5  # squares that an arrow with Shift goes
ARROWS = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}
LARGER, SMALLER = (Qt.Key.Key_Plus, Qt.Key.Key_Equal), (Qt.Key.Key_Minus,)
TIP = (
    "Drag to mark, with the right button to clear, with Shift a rectangle. By keys: arrows move"
    " the square (Shift: further), Space marks or clears what is under it, + and − change the"
    " brush, R begins a rectangle and ends it, Esc takes it back"
)


class CellCanvas(QWidget):
    """Shows a picture in whole squares; the marks on it are hatched, or in the colour of ink."""

    edited = Signal()  # a stroke has ended
    moved = Signal()  # the cursor or the brush is another, or a stroke goes on

    def __init__(self, theme: Theme, name: str, says: str, ink: bool = False) -> None:
        """``ink``: marks are what is drawn; else they hide what is below."""
        super().__init__()
        self._theme, self._ink = theme, ink
        self.brush = CellBrush(1, 1)
        self.clears = False
        """Whether the left button clears, as the right one does."""
        self._picture: Pixels | None = None
        self._marking: bool | None = None  # while a stroke is under way: whether it marks
        identify(self, name, says, TIP)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        say_values()
        theme.changed.connect(self.update)

    def fit(self, height: int, width: int) -> None:
        """A grid of this size, with no marks where it was of another."""
        if self.brush.marks.shape != (height, width):
            self.brush = CellBrush(height, width, max(1, round(min(height, width) / 12)))
            self._picture = None
            self.updateGeometry()
            self.update()

    def show_picture(self, picture: Pixels | None) -> None:
        """What lies below the marks, uint8 (height, width, 3)."""
        self._picture = picture
        self.update()

    def show_marks(self, marks: np.ndarray) -> None:
        self.brush.end_rectangle()
        self.brush.marks = marks.copy()
        self.update()

    def spoken_value(self) -> str:
        marks, (row, column) = self.brush.marks, self.brush.at
        height, width = marks.shape
        what = "drawn" if self._ink else "hidden"
        here = what if marks[row, column] else "empty" if self._ink else "known"
        return (
            f"{int(marks.sum())} of {marks.size} squares are {what}; the square at column "
            f"{column + 1} of {width}, row {row + 1} of {height} is {here}; "
            f"the brush is {self.brush.size} wide"
        )

    def sizeHint(self) -> QSize:
        return QSize(240, self.heightForWidth(240))

    def minimumSizeHint(self) -> QSize:
        return QSize(LEAST, LEAST)

    def heightForWidth(self, width: int) -> int:
        height, across = self.brush.marks.shape
        return max(LEAST, min(round(width * height / across), 2 * width))

    # --- the hand ------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        buttons = Qt.MouseButton
        if event.button() not in (buttons.LeftButton, buttons.RightButton):
            return
        self._marking = event.button() == buttons.LeftButton and not self.clears
        self.brush.end_rectangle()
        self.brush.at = self._cell(event.position())
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.brush.begin_rectangle()
        self._draw_to(self.brush.at, self._marking)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._marking is not None:
            self._draw_to(self._cell(event.position()), self._marking)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._finish()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        event.accept()  # the right button clears

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._finish()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        held, key = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier, event.key()
        shift = held == Qt.KeyboardModifier.ShiftModifier
        plain = held == Qt.KeyboardModifier.NoModifier
        if key in ARROWS and (plain or shift):
            down, right = ARROWS[Qt.Key(key)]
            far = FAR if shift else 1
            row, column = self.brush.at
            if self.brush.corner is None:
                self.brush.move(far * down, far * right)
            else:
                self.brush.stretch_to((row + far * down, column + far * right), not self.clears)
        elif key == Qt.Key.Key_Space and plain:
            if not event.isAutoRepeat():
                if self.brush.corner is None:
                    self.brush.toggle()
                self._end_rectangle(keep=True)
        elif key == Qt.Key.Key_R and plain and self.brush.corner is None:
            self.brush.begin_rectangle()
            self.brush.stretch_to(self.brush.at, not self.clears)
        elif key == Qt.Key.Key_R and plain:
            self._end_rectangle(keep=True)
        elif key == Qt.Key.Key_Escape and self.brush.corner is not None:
            self._end_rectangle(keep=False)
        elif key in LARGER and (plain or shift):
            self.brush.size += 1
        elif key in SMALLER and plain:
            self.brush.size -= 1
        else:
            super().keyPressEvent(event)
            return
        self._show()

    def _draw_to(self, cell: Cell, marked: bool) -> None:
        """The stroke, or the rectangle, goes on to there."""
        if self.brush.corner is None:
            self.brush.draw_to(cell, marked)
        else:
            self.brush.stretch_to(cell, marked)
        self._show()

    def _end_rectangle(self, keep: bool) -> None:
        self.brush.end_rectangle(keep)
        self.edited.emit()

    def _finish(self) -> None:
        if self._marking is not None:
            self._marking = None
            self._end_rectangle(keep=True)

    def _show(self) -> None:
        self.update()
        self.moved.emit()

    def _cell(self, at: QPointF) -> Cell:
        """The square there, or the nearest."""
        area, (height, width) = self._area(), self.brush.marks.shape
        row = int((at.y() - area.top()) / area.height() * height)
        column = int((at.x() - area.left()) / area.width() * width)
        return self.brush.inside((row, column))

    def _area(self) -> QRectF:
        """Where the picture stands."""
        height, width = self.brush.marks.shape
        side = min((self.width() - 2 * EDGE) / width, (self.height() - 2 * EDGE) / height)
        side = max(1.0, side)
        left, top = (self.width() - side * width) / 2, (self.height() - side * height) / 2
        return QRectF(left, top, side * width, side * height)

    # --- what is seen --------------------------------------------------------------------

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if self.brush.corner is not None and self._marking is None:
            self._end_rectangle(keep=True)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        style, area, marks = self._theme.style_of(self), self._area(), self.brush.marks
        painter = QPainter(self)
        painter.fillRect(area, QColor(0, 0, 0) if self._ink else colour(style.background))
        if self._picture is not None and not self._ink:
            painter.drawImage(area, image_of(self._picture))
        painter.drawImage(area, _layer(marks, (255, 255, 255) if self._ink else style.noise))
        if not self._ink:
            self._hatch(painter, area, colour(style.panel))
        self._frame(painter, area, colour(style.signal if self.hasFocus() else style.border))
        painter.end()

    def _hatch(self, painter: QPainter, area: QRectF, tone: QColor) -> None:
        """Never by colour alone: a line through each hidden square."""
        rows, columns = np.nonzero(self.brush.marks)
        height, width = self.brush.marks.shape
        across, down = area.width() / width, area.height() / height
        painter.setPen(QPen(tone, 1))
        for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
            x, y = area.left() + column * across, area.top() + row * down
            painter.drawLine(QPointF(x, y + down), QPointF(x + across, y))

    def _frame(self, painter: QPainter, area: QRectF, tone: QColor) -> None:
        """Around the picture, and around the brush while the keys are here."""
        painter.setPen(QPen(tone, 2 if self.hasFocus() else 1))
        painter.drawRect(area)
        if not self.hasFocus():
            return
        rows, columns = self.brush.covered
        height, width = self.brush.marks.shape
        across, down = area.width() / width, area.height() / height
        box = QRectF(
            area.left() + columns.start * across,
            area.top() + rows.start * down,
            (min(columns.stop, width) - columns.start) * across,
            (min(rows.stop, height) - rows.start) * down,
        )
        painter.drawRect(box)


def _layer(marks: np.ndarray, tone: Colour) -> QImage:
    """The marks in one colour, all else clear."""
    layer = np.zeros((*marks.shape, 4), np.uint8)
    layer[marks] = (*tone, 255)
    return image_of(layer)
