"""What a screen reader walks in Forward and Reverse is what is painted there."""

import gc
import weakref
from collections.abc import Iterator

import numpy as np
import pytest
import shiboken6
import torch
from driving import Find, choose, rounds, walk
from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from diffvis.app.reverse.workspace import ReverseWorkspace
from diffvis.app.shell.window import MainWindow
from diffvis.app.theme import Theme
from diffvis.app.widgets.raster import RasterView
from diffvis.data.catalogue import open_dataset
from diffvis.rendering.geometry import Rect
from diffvis.rendering.pixels import blank
from diffvis.rendering.style import Style
from diffvis.rendering.terms import draw_term

NAME, ABOUT = QAccessible.Text.Name, QAccessible.Text.Description


@pytest.fixture
def needed() -> tuple[str, ...]:
    return ("forward", "reverse")


def parts(view: QWidget) -> Iterator[QAccessibleInterface]:
    """Those of its children that are painted."""
    whole = QAccessible.queryAccessibleInterface(view)
    for number in range(whole.childCount()):
        child = whole.child(number)
        if child.object() is None:
            assert whole.indexOfChild(child) == number
            assert child.parent().object() is view
            yield child


def tree(view: QWidget) -> dict[str, str]:
    return {part.text(NAME): part.text(ABOUT) for part in parts(view)}


def on_frame(view: RasterView, part: QAccessibleInterface) -> QRect:
    return part.rect().translated(-view.mapToGlobal(view.rect().topLeft()))


def test_forward_is_walked(qtbot: QtBot, window: MainWindow, find: Find) -> None:
    window.session.set_data(open_dataset("digits"))
    choose(find("forward.count"), "16")
    window.session.set_t(20)
    rounds()
    view = find("forward.view")
    qtbot.waitUntil(lambda: view.frame is not None and not view._old)
    told = tree(view)
    signal = window.session.schedule.signal[20]
    assert told["x_t: what the network sees"] == "16 pictures of 8 × 8"
    assert told["x_0"] == told["ε"] == "16 pictures of 8 × 8"
    assert f"{signal:.3f}" in told, "a number that stands between them"
    assert {"√ᾱ_t", "√(1−ᾱ_t)"} <= told.keys()
    names = [part.text(NAME) for part in parts(view)]
    assert names.index("x_t: what the network sees") < names.index("=") < names.index("x_0")
    assert names.index("√ᾱ_t") + 1 == names.index(f"{signal:.3f}"), "a symbol, then its number"
    for part in parts(view):
        rect = on_frame(view, part)
        assert view.rect().contains(rect)
        whole = QAccessible.queryAccessibleInterface(view)
        assert whole.childAt(*part.rect().center().toTuple()).text(NAME)
        inside = view.frame[rect.y() : rect.bottom(), rect.x() : rect.right()]
        assert (inside != inside[0, 0]).any(), "something is painted there"
    window.session.set_t(21)
    view.repaint()
    assert f"{window.session.schedule.signal[21]:.3f}" in tree(view)


def test_a_step_of_reverse_is_walked(qtbot: QtBot, reverse: ReverseWorkspace) -> None:
    walk(qtbot, reverse)
    reverse.findChild(QWidget, "reverse.view").repaint()
    told = tree(reverse.findChild(QWidget, "reverse.view"))
    assert len(told) == 1, "the numbers along its axes are not read"
    assert told["x_40 · 40 points, seed 0"] == "40 points, no. 1 is selected"
    told = tree(reverse.findChild(QWidget, "reverse.strip"))
    assert [name for name in told if name.startswith("t = ")][-1] == "t = 0"
    step = reverse.chain.main.steps[0]
    told = tree(reverse.findChild(QWidget, "reverse.step_view"))
    for symbol in (f"x_{step.t}", "x̂_0", "ε̂", f"x_{step.s}"):
        assert any(name.startswith(symbol) for name in told), told
    assert list(told.values()).count("40 points, no. 1 is selected") == 6


def test_the_selected_sample_is_said(qtbot: QtBot, window: MainWindow, find: Find) -> None:
    window.session.set_data(open_dataset("digits"))
    choose(find("forward.count"), "16")
    rounds()
    view = find("forward.view")
    view.repaint()
    x_t = view.shown[0]
    cell = x_t.grid.cell_rect(2).moved(x_t.rect.x, x_t.rect.y)
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(*cell.centre))
    told = list(tree(view).values())
    assert told.count("16 pictures of 8 × 8, no. 3 is selected") == 3


def test_parts_stand_where_they_are_seen_when_enlarged(qtbot: QtBot, theme: Theme) -> None:
    view = RasterView(theme, _two_pictures, str)
    qtbot.addWidget(view)
    view.resize(200, 120)
    view.show()
    qtbot.waitExposed(view)
    assert [on_frame(view, part).x() for part in parts(view)] == [10, 80]
    view.enlarge(2.0, QPointF(0, 0))  # what is at the corner stays there
    first, second = (on_frame(view, part) for part in parts(view))
    assert first == QRect(20, 20, 128, 100), "cut off at the lower edge"
    assert second == QRect(160, 20, 40, 100), "and at the right one"


def test_what_is_walked_outlives_no_widget(qtbot: QtBot, theme: Theme) -> None:
    for _ in range(3):
        view = RasterView(theme, lambda size, style: blank(size, style.panel), str)
        view.setObjectName("some.view")
        view.show()
        qtbot.waitExposed(view)
        assert list(parts(view)) == []
        view._draw = _two_pictures
        view.refresh()
        view.repaint()
        kept = list(parts(view))
        numbers = [QAccessible.uniqueId(part) for part in kept]
        assert len(kept) == 2
        view.close()
        shiboken6.delete(view)
        held = weakref.ref(view)
        del view
        gc.collect()
        assert held() is None, "with its pictures"
        assert all(QAccessible.accessibleInterface(number) is None for number in numbers)
        assert not any(shiboken6.isValid(part) for part in kept)
    QApplication.processEvents()


def _two_pictures(size: tuple[int, int], style: Style) -> np.ndarray:
    frame = blank(size, style.panel)
    for x in (10, 80):
        draw_term(frame, Rect(x, 10, 64, 64), torch.zeros(1, 1, 8, 8), style)
    return frame
