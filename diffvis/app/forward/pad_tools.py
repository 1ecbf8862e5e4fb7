"""What stands beside the pad: with what is drawn, how many points, and what becomes of them."""

from collections.abc import Iterable

from PySide6.QtCore import QLocale, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QHBoxLayout, QVBoxLayout, QWidget

from diffvis.app.forward.pad_picture import class_colour
from diffvis.app.theme import colour
from diffvis.app.widgets.fields import (
    button,
    decimal,
    label,
    labelled,
    show_value,
    spin,
)
from diffvis.app.widgets.flow import FlowRow
from diffvis.data.drawing import (
    CLASSES,
    ERASER,
    LEAST_POINTS,
    LINE,
    MOST_POINTS,
    SCRIBBLE,
    SPRAY,
)
from diffvis.viewing.pen import LEAST_WIDTH, MOST_WIDTH, Pen

USUAL_POINTS = 5_000
SWATCH = 12  # pixels
TOOL_WORDS = {
    SCRIBBLE: ("Scribble", "Where the hand goes"),
    SPRAY: ("Spray", "More in the middle, less around"),
    LINE: ("Line", "Straight to where the button is let go, or from click to click"),
    ERASER: ("Eraser", "Takes away what it is drawn over"),
}


class PadTools(QWidget):
    """Only shows and offers; the page connects the buttons."""

    def __init__(self) -> None:
        super().__init__()
        self.tools, tools = _choice(
            "forward.pad.tool", "What is drawn with",
            [(tool, *words, QIcon()) for tool, words in TOOL_WORDS.items()],
        )  # fmt: skip
        self.classes, classes = _choice(
            "forward.pad.classes", "Class of what is drawn",
            [(str(k), str(k), f"Class {k}: points of this colour", _swatch(k))
             for k in range(1, CLASSES + 1)],
        )  # fmt: skip
        self.width_field = decimal(
            "forward.pad.width", "Width of the tool", LEAST_WIDTH, MOST_WIDTH, 0.0,
            "In data units, of which the pad is 2.2 wide; each tool has its own",
        )  # fmt: skip
        self.width_field.setSingleStep(0.02)
        self.count = spin(
            "forward.pad.count", "How many points", LEAST_POINTS, MOST_POINTS, USUAL_POINTS,
            "They lie evenly along what is drawn", step=1_000,
        )  # fmt: skip
        self.count.setLocale(QLocale.c())
        self.count.setGroupSeparatorShown(True)
        self.pen = button(
            "Pen down", "forward.pad.pen", "Pen down",
            "Without dragging: click from place to place; press again to lift the pen",
        )  # fmt: skip
        self.pen.setCheckable(True)
        self.pen.setProperty("role", "toggle")
        self.clear = button("Clear", "forward.pad.clear", "Clear the pad", "Ctrl+Z brings it back")
        self._at = label("", "muted")
        self._at.setObjectName("forward.pad.at")
        self._says = label("", "hint")
        self._says.setObjectName("forward.pad.says")
        self._says.setWordWrap(True)
        self.learn = button(
            "Learn this", "forward.pad.learn", "Learn this drawing",
            "Train the recommended preset at once, and see noise turn into the drawing", "primary",
        )  # fmt: skip
        self.use = button(
            "Use it", "forward.pad.use", "Use this drawing", "It becomes the data of the window"
        )
        self.save = button(
            "Save…", "forward.pad.save", "Save the points", "As CSV, which opens like any other"
        )
        self.back = button("Back", "forward.pad.back", "Back to the data", "The drawing is kept")
        self._arrange(tools, classes)

    def _arrange(self, tools: QWidget, classes: QWidget) -> None:
        numbers = QWidget()
        row = QHBoxLayout(numbers)
        row.setContentsMargins(0, 0, 0, 0)
        row.addLayout(labelled("Width", self.width_field))
        row.addLayout(labelled("Points", self.count))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(FlowRow(tools, _titled("Class", classes), numbers))
        column.addWidget(FlowRow(self.pen, self.clear, self._at))
        column.addWidget(self._says)
        column.addStretch(1)
        column.addWidget(FlowRow(self.learn, self.use, self.save, self.back))

    def show_pen(self, pen: Pen, stays_down: bool) -> None:
        self.tools.button(list(TOOL_WORDS).index(pen.tool)).setChecked(True)
        self.classes.button(pen.of_class - 1).setChecked(True)
        show_value(self.width_field, pen.width)
        self.pen.setChecked(stays_down)
        x, y = pen.at
        self._at.setText(f"x {x:z.2f}  y {y:z.2f}".replace("-", "−"))

    def say(self, words: str, wrong: bool = False) -> None:
        """What is drawn, or what is wrong with it."""
        self._says.setText(words)
        self._says.setProperty("role", "warning" if wrong else "hint")
        self._says.style().unpolish(self._says)
        self._says.style().polish(self._says)


def _choice(
    name: str, says: str, offered: Iterable[tuple[str, str, str, QIcon]]
) -> tuple[QButtonGroup, QWidget]:
    """One of several buttons, (word of its name, text, tip, icon) each; they have numbers from 0
    on.
    """
    holder = QWidget()
    holder.setObjectName(name)
    holder.setAccessibleName(says)
    group = QButtonGroup(holder)
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(3)
    for place, (word, text, tip, icon) in enumerate(offered):
        made: QAbstractButton = button(text, f"{name}.{word}", f"{says}: {text}", tip, "icon")
        made.setCheckable(True)
        made.setIcon(icon)
        group.addButton(made, place)
        row.addWidget(made)
    return group, holder


def _titled(text: str, control: QWidget) -> QWidget:
    holder = QWidget()
    column = labelled(text, control)
    column.setContentsMargins(0, 0, 0, 0)
    holder.setLayout(column)
    return holder


def _swatch(of_class: int) -> QIcon:
    picture = QPixmap(SWATCH, SWATCH)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour(class_colour(of_class)))
    painter.drawEllipse(0, 0, SWATCH, SWATCH)
    painter.end()
    return QIcon(picture)
