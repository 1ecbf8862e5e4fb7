"""The pad: a square that a person draws data on, by mouse, tablet or keys."""

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QFocusEvent,
    QFont,
    QHideEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPointingDevice,
    QTabletEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from diffvis.app.forward.pad_picture import (
    EXTENT,
    class_colour,
    draw_pad,
    numbered,
    on_square,
    paint_stroke,
)
from diffvis.app.theme import Theme, colour
from diffvis.app.widgets.fields import identify
from diffvis.app.widgets.images import image_of
from diffvis.app.widgets.spoken import say_values
from diffvis.data.drawing import CLASSES, Drawing, Drawn, Place
from diffvis.viewing.pen import Pen

STEP, LARGE, FINE = 0.05, 0.2, 0.01  # data units of an arrow, with Shift, with Ctrl
ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, 1),
    Qt.Key.Key_Down: (0, -1),
}
EDGE = 3  # pixels around the square, for the frame of the focus
LEAST = QSize(220, 220)
TIP = (
    "Drag to draw. Or press Pen down (Space) and go on from click to click, or with the arrows;"
    " Shift: further, Ctrl: finer. Return: a corner of a line. Esc: draw nothing of it"
)


class DrawingPad(QWidget):
    """Shows a drawing, and says what is drawn on it; who keeps the drawing gives it back."""

    drawn = Signal(object)  # Stroke
    moved = Signal()  # the pen is elsewhere, down or up
    class_wanted = Signal(int)
    left = Signal()  # by Esc, with the pen up

    def __init__(self, theme: Theme, pen: Pen) -> None:
        super().__init__()
        self._theme, self._pen = theme, pen
        self._drawing: Drawing = Drawing()
        self._drawn: Drawn | None = None
        self._numbers: list[tuple[Place, int]] = []
        self._still: QImage | None = None  # all but the stroke under way
        self._stays_down = False  # put down by a key or the button: clicks and arrows go on
        identify(self, "forward.pad", "Pad to draw data on", TIP)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(LEAST)
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.CrossCursor)
        say_values()
        theme.changed.connect(self._redraw)

    def show_drawing(self, drawing: Drawing, drawn: Drawn | None) -> None:
        """``drawn`` are its points, where it has some."""
        self._drawing, self._drawn, self._numbers = drawing, drawn, numbered(drawing)
        self._redraw()

    @property
    def stays_down(self) -> bool:
        """Whether a stroke goes on from click to click."""
        return self._stays_down

    @Slot(bool)
    def set_pen(self, down: bool) -> None:
        """Whether the pen stays down, from the next click on."""
        if not down:
            self._finish()
        else:
            self._stays_down = True
            self._show_pen()

    def _toggle_here(self) -> None:
        """As the keys have it: down where the pen is, or up."""
        if self._pen.is_down:
            self._finish()
        else:
            self._stays_down = True
            self._pen.down(self._pen.at)
            self._show_pen()

    @Slot()
    def cancel(self) -> None:
        """Draw nothing of the stroke under way."""
        self._pen.cancel()
        self._stays_down = False
        self._show_pen()

    def spoken_value(self) -> str:
        marks = self._drawing.marks
        classes = len({stroke.of_class for stroke in marks})
        x, y = self._pen.at
        return (
            f"{len(marks)} strokes in {classes} classes; the pen is "
            f"{'down' if self._pen.is_down else 'up'} at x = {x:z.2f}, y = {y:z.2f}"
        )

    # --- the hand ------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._press(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton or not self._pen.is_down:
            self._move(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._release()

    def tabletEvent(self, event: QTabletEvent) -> None:
        """As the mouse; the other end of a pen erases."""
        erases = event.pointerType() == QPointingDevice.PointerType.Eraser
        if event.type() == QEvent.Type.TabletPress:
            self._press(event.position(), erases)
        elif event.type() == QEvent.Type.TabletMove:
            if event.buttons() or not self._pen.is_down:
                self._move(event.position())
        else:
            self._release()
        event.accept()

    def _press(self, at: QPointF, erases: bool = False) -> None:
        place = self._place(at)
        if self._pen.is_down:
            self._pen.to(place)
        else:
            self._pen.down(place, erases)
        self._show_pen()

    def _move(self, at: QPointF) -> None:
        self._pen.to(self._place(at))
        self._show_pen()

    def _release(self) -> None:
        if self._stays_down:
            self._pen.corner()
        elif self._pen.is_down:
            self._finish()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        held, key = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier, event.key()
        shift, ctrl = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
        plain = held == Qt.KeyboardModifier.NoModifier
        number = key - Qt.Key.Key_0
        if key in ARROWS and (plain or held in (shift, ctrl)):
            step = LARGE if held == shift else FINE if held == ctrl else STEP
            (x, y), (right, up) = self._pen.at, ARROWS[Qt.Key(key)]
            self._pen.to(_inside((x + right * step, y + up * step)))
            self._show_pen()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and plain and self._pen.is_down:
            self._pen.corner()
        elif key in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter) and plain:
            if not event.isAutoRepeat():
                self._toggle_here()
        elif key == Qt.Key.Key_Escape and plain:
            (self.cancel if self._pen.is_down else self.left.emit)()
        elif plain and 1 <= number <= CLASSES:
            self.class_wanted.emit(number)
        else:
            super().keyPressEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        """What was begun is drawn: nothing is lost."""
        super().hideEvent(event)
        if self._pen.is_down:
            self._finish()

    def _finish(self) -> None:
        self._stays_down = False
        stroke = self._pen.up()
        if stroke is not None:
            self.drawn.emit(stroke)
        self._show_pen()

    def _show_pen(self) -> None:
        self.update()
        self.moved.emit()

    def _place(self, at: QPointF) -> Place:
        """What is there, in data units; outside the square, what is nearest."""
        square = self._square()
        scale = 2 * EXTENT / square.width()
        off = at - square.center()
        return _inside((off.x() * scale, -off.y() * scale))

    def _square(self) -> QRectF:
        side = max(1, min(self.width(), self.height()) - 2 * EDGE)
        return QRectF((self.width() - side) // 2, (self.height() - side) // 2, side, side)

    # --- what is seen --------------------------------------------------------------------

    @Slot()
    def _redraw(self, *_: object) -> None:
        self._still = None
        self.update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        style, square, ratio = self._theme.style, self._square(), self.devicePixelRatioF()
        side = round(square.width() * ratio)
        if self._still is None or self._still.width() != side:
            scaled = style if ratio == 1.0 else style.scaled(ratio)
            self._still = image_of(draw_pad(self._drawing, self._drawn, side, scaled))
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.drawImage(square, self._still)
        if self.hasFocus():
            painter.setPen(QPen(colour(style.signal), 2))
            painter.drawRect(square)
        painter.save()
        painter.setClipRect(square)
        painter.translate(square.topLeft())
        stroke = self._pen.stroke
        if stroke is not None:
            paint_stroke(painter, stroke, square.width(), colour(style.panel, 210))
        self._paint_numbers(painter, square.width())
        self._paint_pen(painter, square.width())
        painter.restore()
        painter.end()

    def _paint_numbers(self, painter: QPainter, side: float) -> None:
        font, scale = QFont(self.font()), self._theme.style.text_scale
        font.setPointSizeF(8.5 * scale)
        font.setBold(True)
        painter.setFont(font)
        radius = 8 * scale
        for place, of_class in self._numbers:
            middle = on_square(place, side)
            painter.setPen(QPen(colour(class_colour(of_class)), 2))
            painter.setBrush(colour(self._theme.style.panel))
            painter.drawEllipse(middle, radius, radius)
            box = QRectF(middle.x() - radius, middle.y() - radius, 2 * radius, 2 * radius)
            painter.setPen(colour(self._theme.style.text))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, str(of_class))
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _paint_pen(self, painter: QPainter, side: float) -> None:
        """Where it is, and how wide: what the eraser would take."""
        middle, style = on_square(self._pen.at, side), self._theme.style
        radius = max(3.0, self._pen.width * side / (4 * EXTENT))
        painter.setPen(QPen(colour(style.text if self._pen.is_down else style.muted), 1.5))
        painter.drawEllipse(middle, radius, radius)
        if self.hasFocus():
            for way in (QPointF(6, 0), QPointF(0, 6)):
                painter.drawLine(middle - way, middle + way)


def _inside(place: Place) -> Place:
    x, y = (min(max(value, -EXTENT), EXTENT) for value in place)
    return round(x, 4), round(y, 4)
