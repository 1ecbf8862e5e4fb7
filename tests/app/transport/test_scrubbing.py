"""What moving t costs: the picture is painted first, and nothing is laid out again."""

import time
from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest
from driving import rounds
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QLabel, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from diffvis.app.shell.window import MainWindow
from diffvis.app.theme import Theme
from diffvis.app.widgets.raster import HURRY_S, RasterView
from diffvis.app.widgets.steady import Steady
from diffvis.rendering.style import Style


@pytest.fixture
def needed() -> tuple[str, ...]:
    return ("schedules",)


class Layouts(QObject):
    """Counts the widgets that are asked to lay out again."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: Counter[str] = Counter()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            self.asked[type(watched).__name__] += 1
        return False


@pytest.fixture
def layouts() -> Layouts:
    made = Layouts()
    QApplication.instance().installEventFilter(made)
    yield made
    QApplication.instance().removeEventFilter(made)


@pytest.fixture
def shown(qtbot: QtBot) -> Callable[[QWidget], QWidget]:
    """Shows a widget and waits until it is there."""

    def show(widget: QWidget) -> QWidget:
        qtbot.addWidget(widget)
        widget.resize(300, 100)
        with qtbot.waitExposed(widget):
            widget.show()
        rounds()
        return widget

    return show


@pytest.mark.parametrize("workspace", ["forward", "schedules"])
def test_moving_t_lays_nothing_out_again(
    qtbot: QtBot, window: MainWindow, layouts: Layouts, workspace: str
) -> None:
    window.show_workspace(workspace)
    qtbot.waitUntil(lambda: window.jobs.idle, timeout=30_000)
    times = range(1, window.session.schedule.T)
    for t in times:  # the labels take the room that they need
        window.session.set_t(t)
        QApplication.processEvents()
    layouts.asked.clear()
    for t in times:
        window.session.set_t(t)
        QApplication.processEvents()
    assert layouts.asked.pop("Steady") > 0
    assert sum(layouts.asked.values()) < 5, layouts.asked


def test_a_steady_label_asks_for_room_only_when_it_needs_more(
    qtbot: QtBot, shown: Callable[[QWidget], QWidget], layouts: Layouts
) -> None:
    label, box = QLabel("0.1234"), QWidget()
    QVBoxLayout(box).addWidget(Steady(label))
    shown(box)
    layouts.asked.clear()
    for text in ("0.5678", "0.9"):
        label.setText(text)
        rounds()
    assert layouts.asked["QWidget"] == 0
    before = label.minimumSizeHint().width()
    label.setText("0.1234 and a good deal more")
    rounds()
    assert layouts.asked["QWidget"] == 1
    assert box.minimumSizeHint().width() > label.minimumSizeHint().width() > before


def test_a_steady_label_that_wraps_gets_another_line(
    qtbot: QtBot, shown: Callable[[QWidget], QWidget]
) -> None:
    label, box = QLabel("one line"), QWidget()
    label.setWordWrap(True)
    column = QVBoxLayout(box)
    column.addWidget(Steady(label))
    column.addStretch(1)
    shown(box)
    before = label.height()
    label.setText(" ".join(["many words"] * 12))
    rounds()
    assert label.height() >= label.heightForWidth(label.width()) > before


def test_a_steady_label_follows_the_font(qtbot: QtBot, shown: Callable[[QWidget], QWidget]) -> None:
    steady = shown(Steady(QLabel("0.1234")))
    before = steady.sizeHint()
    steady.setStyleSheet("QLabel { font-size: 24pt; }")  # as on a stage
    rounds()
    assert steady.sizeHint().height() > before.height()
    steady.setStyleSheet("")
    rounds()
    assert steady.sizeHint() == before


def test_what_is_dragged_is_painted_before_all_else(
    qtbot: QtBot, theme: Theme, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = []

    def draw(size: tuple[int, int], _style: Style) -> np.ndarray:
        drawn.append(size)
        return np.zeros((size[1], size[0], 3), np.uint8)

    view = RasterView(theme, draw, str)
    qtbot.addWidget(view)
    with qtbot.waitExposed(view):
        view.show()
    rounds()
    now = [time.monotonic() + 1]
    monkeypatch.setattr("diffvis.app.widgets.raster.time.monotonic", lambda: now[0])
    drawn.clear()
    view.paint_now()
    assert not drawn, "the picture is not old"
    view.refresh()
    view.paint_now()
    assert len(drawn) == 1, "no event was handled"
    view.refresh()
    view.paint_now()
    assert len(drawn) == 1, "too soon for another frame"
    now[0] += 2 * HURRY_S
    rounds()
    assert len(drawn) == 2
    view.refresh()
    view.paint_now()
    assert len(drawn) == 3, "a paint that was not hurried holds none up"


def test_a_drag_is_painted_when_everybody_knows_of_it(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Painting in the middle of a change would draw the new t with what is still of the old."""
    monkeypatch.setattr("diffvis.app.widgets.raster.HURRY_S", 0.0)
    qtbot.waitUntil(lambda: window.jobs.idle, timeout=30_000)
    forward, told = window.workspaces["forward"], []
    window.session.t_changed.connect(lambda t: told.append(("all know", t)))
    forward.painted.connect(lambda: told.append(("painted", window.session.t)))
    slider = window.findChild(QWidget, "transport.timestep")
    slider.setSliderPosition(7)
    assert told == [("all know", 7), ("painted", 7)]
    told.clear()
    window.session.set_t(9)
    assert told == [("all know", 9)], "no hand moved it"
