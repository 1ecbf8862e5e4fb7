"""The legend of a plot stands above its curves, covers nothing and is never cut off."""

from collections.abc import Callable

import numpy as np
import pytest
from driving import rounds
from PySide6.QtCore import QRect
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from diffvis.app.theme import Theme
from diffvis.app.widgets.legend import Legend, rows_of, unlike
from diffvis.app.widgets.plots import CurvePlot

RUNS = tuple(f"2026-11-28-15495{n}-swiss-roll" for n in range(3))
NAMES = ("train", "smoothed", "validation", "floor", *RUNS)


def a_plot(qtbot: QtBot, theme: Theme, width: int, names: tuple[str, ...] = NAMES) -> CurvePlot:
    plot = CurvePlot(theme, "", legend=True)
    qtbot.addWidget(plot)
    plot.resize(width, 200)
    plot.setXRange(0, 1)
    plot.setYRange(0, 1)
    plot.show()
    for name in names:
        plot.curve(name, "signal")
    rounds()
    return plot


def where_curves_are(plot: CurvePlot) -> QRect:
    box = plot.getPlotItem().getViewBox()
    return plot.mapFromScene(box.sceneBoundingRect()).boundingRect()


def pixels(plot: CurvePlot, rect: QRect) -> np.ndarray:
    image = plot.grab(rect).toImage().convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).copy()


@pytest.mark.parametrize(
    ("width", "staged"), [(1000, False), (600, False), (285, False), (1000, True)]
)
def test_nothing_of_the_curves_is_covered(
    qtbot: QtBot, theme: Theme, width: int, staged: bool,
    stand_on_stage: Callable[[QWidget], None],
) -> None:  # fmt: skip
    named = a_plot(qtbot, theme, width)
    if staged:
        stand_on_stage(named)
        rounds()
    area = where_curves_are(named).adjusted(2, 2, -2, -2)
    assert area.height() > 60
    seen = pixels(named, area)
    for tone in (theme.style.text, theme.style.signal):  # of the words, and of the lines
        assert not (seen == tone).all(-1).any()


@pytest.mark.parametrize("width", [1000, 600, 285, 120])
def test_no_entry_is_cut_off(qtbot: QtBot, theme: Theme, width: int) -> None:
    plot = a_plot(qtbot, theme, 1000)
    plot.resize(width, 200)
    rounds()
    legend = plot.findChild(Legend)
    assert plot.rect().contains(legend.geometry())
    assert legend.geometry().bottom() < where_curves_are(plot).top()
    assert legend.wide <= legend.width()
    assert legend.shown[0] == "train"
    whole = legend.shown == NAMES
    assert whole == (width > 120)
    assert legend.toolTip() == ("" if whole else "\n".join(NAMES))


def test_a_name_is_shortened_in_the_middle(qtbot: QtBot, theme: Theme) -> None:
    plot = a_plot(qtbot, theme, 400, (*NAMES[:4], *RUNS[:1], "another name that is too long"))
    plot.resize(400, 100)
    rounds()
    legend = plot.findChild(Legend)
    shown = legend.shown[4]
    assert legend.shown[:4] == NAMES[:4]
    assert "…" in shown and shown.startswith("202") and shown.endswith("ll")


def test_runs_can_be_told_apart_where_their_names_are_shortened(qtbot: QtBot, theme: Theme) -> None:
    plot = a_plot(qtbot, theme, 310)
    plot.resize(310, 100)
    rounds()
    assert plot.findChild(Legend).shown[4:] == ("154950", "154951", "154952")


@pytest.mark.parametrize(
    ("texts", "differ"),
    [
        (("a-1-z", "a-2-z"), ["1", "2"]),
        (("a-1", "a-2"), ["1", "2"]),
        (("1-z", "2-z"), ["1", "2"]),
        (("b", "b"), ["b", "b"]),
        (("a-b", "a-b-b"), ["b", "b-b"]),
        (("cosine", "linear"), ["cosine", "linear"]),
        (("only",), ["only"]),
    ],
)
def test_what_names_do_not_share(texts: tuple[str, ...], differ: list[str]) -> None:
    assert unlike(texts) == differ


def test_in_a_low_plot_the_curves_get_the_room_of_the_title(
    qtbot: QtBot, theme: Theme, stand_on_stage: Callable[[QWidget], None]
) -> None:
    plot = a_plot(qtbot, theme, 800, NAMES[:4])
    stand_on_stage(plot)
    plot.set_title("signal part of the variance")
    title = plot.getPlotItem().titleLabel
    assert title.isVisible()
    plot.resize(800, 130)
    rounds()
    assert not title.isVisible()
    assert where_curves_are(plot).height() > 30


def test_the_legend_comes_and_goes_with_the_curves(qtbot: QtBot, theme: Theme) -> None:
    plot = a_plot(qtbot, theme, 600)
    low = where_curves_are(plot).top()
    for name in RUNS:
        plot.remove_curve(name)
    rounds()
    assert plot.findChild(Legend).shown == NAMES[:4]
    assert where_curves_are(plot).top() < low, "the curves take the room"


def test_a_legend_is_large_on_stage_only(
    qtbot: QtBot, theme: Theme, stand_on_stage: Callable[[QWidget], None]
) -> None:
    plot = a_plot(qtbot, theme, 1000)
    changes = (lambda: None, lambda: stand_on_stage(plot), lambda: theme.set_stage(None))
    heights = []
    for change in changes:
        change()
        rounds()
        heights.append(plot.findChild(Legend).height())
    assert heights[1] > 1.2 * heights[0] == 1.2 * heights[2]


def test_new_points_do_not_arrange_the_legend_again(
    qtbot: QtBot, theme: Theme, monkeypatch: pytest.MonkeyPatch
) -> None:
    plot = a_plot(qtbot, theme, 600)
    arranged: list[int] = []
    monkeypatch.setattr(Legend, "arrange", lambda *_: arranged.append(1) or 0)
    for points in range(1, 50):
        plot.set_curve("smoothed", np.arange(points), np.arange(points))
        plot.set_legend("floor", "floor")
    rounds()
    assert arranged == []
    for name in ("a", "b", "c"):
        plot.curve(name, "signal")
    rounds()
    assert arranged == [1], "once for all three"


def test_entries_fill_rows_and_long_ones_give_way() -> None:
    assert rows_of([60, 60, 60], 300, 2, 40, 25) == [[(0, 60), (72, 60), (144, 60)]]
    assert rows_of([], 300, 2, 40, 25) == []
    (first, second) = rows_of([60, 400], 300, 2, 40, 25)
    assert (first, second) == ([(0, 60)], [(0, 300)])
    (only,) = rows_of([60, 400], 300, 1, 40, 25)
    assert only[0] == (0, 60) and sum(only[1]) <= 300


def test_what_has_no_place_is_counted() -> None:
    (row,) = rows_of([80] * 9, 300, 1, 80, 25)
    assert len(row) == 3 and sum(row[-1]) <= 300 - 25


def test_a_legend_says_how_many_it_leaves_out(qtbot: QtBot, theme: Theme) -> None:
    names = tuple(f"a name that is long {n}" for n in range(30))
    plot = a_plot(qtbot, theme, 300, names)
    legend = plot.findChild(Legend)
    assert legend._left_out == f"+{30 - len(legend.shown)}"
    assert legend.wide <= legend.width()
    last = max(entry.x + entry.width for entry in legend._placed())
    assert last < legend.width() - legend._metrics().horizontalAdvance("+30")
    assert where_curves_are(plot).height() > 90
