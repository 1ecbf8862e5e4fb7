"""What is painted is said, what is dragged can be done without dragging, and targets are large."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from driving import choose, click, finder
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QLineEdit,
    QListWidget,
    QMenu,
    QWidget,
)
from pytestqt.qtbot import QtBot

import diffvis.app
from diffvis.app.shell.titles import TITLES
from diffvis.app.shell.window import MainWindow
from diffvis.app.widgets.plot_words import NOTHING, say_plot
from diffvis.app.widgets.raster import RasterView
from diffvis.app.widgets.spoken import Spoken
from diffvis.data.catalogue import open_dataset

FOLDER = Path(diffvis.app.__file__).parent
TARGET = 24  # pixels: WCAG 2.2, criterion 2.5.8

# Paint for themselves, and Qt's accessibility knows their kind: a label, a choice, a number. What
# signs, the splash, the curtain of the stage and the cover of a scene say in paint is their name as
# well; a fade between two scenes says nothing.
NATIVE = {
    "ElidedLabel", "DropDown", "TimeSlider", "Sign", "Splash", "Curtain", "Cover", "Fade"
}  # fmt: skip
# What takes a drag, and the test below that does the same without one.
DRAGGED = {
    "TimeSlider": "test_the_range_without_dragging",
    "SchedulePlot": "test_a_schedule_is_drawn_without_dragging",
    "RasterView": "test_a_picture_is_moved_without_dragging",
    "DrawingPad": "test_data_are_drawn_without_dragging",
    "CellCanvas": "test_a_mask_is_drawn_without_dragging",
}


def classes_with(method: str) -> set[str]:
    """The classes in the sources of the window that define a method, or whose base here does."""
    return {name for name, methods in classes() if method in methods}


@cache
def classes() -> list[tuple[str, set[str]]]:
    """The classes there and the names of their methods."""
    trees = (ast.parse(path.read_text(encoding="utf-8")) for path in FOLDER.rglob("*.py"))
    nodes = (node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef))
    return [
        (node.name, {f.name for f in node.body if isinstance(f, ast.FunctionDef)}) for node in nodes
    ]


def test_whatever_paints_for_itself_is_said() -> None:
    painted = classes_with("paintEvent")
    assert len(painted) > 5
    assert painted - NATIVE - classes_with("spoken_value") == set()


def test_whatever_is_dragged_can_be_done_without() -> None:
    assert classes_with("mouseMoveEvent") == DRAGGED.keys()
    assert all(test in globals() for test in DRAGGED.values())


def said(widget: QWidget, kind: QAccessible.Text = QAccessible.Text.Value) -> str:
    """What a screen reader is told."""
    return QAccessible.queryAccessibleInterface(widget).text(kind)


def each_page(window: MainWindow) -> Iterator[str]:
    """Every workspace, and every page behind a tab in it."""
    for key in TITLES:
        window.show_workspace(key)
        settle()
        yield key
        for tab in window.workspaces[key].findChildren(QAbstractButton):
            if tab.property("role") == "tab" and tab.isVisible():
                tab.click()
                settle()
                yield f"{key}, {tab.text()}"


def each_dialog(window: MainWindow) -> Iterator[QDialog]:
    for show in (window.show_preferences, window.show_shortcuts, window.export):
        show()
        settle()
        for dialog in window.findChildren(QDialog):
            yield dialog
            dialog.close()


def settle() -> None:
    for _ in range(3):
        QApplication.processEvents()


def unsaid(root: QWidget) -> Iterator[str]:
    """What paints for itself and has no name or no value."""
    for widget in root.findChildren(QWidget):
        kinds = (QAccessible.Text.Name, QAccessible.Text.Value)
        if isinstance(widget, Spoken) and not all(said(widget, kind).strip() for kind in kinds):
            yield f"{type(widget).__name__} {widget.objectName()!r}"


@pytest.mark.parametrize("data", ["swiss-roll", "digits"])
def test_every_painted_value_has_a_name_and_a_value(
    qtbot: QtBot, window: MainWindow, data: str
) -> None:
    window.session.set_data(open_dataset(data))
    find = finder(window)
    for name, value in (("reverse.count", 9), ("reverse.steps", 3)):
        find(name).setValue(value)
    window.workspaces["reverse"].run(play=False)
    qtbot.waitUntil(lambda: window.idle, timeout=30_000)
    wrong = [f"{page}: {line}" for page in each_page(window) for line in unsaid(window)]
    wrong += [line for dialog in each_dialog(window) for line in unsaid(dialog)]
    assert not wrong, "\n".join(dict.fromkeys(wrong))
    told = {each.objectName() for each in window.findChildren(QWidget) if isinstance(each, Spoken)}
    assert told >= {"forward.view", "reverse.view", "reverse.step_view", "schedules.plot",
                    "schedules.strips", "training.loss_plot", "training.samples"}  # fmt: skip


def test_what_is_said_follows_what_is_shown(qtbot: QtBot, window: MainWindow) -> None:
    session, find = window.session, finder(window)
    schedule = session.schedule
    middle = schedule.T // 2
    for t in (0, middle, schedule.T):
        session.set_t(t)
        signal, noise = schedule.sqrt_alpha_bar[t], schedule.sqrt_one_minus_alpha_bar[t]
        assert f"x_t = {signal:.3f} x_0 + {noise:.3f} ε" in said(find("forward.view"))
        assert said(find("transport.timestep")) == str(t)
    window.show_workspace("schedules")
    session.set_t(middle)
    assert said(find("schedules.plot")).startswith(f"at {middle}: ")
    assert f"ᾱ_t = {float(schedule.alpha_bar[middle]):.4f}" in said(find("schedules.strips"))
    assert "no samples yet" in said(find("training.samples"))
    assert said(find("training.loss_plot")) == NOTHING
    marks = find("transport.timestep").accessibleDescription()
    assert "marked at" in marks and "everything is played" in marks


def test_a_plot_in_words() -> None:
    x, y = np.arange(5.0), np.array([1.0, 2.0, np.nan, 4.0, 5.0])
    curves = {"loss": (x, y), "empty": (np.empty(0), np.empty(0))}
    assert say_plot(curves, {}, None) == "loss 5 at 4"
    assert say_plot(curves, {}, 0.9) == "at 0.9: loss 2"
    assert (
        say_plot({}, {"values": (x, np.array([0, 3, 1, 0, 0]))}, None) == "values highest at 1, 3"
    )
    many = {f"run {n}": (x, y) for n in range(20)}
    assert say_plot(many, {}, None).endswith("and 12 more curves")
    assert say_plot({}, {}, 3) == NOTHING


# --- without dragging --------------------------------------------------------------------------


def test_the_range_without_dragging(qtbot: QtBot, window: MainWindow) -> None:
    """What Shift and a drag over the slider mark, the menu of the button beside it does too."""
    find, session, player = finder(window), window.session, window.player
    actions = find("transport.range").menu().actions()
    begin, end = (next(a for a in actions if a.text().startswith(w)) for w in ("Begin", "End"))
    session.set_t(10)
    begin.trigger()
    session.set_t(30)
    end.trigger()
    assert player.span == (10, 30)
    assert "t = 10 to 30 is played" in find("transport.timestep").accessibleDescription()


def test_t_without_dragging(qtbot: QtBot, window: MainWindow) -> None:
    find, session = finder(window), window.session
    session.set_t(20)
    click(qtbot, find("transport.step_forward"))
    assert abs(session.t - 20) == 1
    find("transport.t").setValue(33)
    assert session.t == 33


def test_a_picture_is_moved_without_dragging(qtbot: QtBot, window: MainWindow) -> None:
    window.show_workspace("forward")
    settle()
    view = window.findChild(RasterView, "forward.view")
    for key in ("picture.larger", "picture.larger"):
        window.registry[key].run()
    before = view.zoom
    for role in ("right", "down"):
        click(qtbot, window.findChild(QWidget, f"forward.view_{role}"))
    assert view.zoom.left > before.left
    assert view.zoom.top > before.top
    window.registry["picture.smaller"].run()
    assert 1 < view.zoom.scale < before.scale
    window.registry["picture.whole"].run()
    assert view.zoom.whole


def test_a_schedule_is_drawn_without_dragging(qtbot: QtBot, window: MainWindow) -> None:
    find, session = finder(window), window.session
    click(qtbot, find("workspace.schedules"))
    value = find("schedules.draw_value")
    assert not value.isVisible()
    click(qtbot, find("schedules.draw"))
    assert value.isVisible()
    before = session.schedule
    T = before.T
    session.set_t(T // 4)
    assert value.value() == pytest.approx(float(before.log_snr[T // 4]), abs=0.01), "as it is"
    value.setValue(4.0)
    session.set_t(3 * T // 4)
    value.setValue(-4.0)
    drawn = session.schedule
    assert drawn != before and drawn.T == T
    for part, expected in ((0.25, 4.0), (0.5, 0.0), (0.75, -4.0)):
        assert float(drawn.log_snr[round(part * T)]) == pytest.approx(expected, abs=0.1)
    session.set_t(0)
    assert not value.isEnabled(), "data has no noise to draw"


def test_a_mask_is_drawn_without_dragging(qtbot: QtBot, window: MainWindow) -> None:
    window.session.set_data(open_dataset("digits"))
    find = finder(window)
    window.show_workspace("bench")
    choose(find("bench.tool"), "Inpaint (RePaint)")
    click(qtbot, find("bench.mask_clear"))
    mask = find("bench.mask")
    mask.setFocus()
    assert said(mask).startswith("0 of 64 squares are hidden")
    for key in (Qt.Key.Key_Space, Qt.Key.Key_Down, Qt.Key.Key_Space):
        qtbot.keyClick(mask, key)
    assert said(mask).startswith("2 of 64 squares are hidden")


def test_data_are_drawn_without_dragging(qtbot: QtBot, window: MainWindow) -> None:
    find = finder(window)
    click(qtbot, find("forward.draw"))
    pad = find("forward.pad")
    for key in (Qt.Key.Key_Space, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Space):
        qtbot.keyClick(pad, key)
    assert "1 strokes" in pad.spoken_value() and "the pen is up" in pad.spoken_value()


def test_a_part_of_a_run_without_dragging(qtbot: QtBot, window: MainWindow) -> None:
    click(qtbot, finder(window)("workspace.training"))
    plot = finder(window)("training.loss_plot")
    find = finder(window)
    assert not find("training.later").isVisible()
    plot.setXRange(100, 200, padding=0)
    plot.zoomed.emit()  # as the wheel says it
    assert find("training.later").isVisible()
    click(qtbot, find("training.later"))
    assert plot.shown_steps == pytest.approx((150, 250))
    for _ in range(4):
        click(qtbot, find("training.earlier"))
    assert plot.shown_steps == pytest.approx((-1, 99)), "and not beyond the first"
    click(qtbot, find("training.whole_run"))
    assert not find("training.later").isVisible()


def test_workspaces_side_by_side_without_dragging(qtbot: QtBot, window: MainWindow) -> None:
    """Docks and the borders between them are dragged; the menu does the same."""
    window.docks.side_by_side("forward", "schedules")
    window.show_workspace("forward")
    qtbot.waitUntil(lambda: abs(_width(window, "forward") - _width(window, "schedules")) < 40)
    main = finder(window)("header.menu").menu()
    main.aboutToShow.emit()
    menu = next(menu for menu in main.findChildren(QMenu) if menu.title() == "Workspaces")
    menu.aboutToShow.emit()
    more, less = (
        next(a for a in menu.actions() if a.text() == f"{w} room for this workspace")
        for w in ("More", "Less")
    )
    before = _width(window, "forward")
    more.trigger()
    qtbot.waitUntil(lambda: _width(window, "forward") > before + 20)
    wide = _width(window, "forward")
    less.trigger()
    qtbot.waitUntil(lambda: _width(window, "forward") < wide - 20)


def _width(window: MainWindow, key: str) -> int:
    return window.docks[key].width()


# --- targets -----------------------------------------------------------------------------------

TARGETS = (
    QAbstractButton, QAbstractSlider, QAbstractSpinBox, QComboBox, QLineEdit, QListWidget,
)  # fmt: skip


def small(root: QWidget) -> Iterator[str]:
    """What a person can hit that is smaller than a target should be. Wheel and keys do what bars
    that scroll do; what is part of a field is as large as the field.
    """
    for widget in root.findChildren(QWidget):
        named = "." in widget.objectName()
        if not named or not isinstance(widget, TARGETS) or not widget.isVisible():
            continue
        if isinstance(widget.parent(), QComboBox | QAbstractSpinBox):
            continue
        size = widget.size()
        if min(size.width(), size.height()) < TARGET:
            yield f"{widget.objectName()} is {size.width()} x {size.height()}"


@pytest.mark.parametrize("data", ["swiss-roll", "digits"])
def test_targets_are_large_enough(qtbot: QtBot, window: MainWindow, data: str) -> None:
    window.session.set_data(open_dataset(data))
    window.offer_hints()
    wrong = [f"{page}: {line}" for page in each_page(window) for line in small(window)]
    click(qtbot, finder(window)("workspace.schedules"))
    click(qtbot, finder(window)("schedules.draw"))
    settle()
    wrong += small(window)
    wrong += [line for dialog in each_dialog(window) for line in small(dialog)]
    assert not wrong, "\n".join(dict.fromkeys(wrong))


@pytest.mark.parametrize("name", ["source.data", "transport.speed", "reverse.sampler"])
def test_rows_of_a_list_are_large_enough(qtbot: QtBot, window: MainWindow, name: str) -> None:
    box = finder(window)(name)
    window.show_workspace(name.split(".")[0] if name.startswith("reverse") else "forward")
    box.view().ensurePolished()
    rows = [box.view().sizeHintForRow(row) for row in range(box.count())]
    shown = [high for row, high in enumerate(rows) if box.itemText(row)]
    assert min(shown) >= TARGET, shown
