"""The stage: large pictures, large type, nothing else; and the window is as before afterwards."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from driving import Find, rounds
from looking import cut_off
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QEnterEvent, QFontInfo, QKeyEvent
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QLabel, QSlider, QWidget
from pytestqt.qtbot import QtBot

from diffvis.app.notices import Notice, NoticeKind
from diffvis.app.shell.titles import TITLES
from diffvis.app.shell.window import MainWindow
from diffvis.app.widgets.legend import Legend
from diffvis.app.widgets.plots import CurvePlot
from diffvis.app.widgets.raster import RasterView
from diffvis.data.catalogue import open_dataset
from diffvis.rendering import text
from diffvis.rendering.style import STYLES

SCREENS = [(1280, 720), (1920, 1080)]
KEYS = Qt.Key


def seen(widget: QWidget) -> bool:
    shown = widget.viewport() if isinstance(widget, CurvePlot) else widget
    return not shown.visibleRegion().isEmpty()


def sides(window: MainWindow) -> dict[str, float]:
    """The shorter side of each picture and plot that can be seen; pictures also one by one."""
    found = {}
    for view in window.findChildren(RasterView):
        if seen(view):
            for place, rect in enumerate(shown.rect for shown in view.shown):
                found[f"{view.objectName()} {place}"] = min(rect.width, rect.height)
    for plot in window.findChildren(CurvePlot):
        if seen(plot):
            box = plot.getPlotItem().getViewBox()
            found[plot.objectName()] = min(box.width(), box.height())
    return found


def settle(qtbot: QtBot, window: MainWindow, size: tuple[int, int]) -> None:
    window.resize(*size)
    rounds()
    qtbot.waitUntil(lambda: window.idle, timeout=60_000)
    window.grab()  # axes take their room when they are painted
    rounds()
    window.grab()


def walked(qtbot: QtBot, window: MainWindow) -> None:
    """Reverse has a short chain of few samples, and branches of it from the middle."""
    reverse = window.workspaces["reverse"]
    window.findChild(QWidget, "reverse.steps").setValue(4)
    window.findChild(QWidget, "reverse.count").setValue(4)
    reverse.run(play=False)
    qtbot.waitUntil(lambda: window.idle, timeout=60_000)
    window.session.set_t(window.session.timeline.times[2])
    reverse.pages["branch"].branch_here()
    qtbot.waitUntil(lambda: window.idle, timeout=60_000)


@pytest.fixture
def pictures(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> MainWindow:
    """A window with grey pictures as large as MNIST's."""
    noise = np.random.default_rng(0).integers(0, 256, (30, 28, 28), np.uint8)
    np.save(tmp_path / "noise.npy", noise)
    window.session.set_data(open_dataset(str(tmp_path / "noise.npy")))
    return window


# --- sizes ---------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("size", SCREENS, ids=str)
@pytest.mark.parametrize("kind", ["points", "images"])
def test_no_picture_is_smaller_than_before_and_all_type_can_be_read(
    qtbot: QtBot, request: pytest.FixtureRequest, window: MainWindow,
    monkeypatch: pytest.MonkeyPatch, kind: str, size: tuple[int, int],
) -> None:  # fmt: skip
    if kind == "images":
        request.getfixturevalue("pictures")
    walked(qtbot, window)
    before: dict[str, float] = {}
    for key in TITLES:
        window.show_workspace(key)
        views = window.stage.views
        for view in views.titles if key in ("forward", "reverse") else ("",):
            if view:
                views.show(view)
            settle(qtbot, window, size)
            before |= {f"{view} {name}": side for name, side in sides(window).items()}
    written: list[tuple[int, str]] = []
    ink = text.ink

    def noted(markup: str, size: int, bold: bool = False) -> text.Ink:
        if markup:
            written.append((size, markup))
        return ink(markup, size, bold)

    window.stage.begin(full_screen=False)
    least, wrong = size[1] / 30, []
    for key in TITLES:
        window.show_workspace(key)
        for view in window.stage.views.titles:
            window.stage.views.show(view)
            settle(qtbot, window, size)
            monkeypatch.setattr(text, "ink", noted)
            window.theme.changed.emit(window.theme.style)
            window.grab()
            monkeypatch.setattr(text, "ink", ink)
            where = f"{key}, {view}"
            now = sides(window)
            shown = [
                *window.stage.floor.findChildren(RasterView),
                *window.stage.floor.findChildren(CurvePlot),
            ]
            assert any(seen(each) for each in shown), where
            for name, side in now.items():
                was = before.get(f"{view if key in ('forward', 'reverse') else ''} {name}", 0)
                if side < was:
                    wrong.append(f"{where}: {name} is {side}, was {was}")
            small = [(size, words) for size, words in (*written, *type_of(window)) if size < least]
            wrong += [f"{where}: {size} pixels: {words}" for size, words in small]
            wrong += [f"{where}: {line}" for line in cut_off(window)]
            written.clear()
            assert (window.width(), window.height()) == size, where
    window.stage.end()
    assert not wrong, "\n".join(wrong)


def type_of(window: MainWindow) -> list[tuple[float, str]]:
    """Of widgets and plots on stage: pixels of their type, and what is written in it."""
    found: list[tuple[float, str]] = []
    for widget in window.stage.floor.findChildren(QWidget):
        if not widget.isVisible():
            continue
        pixels = QFontInfo(widget.font()).pixelSize()
        if isinstance(widget, QLabel | QAbstractSpinBox) and widget.text():
            found.append((pixels, widget.text()))
        elif isinstance(widget, QSlider):
            found.append((0.8 * pixels, "numbers of the slider"))
        elif isinstance(widget, CurvePlot):
            axes = (widget.getAxis(side).style["tickFont"] for side in ("left", "bottom"))
            found += [
                (QFontInfo(font).pixelSize(), f"axes of {widget.objectName()}") for font in axes
            ]
        elif isinstance(widget, Legend):
            found.append((QFontInfo(widget.type).pixelSize(), "legend"))
    return found


def test_the_pictures_of_the_equation_and_one_alone(qtbot: QtBot, pictures: MainWindow) -> None:
    window = pictures
    window.stage.begin(full_screen=False)
    view = window.findChild(RasterView, "forward.view")
    settle(qtbot, window, (1280, 720))
    assert [shown.rect.width for shown in view.shown] == [336, 336, 336], "12 pixels for each"
    window.stage.views.show("large")
    settle(qtbot, window, (1280, 720))
    (shown,) = view.shown
    assert shown.rect.width >= 560 and shown.rect.width % 28 == 0
    window.stage.end()


def test_points_that_stand_alone(qtbot: QtBot, window: MainWindow) -> None:
    window.stage.begin(full_screen=False)
    for view in ("cloud", "density"):
        window.stage.views.show(view)
        settle(qtbot, window, (1280, 720))
        (shown,) = window.findChild(RasterView, "forward.view").shown
        assert shown.rect.width == shown.rect.height >= 560, view
    window.show_workspace("reverse")
    settle(qtbot, window, (1280, 720))
    (shown,) = window.findChild(RasterView, "reverse.view").shown
    assert shown.rect.width == shown.rect.height >= 560
    window.stage.end()


def test_the_large_t_covers_no_picture(qtbot: QtBot, pictures: MainWindow, find: Find) -> None:
    window = pictures
    window.stage.begin(full_screen=False)
    for key, view in (("forward", "large"), ("forward", "equation"), ("reverse", "samples")):
        window.show_workspace(key)
        window.stage.views.show(view)
        settle(qtbot, window, (1280, 720))
        raster = window.findChild(RasterView, f"{key}.view")
        t = find("transport.t")
        place = raster.mapFromGlobal(t.mapToGlobal(QPoint()))
        for rect in (shown.rect for shown in raster.shown):
            beside = place.x() >= rect.right or place.y() >= rect.bottom
            assert beside, f"{view}: t at {place}, a picture at {rect}"
    window.stage.end()


# --- what is gone, and comes again ----------------------------------------------------------


def test_everything_is_as_it_was_afterwards(qtbot: QtBot, window: MainWindow) -> None:
    def parents() -> dict[str, str]:
        named = [w for w in window.findChildren(QWidget) if "." in w.objectName()]
        return {w.objectName(): repr((w.parentWidget(), w.isHidden())) for w in named}

    for key in reversed(TITLES):  # each finds its size when it is first seen
        window.show_workspace(key)
        settle(qtbot, window, (1280, 720))
    stood, looked = parents(), window.grab().toImage()
    window.stage.begin(full_screen=False)
    for key in TITLES:
        window.show_workspace(key)
        for _ in window.stage.views.titles:
            window.stage.views.turn(1)
            rounds(2)
        window.stage.show_controls()
        rounds(2)
    window.stage.end()
    window.workspaces["reverse"].pages.show_page("step")  # a page that was turned stays so
    window.show_workspace("forward")
    settle(qtbot, window, (1280, 720))
    assert {name: parents()[name] for name in stood} == stood
    assert window.grab().toImage() == looked


@pytest.mark.parametrize("name", STYLES)
def test_only_pictures_t_and_the_slider_are_there(
    qtbot: QtBot, window: MainWindow, find: Find, name: str
) -> None:
    window.theme.set_name(name)
    window.session.notice(Notice("something was said"))
    window.stage.begin(full_screen=False)
    rounds()
    for gone in ("source.model", "forward.show", "transport.play", "forward.mode", "notice.bar"):
        assert find(gone).visibleRegion().isEmpty(), gone
    for there in ("forward.view", "transport.t", "transport.timestep"):
        assert seen(find(there)), there
    window.stage.end()
    rounds()
    for there in ("source.model", "forward.show", "transport.play", "notice.bar"):
        assert seen(find(there)), there


def test_controls_come_at_the_edges_and_move_nothing(
    qtbot: QtBot, window: MainWindow, find: Find
) -> None:
    window.stage.begin(full_screen=False)
    settle(qtbot, window, (1280, 720))
    before = find("forward.view").geometry()
    at = QPointF(1, 1)
    for edge, names in (
        ("stage.top_edge", ("source.model", "forward.show", "transport.play")),
        ("stage.right_edge", ("forward.mode", "forward.histogram")),
    ):
        assert not any(seen(find(name)) for name in names)
        QApplication.sendEvent(find(edge), QEnterEvent(at, at, at))
        rounds()
        assert all(seen(find(name)) for name in names), edge
        assert find("forward.view").geometry() == before
        assert cut_off(window) == []
    qtbot.keyClick(find("transport.timestep"), KEYS.Key_Escape)
    assert window.stage.on and not seen(find("source.model"))
    qtbot.keyClick(find("transport.timestep"), KEYS.Key_Escape)
    assert not window.stage.on


def test_what_is_chosen_at_the_edge_is_seen(qtbot: QtBot, window: MainWindow, find: Find) -> None:
    window.stage.begin(full_screen=False)
    window.open_workspace("reverse")
    window.registry["stage.controls"].run()
    find("reverse.show_compare").click()
    rounds()
    assert seen(find("reverse.compare_view")) and not seen(find("reverse.view"))
    find("workspace.schedules").click()
    rounds()
    assert seen(find("schedules.plot"))
    window.stage.end()


def test_only_what_needs_an_answer_is_said_and_goes(
    qtbot: QtBot, new_window: Callable[[], MainWindow], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("diffvis.app.shell.stage.ANSWER_MS", 50)
    window = new_window()
    bar = window.findChild(QWidget, "notice.bar")
    window.stage.begin(full_screen=False)
    window.session.notice(Notice("a picture is saved"))
    rounds()
    assert not bar.isVisible()
    for said in (
        Notice("it cannot be opened", kind=NoticeKind.ERROR),
        Notice("a run waits", action=("Continue it", lambda: None)),
    ):
        window.session.notice(said)
        rounds()
        assert bar.isVisible() and bar.width() < window.width()
        qtbot.waitUntil(lambda: not bar.isVisible(), timeout=5_000)
    window.stage.end()
    assert bar.isVisible(), "it can be read afterwards"


# --- keys -------------------------------------------------------------------------------------


def press(window: MainWindow, key: Qt.Key, text: str = "") -> None:
    """As a clicker does, wherever the focus is."""
    focus = window.focusWidget() or window
    QApplication.sendEvent(
        focus,
        QKeyEvent(QKeyEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier, text),
    )


def test_a_clicker_and_arrows(qtbot: QtBot, window: MainWindow) -> None:
    window.stage.begin(full_screen=False)
    for key, t in ((KEYS.Key_PageDown, 3), (KEYS.Key_PageDown, 7), (KEYS.Key_PageUp, 3),
                   (KEYS.Key_Right, 4), (KEYS.Key_Left, 3)):  # fmt: skip
        press(window, key)
        assert window.session.t == t
    for view in ("cloud", "density", "compare", "step", "strip", "equation"):
        press(window, KEYS.Key_Down)
        assert window.stage.views.view == view
    press(window, KEYS.Key_Up)
    assert window.stage.views.view == "strip"
    window.stage.end()
    assert not window.registry["stage.next"].run(), "there is no stage"


@pytest.mark.parametrize(("key", "typed"), [(KEYS.Key_B, "b"), (KEYS.Key_Period, ".")])
def test_a_key_blanks_the_screen_and_any_key_brings_it_back(
    qtbot: QtBot, window: MainWindow, find: Find, key: Qt.Key, typed: str
) -> None:
    window.stage.begin(full_screen=False)
    press(window, key, typed)
    rounds()
    image = window.grab().toImage()
    for x, y in ((0, 0), (640, 360), (1279, 719)):
        assert image.pixelColor(x, y).getRgb()[:3] == (0, 0, 0)
    press(window, KEYS.Key_Right)
    rounds()
    assert seen(find("forward.view"))
    assert window.session.t == 0, "the key did nothing else"
    press(window, KEYS.Key_Right)
    assert window.session.t == 1
    window.stage.end()


def test_tab_goes_only_where_something_is_seen(
    qtbot: QtBot, window: MainWindow, find: Find
) -> None:
    window.stage.begin(full_screen=False)
    rounds()
    for _ in range(4):
        press(window, KEYS.Key_Tab)
        assert window.stage.floor.isAncestorOf(window.focusWidget())
    window.stage.show_controls()
    rounds()
    visited = set()
    for _ in range(60):
        press(window, KEYS.Key_Tab)
        visited.add(window.focusWidget().objectName())
        assert window.stage.isAncestorOf(window.focusWidget())
    assert {"source.model", "forward.show", "forward.mode", "transport.timestep"} <= visited
    window.stage.end()


def test_a_window_that_is_closed_on_stage_leaves_none(
    new_window: Callable[[], MainWindow],
) -> None:
    window = new_window()
    window.stage.begin(full_screen=False)
    window.close()
    assert not window.theme.presentation
    assert not new_window().stage.on
