"""What a setting may be, and what is said of a value that it may not be."""

import re

import pytest

from diffvis.errors import UserError
from diffvis.settings import Setting, Settings, setting, settings_of


class Film(Settings):
    frames: int = setting(50, ge=2, le=2_000, help="How many.")
    speed: float = setting(1.0, gt=0, lt=4, help="How fast.")
    name: str = setting("", free="any words", help="What it is called.")
    kind: str = setting("even", choices=lambda: {"even": "", "smooth": ""}, help="Between frames.")


@pytest.mark.parametrize(
    ("declared", "words"),
    [
        (Setting("n", int, 1, low=1, high=100_000), "a whole number from 1 to 100,000"),
        (Setting("n", int, 1, low=8, high=2048), "a whole number from 8 to 2048"),
        (Setting("n", int, 1, low=0, below=2**63), "a whole number from 0 to below 2^63"),
        (Setting("n", float, 1.0, above=0, high=0.9), "a number above 0 to 0.9"),
        (Setting("n", float, 1.0), "a number"),
        (Setting("n", tuple, (1,), low=8), "a list of whole numbers from 8"),
        (Setting("n", bool, False), "true or false"),
        (Setting("n", str, "", choices=lambda: {"": "", "a": "", "b": "B"}), "one of a, b"),
        (Setting("n", str, "a", choices=lambda: {"a": ""}, free="a path"), "one of a, or a path"),
        (Setting("n", dict, {}, free="options by name"), "options by name"),
    ],
)
def test_what_is_possible_is_said(declared: Setting, words: str) -> None:
    assert declared.allowed() == words
    with pytest.raises(UserError, match=re.escape(f"is not possible: give {words}")) as raised:
        declared.check(object())
    assert raised.value.field == "n"


@pytest.mark.parametrize(
    ("values", "said", "field"),
    [
        ({"frames": 1}, "frames = 1 is not possible: give a whole number from 2 to 2000", "frames"),
        ({"speed": 4.0}, "speed = 4.0 is not possible: give a number above 0 to below 4", "speed"),
        ({"kind": "odd"}, "kind = 'odd' is not possible: give one of even, smooth", "kind"),
        ({"frame": 3}, "there is no setting called frame: did you mean frames?", "frame"),
        ({"self": 3}, "there is no setting called self", "self"),
    ],
)
def test_a_record_names_the_field_that_is_wrong(
    values: dict[str, object], said: str, field: str
) -> None:
    for make in (lambda: Film(**values), lambda: Film().changed(**values)):
        with pytest.raises(UserError) as raised:
            make()
        assert str(raised.value).startswith(said)
        assert raised.value.field == field


def test_what_is_offered_has_its_title_or_its_own_name() -> None:
    assert [choice.title for choice in settings_of(Film)["kind"].offered()] == ["even", "smooth"]
    of_numbers = Setting("n", int, 2, choices=lambda: {2: "", 4: "four"})
    assert [(c.value, c.title) for c in of_numbers.offered()] == [(2, "2"), (4, "four")]


@pytest.mark.parametrize("kind", [int, float])
@pytest.mark.parametrize("value", [10**400, float("inf"), float("nan"), True])
def test_a_number_that_is_none_or_endless_is_not_possible(kind: type, value: float) -> None:
    with pytest.raises(UserError, match="is not possible"):
        Setting("n", kind, 1, low=0, high=9).check(value)
