"""Plots on dense screens, on a projector and in narrow places."""

from collections.abc import Callable

import numpy as np
import pytest
from driving import rounds
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from diffvis.app.theme import Theme
from diffvis.app.widgets.plot_zoom import PlotZoom
from diffvis.app.widgets.plots import SMOOTH_POINTS, CurvePlot
from diffvis.app.widgets.zoom_buttons import CornerButtons

Plot = Callable[[float], CurvePlot]


@pytest.fixture
def plot_on(qtbot: QtBot, theme: Theme) -> Plot:
    """Makes a plot with a short and a long curve on a screen of so many pixels a point."""

    def make(ratio: float) -> CurvePlot:
        class Dense(CurvePlot):
            def devicePixelRatioF(self) -> float:
                return ratio

        made = Dense(theme, "a plot", cursor=True)
        qtbot.addWidget(made)
        for name, points in (("short", 10), ("long", SMOOTH_POINTS + 1)):
            made.curve(name, "signal")
            made.set_curve(name, np.arange(points), np.arange(points))
        return made

    return make


def width(plot: CurvePlot, name: str) -> float:
    return plot._curves[name].item.opts["pen"].widthF()


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
def test_lines_follow_the_screen_and_the_stage(
    plot_on: Plot, stand_on_stage: Callable[[QWidget], None], ratio: float
) -> None:
    plot = plot_on(ratio)
    assert width(plot, "short") == 2 * ratio
    assert plot._cursor.pen.widthF() == ratio
    stand_on_stage(plot)
    assert width(plot, "short") == 4 * ratio
    assert plot._cursor.pen.widthF() == 3 * ratio
    assert width(plot, "long") == 1, "a wide line of many points takes long to draw"


def test_a_title_never_pushes_the_axes_out_of_sight(qtbot: QtBot, theme: Theme) -> None:
    """A wide title makes pyqtgraph's plot wider than the widget that shows it."""
    plot = CurvePlot(theme, "a title with much to say: x_t (line), x̂₀ (dashed), and both")
    qtbot.addWidget(plot)
    plot.resize(600, 200)
    plot.show()
    wide = plot.getPlotItem().titleLabel.itemRect().width()
    plot.resize(330, 200)
    assert plot.getPlotItem().titleLabel.itemRect().width() < wide
    assert plot.getPlotItem().layout.minimumWidth() <= plot.width()
    plot.resize(600, 200)
    assert plot.getPlotItem().titleLabel.itemRect().width() == wide


def test_a_curve_that_grows_gets_its_pen_once(
    plot_on: Plot, monkeypatch: pytest.MonkeyPatch
) -> None:
    plot = plot_on(1.0)
    pens: list[int] = []
    monkeypatch.setattr(
        plot._curves["short"].item, "setPen", lambda _: pens.append(1), raising=True
    )
    for points in (20, 40, SMOOTH_POINTS):
        plot.set_curve("short", np.arange(points), np.arange(points))
    assert pens == []
    plot.set_curve("short", np.arange(SMOOTH_POINTS + 1), np.arange(SMOOTH_POINTS + 1))
    assert pens == [1], "a long curve is thin"


@pytest.mark.parametrize("staged", [False, True])
@pytest.mark.parametrize("falling", [False, True])
@pytest.mark.parametrize("last", [40, 300, 1000])
def test_the_ends_of_an_axis_have_their_labels(
    qtbot: QtBot, theme: Theme, staged: bool, falling: bool, last: int,
    stand_on_stage: Callable[[QWidget], None],
) -> None:  # fmt: skip
    plot = CurvePlot(theme, "over t")
    qtbot.addWidget(plot)
    plot.resize(*((600, 400) if staged else (300, 200)))
    plot.getPlotItem().invertX(falling)
    plot.curve("beta", "signal")
    plot.set_curve("beta", np.arange(last + 1), np.arange(last + 1))
    plot.show()
    if staged:
        stand_on_stage(plot)
    rounds()
    axis = plot.getPlotItem().getAxis("bottom")
    picture = QPixmap(10, 10)
    painter = QPainter(picture)
    *_, texts = axis.generateDrawSpecs(painter)
    painter.end()
    texts.sort(key=lambda label: label[0].center().x(), reverse=falling)
    assert [texts[0][2], texts[-1][2]] == ["0", str(last)]
    for rectangle, _, _ in texts:
        on_screen = plot.mapFromScene(axis.mapRectToScene(rectangle)).boundingRect()
        assert plot.rect().contains(on_screen), "it is cut off"


def test_what_is_over_a_plot_while_the_mouse_is_there_is_not_in_its_picture(
    qtbot: QtBot, theme: Theme
) -> None:
    plot = CurvePlot(theme, "a plot")
    qtbot.addWidget(plot)
    PlotZoom(plot)
    plot.curve("line", "signal")
    plot.set_curve("line", np.arange(5), np.arange(5))
    plot.resize(400, 240)
    plot.show()
    qtbot.waitExposed(plot)
    QTest.mouseMove(plot.viewport(), plot.viewport().rect().center())
    qtbot.waitUntil(lambda: bool(plot.findChildren(CornerButtons)))
    pointed = plot.picture(1), plot.vectors()
    for over in plot.passing:
        assert not over.isHidden()
        over.hide()
    assert (plot.picture(1), plot.vectors()) == pointed
