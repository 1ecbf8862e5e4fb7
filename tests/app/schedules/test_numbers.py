"""The readouts of Schedules are named as the factors are written on the path."""

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from diffvis.app.schedules.numbers import ScheduleNumbers
from diffvis.diffusion import NoiseSchedule, make_schedule


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("cosine", {"√ᾱ<sub>t</sub>", "√(1−ᾱ<sub>t</sub>)"}),
        ("flow", {"1−t/T", "t/T"}),
        ("ve", {"s<sub>t</sub>", "σ<sub>t</sub>"}),
    ],
)
def test_factors_have_the_names_of_their_path(qtbot: QtBot, kind: str, names: set[str]) -> None:
    shown = ScheduleNumbers()
    qtbot.addWidget(shown)
    for schedule in (NoiseSchedule.linear(10), make_schedule(kind, 10)):
        shown.show_t(schedule, 5)
    said = {label.text() for label in shown.findChildren(QLabel)}
    assert names < said
    assert len(said & {"√ᾱ<sub>t</sub>", "1−t/T", "s<sub>t</sub>"}) == 1
