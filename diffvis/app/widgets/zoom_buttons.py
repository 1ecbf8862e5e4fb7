"""Buttons in the corner of a picture or plot that do what wheel and drag do."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from diffvis.app.widgets.fields import button
from diffvis.app.widgets.zoom import PART, PRESS

MOVES = (
    ("left", "‹", (PART, 0.0)), ("right", "›", (-PART, 0.0)),
    ("up", "˄", (0.0, PART)), ("down", "˅", (0.0, -PART)),
)  # fmt: skip
EDGE = 4  # pixels from the corner


class CornerButtons(QWidget):
    """``+`` while the picture is pointed at; all of them while a part of it is shown."""

    enlarged = Signal(float)  # times
    moved = Signal(float, float)  # what is shown, to the right and down, in parts of the view
    whole_wanted = Signal()

    def __init__(self, over: QWidget) -> None:
        super().__init__(over)
        self._over = over
        name, of = over.objectName(), over.accessibleName().partition(";")[0]
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        self._parts: list[QWidget] = []
        for role, sign, (x, y) in MOVES:
            made = button(sign, f"{name}_{role}", f"Go {role}: {of}", f"What is further {role}")
            made.clicked.connect(lambda _=False, x=x, y=y: self.moved.emit(x, y))
            self._parts.append(made)
        smaller = button("−", f"{name}_smaller", f"Smaller: {of}", "Or turn the wheel")
        smaller.clicked.connect(lambda: self.enlarged.emit(1 / PRESS))
        whole = button("Whole", f"{name}_whole", f"Show the whole of: {of}", "Or a double click")
        whole.clicked.connect(self.whole_wanted)
        self._parts += [smaller, whole]
        larger = button("+", f"{name}_larger", f"Larger: {of}", "Or turn the wheel; then drag")
        larger.clicked.connect(lambda: self.enlarged.emit(PRESS))
        for made in (*self._parts, larger):
            made.setMinimumSize(24, 24)
            row.addWidget(made)
        self._state = (True, True)
        self.show_for(pointed=False, zoomed=False)

    def show_for(self, *, pointed: bool, zoomed: bool) -> None:
        """Whether the picture is pointed at, and whether a part of it is shown."""
        if (pointed, zoomed) == self._state:
            return
        self._state = (pointed, zoomed)
        for part in self._parts:
            part.setVisible(zoomed)
        self.setVisible(pointed or zoomed)
        self.place()

    def place(self) -> None:
        """In the upper right corner."""
        self.adjustSize()
        self.move(max(0, self._over.width() - self.width() - EDGE), EDGE)
