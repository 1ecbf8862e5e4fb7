"""What happened during a run can be read in its plot: over the curves, never one on another."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyqtgraph as pg
import pytest
from driving import rounds
from PySide6.QtCore import QRectF
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from diffvis.app.session import Session
from diffvis.app.theme import Theme
from diffvis.app.training.curves import Curves
from diffvis.app.training.marks import free_place
from diffvis.training.config import preset_for
from diffvis.viewing.training_record import Event, TrainingRecord

STEPS = 600
RATE = "3.000e-03 -> 1.500e-03"
TOLD = (
    Event(300, "stopped", ""),
    Event(300, "resumed", ""),
    Event(310, "learning rate", RATE),
    Event(STEPS, "finished", "all steps"),
)


def curves_of(
    qtbot: QtBot, session: Session, theme: Theme, events: tuple[Event, ...], width: int
) -> Curves:
    record = TrainingRecord(preset_for(session.data), session.data, Path("run"))
    ones = np.ones(STEPS)
    record.history.append(np.arange(1, STEPS + 1), np.linspace(1.1, 0.5, STEPS), ones, ones)
    record.events = events
    made = Curves(theme)
    theme.dress(made)
    qtbot.addWidget(made)
    made.resize(width, 330)
    made.show()
    made.begin(record)
    rounds()
    return made


def words_of(curves: Curves) -> dict[str, QRectF]:
    """What is written in the plot of the loss, and where, in its pixels."""
    items = [i for i in curves.loss.getPlotItem().items if isinstance(i, pg.TextItem)]
    return {
        item.toPlainText(): item.textItem.sceneBoundingRect()
        for item in items
        if item.isVisible() and item.toPlainText()
    }


def highest_point(curves: Curves, low: float, high: float) -> float:
    """The y of the highest point of the loss over these pixels."""
    box = curves.loss.getPlotItem().getViewBox()
    x, y = curves.loss.curve_data("each step")
    points = [box.mapViewToScene(pg.Point(a, b)) for a, b in zip(x, np.log10(y), strict=True)]
    return min(point.y() for point in points if low <= point.x() <= high)


@pytest.mark.parametrize(("width", "staged"), [(600, False), (300, False), (1200, True)])
def test_marks_stand_under_each_other_and_over_the_curves(
    qtbot: QtBot, session: Session, theme: Theme, width: int, staged: bool,
    stand_on_stage: Callable[[QWidget], None],
) -> None:  # fmt: skip
    curves = curves_of(qtbot, session, theme, TOLD, width)
    if staged:
        stand_on_stage(curves)
        rounds()
    found = words_of(curves)
    assert set(found) == set(curves.loss.said)
    if not staged:
        assert set(found) == {"stopped, resumed", "lr 3e-3 -> 1.5e-3", "finished"}
    assert "finished" in found, "the newest has the first place"
    inside = curves.loss.getPlotItem().getViewBox().sceneBoundingRect().adjusted(-1, -1, 1, 1)
    boxes = list(found.values())
    for place, box in enumerate(boxes):
        assert inside.contains(box)
        assert not any(box.intersects(other) for other in boxes[place + 1 :])
        assert box.bottom() <= highest_point(curves, box.left() - 40, box.right() + 40) + 1


def test_marks_keep_their_place_when_the_plot_is_zoomed(
    qtbot: QtBot, session: Session, theme: Theme
) -> None:
    curves = curves_of(qtbot, session, theme, TOLD, 600)
    curves.loss.zoomed.emit()
    curves.loss.setXRange(295, 305, padding=0)
    rounds()
    assert set(words_of(curves)) == {"stopped, resumed"}, "the others are out of view"
    curves.show_whole()
    rounds()
    assert len(words_of(curves)) == 3


def test_another_run_has_other_marks(qtbot: QtBot, session: Session, theme: Theme) -> None:
    curves = curves_of(qtbot, session, theme, TOLD, 600)
    high = curves.loss.getPlotItem().getViewBox().viewRange()[1][1]
    curves.begin(None)
    assert words_of(curves) == {}
    again = curves_of(qtbot, session, theme, (), 600)
    assert again.loss.getPlotItem().getViewBox().viewRange()[1][1] < high, "no room is kept"


def test_a_notice_may_say_anything(qtbot: QtBot, session: Session, theme: Theme) -> None:
    events = (Event(200, "notice", "loss {is} <b>nan</b> & so on, in many words that take room"),)
    curves = curves_of(qtbot, session, theme, events, 600)
    assert list(words_of(curves)) == ["loss {is} <b>nan</b> & so on, in many wo…"]


def test_words_go_where_there_is_room() -> None:
    taken: list[list[tuple[float, float]]] = [[], []]
    assert free_place(50, 40, 100, taken) == (0, 53), "right of the line"
    assert free_place(50, 40, 100, taken) == (0, 7), "left of it"
    assert free_place(50, 40, 100, taken) == (1, 53), "in the next row"
    assert free_place(50, 80, 100, taken) is None
    assert free_place(50, 80, 100, [[]]) == (0, 10), "across it, where neither side has room"
