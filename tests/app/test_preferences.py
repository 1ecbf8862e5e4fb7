"""What is kept from one window to the next."""

import pytest
from PySide6.QtWidgets import QApplication

from diffvis.app.preference_settings import MARKS
from diffvis.app.preferences import Preferences
from diffvis.app.session import default_device
from diffvis.sampling.timeline import scaled_marks


@pytest.mark.parametrize(
    ("T", "expected"),
    [
        (1000, (20, 50, 100, 300)),
        (300, (20, 50, 100, 300)),
        (40, (3, 7, 13, 40)),
        (3, (1, 3)),
        (1, (1,)),
    ],
)
def test_marks_fit_the_schedule(T: int, expected: tuple[int, ...]) -> None:
    assert scaled_marks(MARKS, T) == expected


def test_what_is_preferred_is_kept(qapp: QApplication) -> None:
    first = Preferences()
    first.change(marks=[500, 10, 10, -3, 0])
    first.change(snap=False)
    first.change(memory_mb=256)
    first.change(reopen_layout=False)
    first.change(device="cpu")
    first.dismiss_hint("forward")
    second = Preferences()
    assert second.marks == (10, 500)
    assert not second.snap
    assert second.memory_limit == 256 * 2**20
    assert not second.reopen_layout
    assert second.device == "cpu"
    assert not second.hint_wanted("forward") and second.hint_wanted("reverse")
    second.show_hints_again()
    assert Preferences().hint_wanted("forward")


def test_a_setter_that_changes_nothing_says_nothing(qapp: QApplication) -> None:
    preferences = Preferences()
    heard: list[str] = []
    preferences.marks_changed.connect(lambda: heard.append("marks"))
    preferences.memory_limit_changed.connect(lambda _: heard.append("memory"))
    preferences.change(marks=MARKS)
    preferences.change(memory_mb=1024)
    assert heard == []
    preferences.change(marks=[7])
    preferences.change(memory_mb=512)
    assert heard == ["marks", "memory"]


@pytest.mark.parametrize("device", ["cuda:99", "no-such-thing"])
def test_a_device_that_is_not_here_is_passed_over(device: str) -> None:
    assert default_device(device) == default_device()
