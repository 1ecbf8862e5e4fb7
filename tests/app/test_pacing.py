"""A paced timer keeps to its share of the thread's time."""

import time

import pytest
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from diffvis.app.pacing import LONGEST_MS, PAINT_MS, PacedTimer


def busy(seconds: float) -> None:
    until = time.thread_time() + seconds
    while time.thread_time() < until:
        pass


class Painted(QWidget):
    """Costs more to paint than to work for."""

    def paintEvent(self, event: QPaintEvent) -> None:
        busy(0.03)


@pytest.fixture
def view(qtbot: QtBot) -> Painted:
    made = Painted()
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    return made


def test_light_work_is_done_as_often_as_asked(qtbot: QtBot, view: Painted) -> None:
    done: list[int] = []
    timer = PacedTimer(view, lambda: done.append(1), 50, 0.5)
    timer.start()
    qtbot.waitUntil(lambda: len(done) == 3)
    timer.stop()
    assert timer.interval <= 50


def test_heavy_work_is_done_as_seldom_as_its_share_asks(qtbot: QtBot, view: Painted) -> None:
    timer = PacedTimer(view, lambda: busy(0.03), 20, 0.1)
    timer.start()
    qtbot.waitUntil(lambda: timer.interval > 280)
    timer.stop()


def test_what_it_has_painted_counts(qtbot: QtBot, view: Painted) -> None:
    timer = PacedTimer(view, view.update, 20, 0.1)
    timer.start()
    qtbot.waitUntil(lambda: timer.interval > 280)
    timer.stop()


def test_the_work_is_never_forgotten(qtbot: QtBot, view: Painted) -> None:
    timer = PacedTimer(view, lambda: busy(0.05), 20, 0.001)
    timer.start()
    qtbot.waitUntil(lambda: timer.interval > 500)
    timer.stop()
    assert timer.interval <= LONGEST_MS


@pytest.mark.parametrize("moment", [0, 2 * PAINT_MS])
def test_stopped_is_stopped(qtbot: QtBot, view: Painted, moment: int) -> None:
    done: list[int] = []

    def work() -> None:
        done.append(1)
        if moment == 0:
            timer.stop()

    timer = PacedTimer(view, work, 50, 0.5)
    timer.start()
    qtbot.waitUntil(lambda: len(done) == 1)
    qtbot.wait(moment)  # before its painting is over, and after
    timer.stop()
    others: list[int] = []
    other = PacedTimer(view, lambda: others.append(1), 50, 0.5)
    other.start()
    qtbot.waitUntil(lambda: len(others) == 2)
    other.stop()
    assert done == [1]
