"""Wheel, drag and buttons on pictures and plots; values under the mouse."""

import numpy as np
import pytest
import torch
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QToolTip, QWidget
from pytestqt.qtbot import QtBot

from diffvis.app.theme import Theme
from diffvis.app.widgets.plot_zoom import PlotZoom
from diffvis.app.widgets.plots import CurvePlot
from diffvis.app.widgets.raster import RasterView
from diffvis.app.widgets.zoom import MOST, Zoom
from diffvis.rendering.geometry import Rect
from diffvis.rendering.pixels import blank
from diffvis.rendering.style import Style
from diffvis.rendering.terms import draw_term

LEFT = Qt.MouseButton.LeftButton


def turn(over: QWidget, at: QPoint, notches: int) -> None:
    window = over.window()
    place = QPointF(over.mapTo(window, at))
    QTest.wheelEvent(window.windowHandle(), place, QPoint(0, 120 * notches))
    QApplication.processEvents()


def shown(qtbot: QtBot, widget: QWidget) -> None:
    qtbot.addWidget(widget)
    widget.resize(320, 200)
    with qtbot.waitExposed(widget):
        widget.show()


@pytest.fixture
def view(qtbot: QtBot, theme: Theme) -> RasterView:
    """Two pictures of 4 x 4, whose values are their places / 100."""
    x = torch.arange(32.0).reshape(2, 1, 4, 4) / 100

    def draw(size: tuple[int, int], style: Style) -> np.ndarray:
        frame = blank(size, style.panel)
        draw_term(frame, Rect(0, 0, 164, 80), x, style)
        return frame

    made = RasterView(theme, draw, lambda: "", None)
    made.setObjectName("test.view")
    shown(qtbot, made)
    return made


def test_the_place_under_the_wheel_stays() -> None:
    zoom = Zoom()
    for by in (1.5, 2.0, 1.2, 0.9):
        before = zoom.picture_at(0.3, 0.8)
        zoom = zoom.enlarged(by, 0.3, 0.8)
        assert zoom.picture_at(0.3, 0.8) == pytest.approx(before)
    assert zoom.enlarged(1000).scale == MOST
    assert zoom.enlarged(1 / 1000) == Zoom()


@pytest.mark.parametrize("way", [(9.0, 9.0), (-9.0, -9.0), (9.0, -9.0)])
def test_nothing_beyond_the_picture_is_seen(way: tuple[float, float]) -> None:
    zoom = Zoom().enlarged(3.0).moved(*way)
    for at in (zoom.picture_at(0, 0), zoom.picture_at(1, 1)):
        assert all(-1e-9 <= part <= 1 + 1e-9 for part in at)


def test_pictures_say_the_value_under_the_mouse(qtbot: QtBot, view: RasterView) -> None:
    grid_width = view.width()
    assert grid_width == 320
    qtbot.mouseMove(view, QPoint(50, 30))
    said = view.pointed_value
    assert said.startswith("no. 1, row ")
    words = said.replace(",", "").replace(":", "").split()
    row, column, value = int(words[3]), int(words[5]), float(words[6])
    assert value == pytest.approx((4 * row + column) / 100)
    qtbot.mouseMove(view, QPoint(310, 190))
    assert view.pointed_value == ""


def test_no_tip_lies_over_the_value_under_the_mouse(qtbot: QtBot, view: RasterView) -> None:
    view.setToolTip("click to enlarge")
    for at, tip in ((QPoint(310, 190), True), (QPoint(50, 30), False)):
        qtbot.mouseMove(view, at)
        asked = QHelpEvent(QEvent.Type.ToolTip, at, view.mapToGlobal(at))
        QApplication.sendEvent(view, asked)
        assert bool(view.pointed_value) is not tip
        qtbot.waitUntil(lambda tip=tip: QToolTip.isVisible() is tip)
    view.setToolTip("")


def test_a_click_finds_what_is_seen_enlarged(qtbot: QtBot, view: RasterView) -> None:
    clicked: list[QPoint] = []
    view.clicked.connect(clicked.append)
    at = QPoint(200, 50)
    qtbot.mouseClick(view, LEFT, pos=at)
    turn(view, at, 6)
    assert view.zoom.scale > 3
    qtbot.mouseClick(view, LEFT, pos=at)
    assert (clicked[1] - clicked[0]).manhattanLength() <= 1, "it stayed under the mouse"
    qtbot.mouseClick(view, LEFT, pos=QPoint(0, 0))
    assert clicked[2].x() > 100
    before = view.zoom
    qtbot.mousePress(view, LEFT, pos=at)
    qtbot.mouseMove(view, at + QPoint(40, 0))
    qtbot.mouseRelease(view, LEFT, pos=at + QPoint(40, 0))
    assert view.zoom.left < before.left
    assert len(clicked) == 3, "a drag is no click"
    qtbot.mouseDClick(view, LEFT, pos=at)
    assert view.zoom.whole


def test_what_is_enlarged_is_the_same_pixels(qtbot: QtBot, view: RasterView) -> None:
    whole = view.grab().toImage()
    turn(view, QPoint(10, 10), 20)
    found = view.grab().toImage()
    x, y = view.zoom.picture_at(0.25, 0.75)
    expected = whole.pixelColor(int(x * 320), int(y * 200))
    assert found.pixelColor(80, 150) == expected


def test_buttons_do_what_wheel_and_drag_do(qtbot: QtBot, view: RasterView) -> None:
    qtbot.mouseMove(view, QPoint(100, 100))
    press = lambda role: qtbot.mouseClick(view.findChild(QPushButton, f"test.view_{role}"), LEFT)  # noqa: E731
    for _ in range(3):
        press("larger")
    middle = view.zoom
    assert middle.scale > 3
    press("right")
    press("down")
    assert view.zoom.left > middle.left
    assert view.zoom.top > middle.top
    press("left")
    press("up")
    assert (view.zoom.left, view.zoom.top) == pytest.approx((middle.left, middle.top))
    press("whole")
    assert view.zoom.whole


def test_plots_zoom_and_come_back(qtbot: QtBot, theme: Theme) -> None:
    plot = CurvePlot(theme, "test")
    plot.setObjectName("test.plot")
    plot.curve("line", "signal")
    plot.set_curve("line", np.arange(101.0), np.arange(101.0) / 2)
    plot.setXRange(0, 100, padding=0)
    zoom = PlotZoom(plot)
    shown(qtbot, plot)
    box = plot.getPlotItem().getViewBox()
    home = box.viewRange()
    turn(plot, plot.rect().center(), 5)
    assert not zoom.whole
    (left, right), (low, high) = box.viewRange()
    assert right - left < 90
    assert high - low < 45
    press = lambda role: qtbot.mouseClick(plot.findChild(QPushButton, f"test.plot_{role}"), LEFT)  # noqa: E731
    press("right")
    assert box.viewRange()[0][0] > left
    press("up")
    assert box.viewRange()[1][0] > low
    press("whole")
    assert zoom.whole
    qtbot.waitUntil(lambda: np.allclose(box.viewRange(), home, atol=0.5))
