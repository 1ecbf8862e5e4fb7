"""A control for each kind of setting, as it is declared, and forms of several."""

import math
from typing import Literal

import pytest
from driving import Find, choose, finder, type_number
from PySide6.QtWidgets import QCheckBox, QComboBox, QDoubleSpinBox, QLineEdit, QSpinBox, QWidget
from pytestqt.qtbot import QtBot

from diffvis.app.widgets.form import Form, control
from diffvis.errors import UserError
from diffvis.settings import Choice, Setting, Settings, setting, settings_of


class Kettle(Settings):
    """One setting of each kind."""

    on: bool = setting(False, label="Switched on", help="whether it is on", tip="On or off")
    cups: int = setting(4, ge=1, le=12, step=2, help="how many cups")
    minutes: int | None = setting(None, ge=1, le=9, none="until it boils", help="how long")
    share: float = setting(0.5, ge=0, lt=1, help="how full")
    heat: float = setting(2e-3, gt=0, usual=("1e-3", "1e-2"), help="how hot", spoken="Heat")
    tea: Literal["green", "x_0"] = setting("green", choices={"x_0": "x_0 tea"}, help="which")
    milk: str | None = setting(None, none="none", choices={"oat": "Oat"}, help="which")
    name: str = setting("", free="any text", help="whose it is")
    times: tuple[int, ...] = setting(
        (3, 5), help="when", applies=lambda others: "" if others["on"] else "it is off"
    )


KINDS = {
    "on": QCheckBox, "cups": QSpinBox, "minutes": QSpinBox, "share": QDoubleSpinBox,
    "heat": QComboBox, "tea": QComboBox, "milk": QComboBox, "name": QLineEdit, "times": QLineEdit,
}  # fmt: skip
SETTINGS = settings_of(Kettle)


@pytest.fixture
def panel(qtbot: QtBot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    return made


@pytest.fixture
def form(panel: QWidget) -> Form:
    made = Form(SETTINGS.values(), "kettle.", roles={"tea": "leaves"})
    for each in made:
        each.widget.setParent(panel)
    panel.show()
    return made


@pytest.fixture
def find(form: Form, panel: QWidget) -> Find:
    return finder(panel, "kettle.")


@pytest.fixture
def heard(form: Form) -> list[str]:
    """The settings that the person was said to have changed."""
    names: list[str] = []
    form.changed.connect(names.append)
    return names


def test_every_kind_has_its_control_with_its_default_and_its_words(find: Find, form: Form) -> None:
    for name, kind in KINDS.items():
        widget = find({"tea": "leaves"}.get(name, name))
        assert isinstance(widget, kind), name
        assert widget.toolTip() and widget.accessibleName(), name
    assert form.values() == Kettle().model_dump()
    assert find("on").text() == find("on").accessibleName() == "Switched on"
    assert (find("on").toolTip(), find("cups").toolTip()) == ("On or off", "how many cups")
    assert (find("cups").accessibleName(), find("heat").accessibleName()) == ("Cups", "Heat")
    box = find("leaves")
    assert [box.itemText(place) for place in range(box.count())] == ["green", "x₀ tea"]


def test_limits_are_those_that_are_declared(find: Find) -> None:
    cups, share, minutes = find("cups"), find("share"), find("minutes")
    assert (cups.minimum(), cups.maximum(), cups.singleStep()) == (1, 12, 2)
    assert (share.minimum(), share.maximum(), share.decimals()) == (0, 0.99, 2)
    assert minutes.text() == "until it boils" and minutes.maximum() == 9


def test_what_a_person_does_is_heard_and_what_is_shown_is_not(
    qtbot: QtBot, find: Find, form: Form, heard: list[str]
) -> None:
    values = {
        "on": True, "cups": 6, "minutes": 3, "share": 0.25, "heat": 0.01, "tea": "x_0",
        "milk": "oat", "name": "ours", "times": (7, 8, 9), "elsewhere": 1,
    }  # fmt: skip
    form.show(values)
    del values["elsewhere"]
    assert form.values() == values and not heard
    assert (find("heat").currentText(), find("times").text()) == ("1e-2", "7, 8, 9")
    find("on").click()
    type_number(qtbot, find("cups"), 8)
    choose(find("leaves"), "green")
    choose(find("milk"), "none")
    choose(find("heat"), "1e-3")
    qtbot.keyClicks(find("name"), "!")
    assert heard == ["on", "cups", "tea", "milk", "heat", "name"]
    now = form.values()
    assert (now["on"], now["cups"], now["tea"], now["milk"]) == (False, 8, "green", None)
    assert (now["heat"], now["name"]) == (1e-3, "ours!")
    form.show({"minutes": None})
    assert form.values()["minutes"] is None


@pytest.mark.parametrize(
    ("text", "value"),
    [("1e-3", 1e-3), (" 0.999 ", 0.999), ("much", "much"), ("", ""), ("nan", math.nan)],
)
def test_what_is_typed_is_a_number_where_it_can_be_one(
    qtbot: QtBot, text: str, value: object
) -> None:
    made = control(SETTINGS["share"], "kettle.share", typed=True)
    qtbot.addWidget(made.widget)
    made.widget.setText(text)
    assert made.value() == value or (made.value() != made.value() and value != value)
    if isinstance(value, str) or value != value:
        with pytest.raises(UserError) as raised:
            made.setting.check(made.value())
        assert raised.value.field == "share"


def test_a_list_is_typed_with_commas_or_spaces(find: Find, form: Form) -> None:
    for text, value in (("1, 2,3", (1, 2, 3)), ("4 5", (4, 5)), ("4, five", "4, five")):
        find("times").setText(text)
        assert form["times"].value() == value


def test_small_numbers_keep_their_decimals(qtbot: QtBot) -> None:
    made = control(Setting("rate", float, 1e-4, low=0, high=1), "kettle.rate")
    below = control(Setting("below", int, -5), "kettle.below")
    for each in (made, below):
        qtbot.addWidget(each.widget)
    assert made.value() == 1e-4
    assert below.value() == -5


def test_only_what_has_an_effect_can_be_changed_and_counts(find: Find, form: Form) -> None:
    form.enable()
    assert not find("times").isEnabled() and "times" not in form.values()
    form.show({"on": True})
    form.enable()
    assert find("times").isEnabled() and form.values()["times"] == (3, 5)
    form.never("on", True)
    form.enable()
    assert not find("on").isEnabled() and not form.has_effect("times"), "it is as by default"
    form.never("on", False)
    form.enable(on=False)
    assert find("on").isEnabled() and not form.has_effect("times"), "what is known better"


def test_the_wrong_one_stands_out(find: Find, form: Form) -> None:
    form.mark_wrong("name")
    assert find("name").property("state") == "error"
    form.mark_wrong("cups")
    assert find("name").property("state") == "" and find("cups").property("state") == "error"
    form.mark_wrong("of something else")
    assert find("cups").property("state") == ""


def test_choices_that_follow_something_keep_the_value_where_they_can(
    find: Find, form: Form, heard: list[str]
) -> None:
    tea, box = form["tea"], find("leaves")
    tea.offer([Choice("black", "a_b"), Choice("green", "Green")])
    assert tea.value() == "green"
    assert box.itemText(0) == "a_b", "a name that someone gave is no symbol"
    tea.allow("black", False)
    assert not box.model().item(0).isEnabled()
    tea.offer([Choice("red", "Red"), Choice("white", "White")])
    assert tea.value() == "red"
    tea.show("blue")
    assert tea.value() == "red"
    cups = form["cups"]
    cups.show(10)
    cups.limit(6)
    assert cups.value() == 6 and not heard
