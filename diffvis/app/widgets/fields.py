"""Small pieces that every panel is made of: panels, labelled controls, readouts."""

import math
from collections.abc import Iterable

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QDoubleSpinBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLayout,
    QPushButton,
    QSizePolicy,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from diffvis.app.widgets.drop_down import DropDown
from diffvis.app.widgets.giving import Giving
from diffvis.app.widgets.steady import Steady
from diffvis.app.widgets.symbols import in_plain

MAX_INT = 2**31 - 1


def panel(layout: QLayout, margins: int = 12) -> QFrame:
    """A calm, bordered surface."""
    frame = QFrame()
    frame.setProperty("role", "panel")
    layout.setContentsMargins(margins, margins, margins, margins)
    frame.setLayout(layout)
    return frame


def label(text: str, role: str = "") -> QLabel:
    made = QLabel(text)
    if role:
        made.setProperty("role", role)
    return made


def beside(workspace: QWidget, left: QLayout, side: QWidget, narrow: int, wide: int) -> QWidget:
    """Lay a workspace out: what it shows, and beside it a panel between these widths. Each scrolls
    by itself where the window is too low for it.

    Returns:
        The panel, as it can be moved.
    """
    shows = QWidget()
    left.setContentsMargins(0, 0, 0, 0)
    shows.setLayout(left)
    side = Giving(side)
    side.setMinimumWidth(narrow)
    side.setMaximumWidth(wide)
    whole = QHBoxLayout(workspace)
    whole.setContentsMargins(0, 0, 0, 0)
    whole.setSpacing(8)
    whole.addWidget(Giving(shows), 5)
    whole.addWidget(side, 2)
    return side


def identify(widget: QWidget, name: str, says: str, tip: str = "") -> QWidget:
    """Give an interactive widget its contract name, what a screen reader says, and a tooltip.

    Buttons and drop-downs take the focus by Tab but not by a click: after a click, Space and the
    arrows still belong to the transport. What can be typed into takes it by both.
    """
    if isinstance(widget, QAbstractButton | QComboBox):
        widget.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    widget.setObjectName(name)
    widget.setAccessibleName(says)
    if tip:
        widget.setToolTip(in_plain(tip))
    return widget


def button(text: str, name: str, says: str, tip: str = "", role: str = "") -> QPushButton:
    made = QPushButton(text)
    if len(text) == 1:  # a target of 24 pixels; for all, Qt would squeeze the words of the others
        made.setProperty("letter", True)
    if role:
        made.setProperty("role", role)
    return identify(made, name, says, tip)


def combo(
    name: str, says: str, items: Iterable[tuple[str, object]] = (), tip: str = ""
) -> QComboBox:
    """A drop-down of (text, data) pairs."""
    made = DropDown()
    made.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    made.setMinimumContentsLength(8)
    for text, data in items:
        offer(made, text, data)
    return identify(made, name, says, tip)


def offer(box: QComboBox, text: str, data: object) -> None:
    """One entry more."""
    box.addItem("", data)
    name_entry(box, box.count() - 1, text)


def name_entry(box: QComboBox, place: int, text: str) -> None:
    """Call an entry so. A screen reader says x_0 where x₀ is shown."""
    box.setItemText(place, in_plain(text))
    box.setItemData(place, text, Qt.ItemDataRole.AccessibleTextRole)


def spin(
    name: str, says: str, low: int, high: int, value: int, tip: str = "", step: int = 1
) -> QSpinBox:
    made = QSpinBox()
    made.setRange(low, min(high, MAX_INT))
    made.setValue(value)
    made.setSingleStep(step)
    _shape(made)
    return identify(made, name, says, tip)


def decimal(
    name: str, says: str, low: float, high: float, value: float, tip: str = "", decimals: int = 2
) -> QDoubleSpinBox:
    made = QDoubleSpinBox()
    made.setDecimals(decimals)
    made.setRange(low, high)
    made.setSingleStep(0.1)
    made.setValue(value)
    _shape(made)
    return identify(made, name, says, tip)


def _shape(field: QSpinBox | QDoubleSpinBox) -> None:
    field.setKeyboardTracking(False)  # a number counts when it has been typed whole
    field.setMinimumWidth(64)
    field.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    field.lineEdit().setTextMargins(6, 0, 0, 0)
    field.lineEdit().returnPressed.connect(field.clearFocus)  # the keys are the transport's again


def labelled(text: str, control: QWidget) -> QVBoxLayout:
    """A control under its label, which is its keyboard buddy."""
    caption = label(text, "muted")
    caption.setBuddy(control)
    column = QVBoxLayout()
    column.setSpacing(2)
    column.addWidget(caption)
    column.addWidget(control)
    return column


def show_value(control: QSpinBox | QDoubleSpinBox, value: float) -> None:
    """Show a value that came from elsewhere, without saying that the person changed it."""
    with QSignalBlocker(control):
        control.setValue(value)


def show_limit(control: QSpinBox, most: int) -> None:
    """As ``show_value``, of the largest value: a larger one becomes this."""
    with QSignalBlocker(control):
        control.setMaximum(most)


def show_choice(control: QComboBox, data: object) -> bool:
    """Select the item with this data without saying that the person chose it."""
    with QSignalBlocker(control):
        index = control.findData(data)
        if index >= 0:
            control.setCurrentIndex(index)
    return index >= 0


def choose(control: QComboBox, place: int) -> None:
    """Choose an item as a person does: ``activated`` follows."""
    control.setCurrentIndex(place)
    control.activated.emit(place)


def decibels(ratio: float) -> str:
    """A ratio in decibels, as text; x_0 alone has infinitely more signal than noise."""
    if math.isinf(ratio):
        return "∞"
    return f"{10 * math.log10(ratio):.1f} dB" if ratio > 0 else "−∞"


def discard(widget: QWidget) -> None:
    """Delete it when there is time; until then it is neither seen nor found."""
    widget.setParent(None)
    widget.deleteLater()


class Readouts(QWidget):
    """Pairs of a name and a number, in two or more columns."""

    def __init__(self, names: Iterable[tuple[str, str]], columns: int = 2) -> None:
        super().__init__()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(4)
        self._values: dict[str, tuple[QLabel, Steady]] = {}
        self._names: dict[str, QLabel] = {}
        for place, (key, says) in enumerate(names):
            value = label("–", "value")
            value.setObjectName(f"readout.{key}")
            value.setAccessibleName(key)
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            row, column = divmod(place, columns)
            self._names[key] = label(says, "muted")
            grid.addWidget(self._names[key], row, 2 * column)
            self._values[key] = value, Steady(value)
            grid.addWidget(self._values[key][1], row, 2 * column + 1)
        for column in range(columns):
            grid.setColumnStretch(2 * column + 1, 1)

    def rename(self, key: str, says: str) -> None:
        """Say of a number what it is for another path; ``says`` is rich text."""
        self._names[key].setText(says)

    def set(self, key: str, text: str) -> None:
        self._values[key][1].set_text(text)

    def text(self, key: str) -> str:
        return self._values[key][0].text()
