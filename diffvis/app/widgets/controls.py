"""A control for each kind of setting: what is ticked, chosen, counted or typed."""

import re
from collections.abc import Iterable
from contextlib import suppress

from PySide6.QtCore import QObject, QSignalBlocker, Signal
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QLineEdit,
    QSpinBox,
    QWidget,
)

from diffvis.app.widgets.fields import (
    MAX_INT,
    combo,
    decimal,
    identify,
    offer,
    show_choice,
    show_value,
    spin,
)
from diffvis.settings import Choice, Setting, Value

FAR = 1e9  # where a number with decimals has no end of its own
MOST_DECIMALS = 9


class Control(QObject):
    """What a person changes a setting with. It goes when its widget goes."""

    changed = Signal()  # by the person, never by ``show``

    def __init__(self, setting: Setting, widget: QWidget) -> None:
        super().__init__(widget)
        self.setting = setting
        self.widget = widget

    def value(self) -> Value:
        """What it says; a text where a number is typed and is none. ``Setting.check`` knows."""
        raise NotImplementedError

    def show(self, value: Value) -> None:
        """Show a value that came from elsewhere, without saying that the person changed it."""
        raise NotImplementedError

    def says(self) -> str:
        """The value as it is read on screen."""
        raise NotImplementedError

    def mark_wrong(self, wrong: bool) -> None:
        """Stand out while the value is not possible."""
        mark_wrong(self.widget, wrong)


class Tick(Control):
    """True or false."""

    widget: QCheckBox

    def __init__(self, setting: Setting, name: str, says: str, tip: str) -> None:
        super().__init__(setting, identify(QCheckBox(setting.title), name, says, tip))
        self.widget.clicked.connect(self.changed)

    def value(self) -> Value:
        return self.widget.isChecked()

    def show(self, value: Value) -> None:
        self.widget.setChecked(bool(value))

    def says(self) -> str:
        return "on" if self.widget.isChecked() else "off"


class Choices(Control):
    """One of some values."""

    widget: QComboBox

    def __init__(self, setting: Setting, name: str, says: str, tip: str) -> None:
        super().__init__(setting, combo(name, says, tip=tip))
        if setting.optional:
            offer(self.widget, setting.none or "none", None)
        for choice in setting.offered():
            offer(self.widget, choice.title, choice.value)
        self.widget.activated.connect(self.changed)

    def value(self) -> Value:
        return self.widget.currentData()

    def show(self, value: Value) -> None:
        """Where it is not offered, another stays."""
        show_choice(self.widget, value)

    def says(self) -> str:
        return self.widget.currentText()

    def offer(self, choices: Iterable[Choice]) -> None:
        """These from now on, with names that people gave. The value stays where it is among them;
        else it is the first.
        """
        before = self.value()
        with QSignalBlocker(self.widget):
            self.widget.clear()
            for choice in choices:
                self.widget.addItem(choice.title, choice.value)
        self.show(before)

    def allow(self, value: Value, allowed: bool) -> None:
        """Whether one of them can be chosen; it is seen all the same."""
        items, place = self.widget.model(), self.widget.findData(value)
        if isinstance(items, QStandardItemModel) and place >= 0:
            items.item(place).setEnabled(allowed)


class Number(Control):
    """A number with arrows, whole or with a few decimals. The least stands for None, if it may."""

    widget: QSpinBox | QDoubleSpinBox

    def __init__(self, setting: Setting, name: str, says: str, tip: str) -> None:
        low, high, unit = _range(setting)
        if setting.optional:
            low -= unit
        made: QSpinBox | QDoubleSpinBox
        if setting.kind is int:
            made = spin(name, says, int(low), int(high), int(low), tip, int(setting.step) or 1)
        else:
            made = steps = decimal(name, says, low, high, low, tip, _decimals(setting))
            steps.setSingleStep(setting.step or steps.singleStep())
        super().__init__(setting, made)
        if setting.unit:
            made.setSuffix(f" {setting.unit}")
        if setting.optional:
            made.setSpecialValueText(setting.none or "none")
        made.valueChanged.connect(self.changed)

    def value(self) -> Value:
        value = self.widget.value()
        return None if self.setting.optional and value == self.widget.minimum() else value

    def show(self, value: Value) -> None:
        show_value(self.widget, self.widget.minimum() if value is None else value)

    def says(self) -> str:
        return self.widget.text()

    def limit(self, most: int) -> None:
        """The largest possible from now on; a larger one becomes this."""
        with QSignalBlocker(self.widget):
            self.widget.setMaximum(most)


class Line(Control):
    """A text; a number that people write in many ways, 0.999 or 1e-3; or several whole numbers."""

    widget: QLineEdit

    def __init__(self, setting: Setting, name: str, says: str, tip: str) -> None:
        super().__init__(setting, identify(QLineEdit(), name, says, tip))
        line = self.widget
        line.setMinimumWidth(64)
        line.setPlaceholderText(setting.none if setting.optional else "")
        line.textEdited.connect(self.changed)
        line.returnPressed.connect(line.clearFocus)  # the keys are the transport's again

    def value(self) -> Value:
        return parsed(self.widget.text(), self.setting)

    def show(self, value: Value) -> None:
        self.widget.setText(in_short(value))

    def says(self) -> str:
        return self.widget.text()


class TypedChoice(Control):
    """One of some values, or another that is typed."""

    widget: QComboBox

    def __init__(self, setting: Setting, name: str, says: str, tip: str) -> None:
        offered = [(choice.title, choice.value) for choice in setting.offered()]
        super().__init__(
            setting, combo(name, says, [*offered, *((word, word) for word in setting.usual)], tip)
        )
        box = self.widget
        box.setEditable(True)
        box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        line = box.lineEdit()
        identify(line, f"{name}.typed", says, tip)
        line.setPlaceholderText(setting.none if setting.optional else "")
        line.textEdited.connect(self.changed)
        line.returnPressed.connect(box.clearFocus)  # the keys are the transport's again
        box.activated.connect(self.changed)

    def value(self) -> Value:
        text = self.widget.currentText()
        place = self.widget.findText(text)
        return parsed(text if place < 0 else str(self.widget.itemData(place)), self.setting)

    def show(self, value: Value) -> None:
        if not show_choice(self.widget, value):
            self.widget.setCurrentText(in_short(value))

    def says(self) -> str:
        return self.widget.currentText()


def parsed(text: str, setting: Setting) -> Value:
    """What was typed, as a value of the setting's kind where it is one."""
    text = text.strip()
    if not text and setting.optional:
        return None
    with suppress(ValueError):  # its own check says what is wrong
        if setting.kind is tuple:
            return tuple(int(part) for part in re.split(r"[\s,;]+", text))
        if setting.kind in (int, float):
            return setting.kind(text)
    return text


def in_short(value: Value) -> str:
    """A value as people write it: 3e-3, 0.999, 32, 64."""
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return ", ".join(str(item) for item in value)
    if isinstance(value, float) and 0 < abs(value) < 0.01:
        mantissa, exponent = f"{value:.3e}".split("e")
        return f"{float(mantissa):g}e{int(exponent)}"
    return f"{value:g}" if isinstance(value, float) else str(value)


def mark_wrong(widget: QWidget, wrong: bool) -> None:
    """Let a control stand out while its value is not possible."""
    state = "error" if wrong else ""
    if (widget.property("state") or "") != state:
        widget.setProperty("state", state)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def _range(setting: Setting) -> tuple[float, float, float]:
    """The least and the largest number that the arrows reach, and the smallest step."""
    whole = setting.kind is int
    unit, far = (1, MAX_INT) if whole else (10.0 ** -_decimals(setting), FAR)
    low = setting.low if setting.above is None else setting.above + unit
    high = setting.high if setting.below is None else setting.below - unit
    if low is None:
        low = 0 if (setting.default or 0) >= 0 else -far
    return low, far if high is None else min(high, far), unit


def _decimals(setting: Setting) -> int:
    """As many as declared, and enough for the default."""
    needed = setting.decimals
    while needed < MOST_DECIMALS and round(setting.default or 0, needed) != (setting.default or 0):
        needed += 1
    return needed
