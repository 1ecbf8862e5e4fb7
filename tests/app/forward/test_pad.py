"""The pad: what is drawn by mouse, tablet or keys is the data, comes back, and is never lost."""

import math
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from driving import Find, choose, click, finder, rounds, type_number
from looking import cut_off
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QInputDevice, QPointingDevice, QTabletEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QSpinBox, QWidget
from pytestqt.qtbot import QtBot

from diffvis.app.forward.pad import EDGE
from diffvis.app.forward.pad_picture import EXTENT, class_colour
from diffvis.app.recent import recent
from diffvis.app.shell.window import MainWindow
from diffvis.app.theme import Theme
from diffvis.data.catalogue import open_dataset
from diffvis.data.drawing import CLASSES, Drawing, Place, Stroke, points_of
from diffvis.data.drawing_file import DRAFT, keep_draft, last_draft
from diffvis.files import home

LEFT = Qt.MouseButton.LeftButton
CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def needed() -> tuple[str, ...]:
    return ()


@pytest.fixture
def pad(window: MainWindow, find: Find) -> QWidget:
    """The pad, opened as from the menu; its window has no other history."""
    window.registry["forward.draw"].run()
    window.session.history.forget()
    assert find("forward.pad").isVisible()
    return find("forward.pad")


def at(pad: QWidget, place: Place) -> QPoint:
    """Where a place lies on the pad, which is a square in its middle."""
    scale = (min(pad.width(), pad.height()) - 2 * EDGE) / (2 * EXTENT)
    x, y = pad.width() / 2 + place[0] * scale, pad.height() / 2 - place[1] * scale
    return QPoint(round(x), round(y))


def drag(pad: QWidget, places: Sequence[Place]) -> None:
    first, *others = (at(pad, place) for place in places)
    QTest.mousePress(pad, LEFT, pos=first)
    for place in others:
        QTest.mouseMove(pad, place)
    QTest.mouseRelease(pad, LEFT, pos=others[-1] if others else first)


def keys(pad: QWidget, *pressed: Qt.Key, held: Qt.KeyboardModifier | None = None) -> None:
    for key in pressed:
        QTest.keyClick(pad, key, held or Qt.KeyboardModifier.NoModifier)


def kept() -> tuple[Stroke, ...]:
    """The strokes as they lie on the disk, for the next window."""
    found = last_draft()
    return () if found is None else found[0].strokes


def settle(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.waitUntil(lambda: window.jobs.idle, timeout=20_000)


def circle(radius: float = 0.8) -> list[Place]:
    turns = np.linspace(0, 2 * math.pi, 60)
    return [(radius * math.cos(turn), radius * math.sin(turn)) for turn in turns]


# --- by mouse, keys, single clicks, tablet ---------------------------------------------------


def test_what_the_mouse_draws_is_the_data(
    qtbot: QtBot, window: MainWindow, find: Find, pad: QWidget
) -> None:
    drag(pad, circle())
    click(qtbot, find("forward.pad.classes.2"))
    click(qtbot, find("forward.pad.tool.line"))
    drag(pad, [(-0.4, -0.3), (0.2, 0.9), (0.4, -0.3)])  # however the hand goes, it is straight
    type_number(qtbot, find("forward.pad.count"), 4_000)
    click(qtbot, find("forward.pad.use"))
    settle(qtbot, window)
    data = window.session.data
    assert (len(data), data.classes) == (4_000, ("1", "2"))
    x = data.scaling.to_data(data.values.double()).numpy()
    far, label = np.hypot(*x.T), data.labels.numpy()
    pixel = 2 * EXTENT / min(pad.width(), pad.height())
    assert np.abs(far[label == 0] - 0.8).max() < 0.02 + 2 * pixel, "half the width of the pen"
    assert np.abs(x[label == 1, 1] + 0.3).max() < 0.02 + 2 * pixel
    share = (label == 1).mean()
    assert share == pytest.approx(0.8 / (0.8 + 1.6 * math.pi), rel=0.02), "by their lengths"
    assert not pad.isVisible(), "Forward shows it"
    assert data.source in [item.source for item in recent() if item.kind == "data"]
    assert find("source.data").currentText() == "Drawing 1"
    assert len(open_dataset(data.source)) == 4_000


def test_all_of_it_by_keys(qtbot: QtBot, window: MainWindow, find: Find, pad: QWidget) -> None:
    up, down, left, right = Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Right
    assert window.focusWidget() is pad
    before = window.session.t
    keys(pad, left, left, held=SHIFT)
    keys(pad, Qt.Key.Key_Space, *[right] * 8, Qt.Key.Key_Space)
    (stroke,) = kept()
    assert stroke.path[0] == (-0.4, 0.0)
    assert stroke.path[-1] == (0.0, 0.0)
    assert len(stroke.path) == 9
    keys(pad, Qt.Key.Key_3)
    keys(pad, Qt.Key.Key_Tab)
    assert window.focusWidget() is find("forward.pad.tool.scribble")
    keys(window.focusWidget(), right)
    keys(window.focusWidget(), right)
    assert find("forward.pad.tool.line").isChecked()
    keys(window.focusWidget(), Qt.Key.Key_Backtab)
    assert window.focusWidget() is pad
    keys(pad, Qt.Key.Key_Space, up, up, up, Qt.Key.Key_Return, right, right)
    keys(pad, down, held=CTRL)
    keys(pad, Qt.Key.Key_Space)
    line = kept()[1]
    assert (line.tool, line.of_class) == ("line", 3)
    assert line.path == ((0.0, 0.0), (0.0, 0.15), (0.1, 0.14))
    keys(pad, Qt.Key.Key_Space, up, up, Qt.Key.Key_Escape)
    assert len(kept()) == 2, "Esc draws nothing of what was begun"
    assert pad.isVisible()
    keys(pad, Qt.Key.Key_Escape)
    assert not pad.isVisible(), "and once more leaves the pad"
    assert window.session.t == before, "no arrow has moved t"


def test_without_dragging_by_single_clicks(qtbot: QtBot, find: Find, pad: QWidget) -> None:
    pen = find("forward.pad.pen")
    click(qtbot, pen)
    for place in ((-0.5, 0.0), (0.0, 0.5), (0.5, 0.0)):
        QTest.mouseClick(pad, LEFT, pos=at(pad, place))
        QTest.mouseMove(pad, at(pad, (0.9, 0.9)))  # to go there draws nothing
    assert kept() == ()
    click(qtbot, pen)
    (stroke,) = kept()
    assert np.allclose(stroke.path, ((-0.5, 0.0), (0.0, 0.5), (0.5, 0.0)), atol=0.01)
    assert not pen.isChecked()


@pytest.mark.parametrize("tool", ["scribble", "eraser"])
def test_a_tablet_draws_and_its_other_end_erases(tool: str, pad: QWidget) -> None:
    ends = QPointingDevice.PointerType
    end = ends.Eraser if tool == "eraser" else ends.Pen
    device = QPointingDevice(
        "pen", 1, QInputDevice.DeviceType.Stylus, end, QInputDevice.Capability.Position, 1, 1
    )
    kinds = QEvent.Type
    for kind, place in (
        (kinds.TabletPress, (0.0, 0.0)), (kinds.TabletMove, (0.5, 0.0)),
        (kinds.TabletRelease, (0.5, 0.0)),
    ):  # fmt: skip
        where = QPointF(at(pad, place))
        held = Qt.MouseButton.NoButton if kind == kinds.TabletRelease else LEFT
        event = QTabletEvent(
            kind, device, where, QPointF(pad.mapToGlobal(where)), 0.5, 0, 0, 0.0, 0.0, 0.0,
            Qt.KeyboardModifier.NoModifier, LEFT, held,
        )  # fmt: skip
        QApplication.sendEvent(pad, event)
        assert event.isAccepted(), "else the mouse would draw it once more"
    (stroke,) = kept()
    assert stroke.tool == tool
    assert np.allclose(stroke.path, ((0.0, 0.0), (0.5, 0.0)), atol=0.01)


def test_what_is_outside_the_square_is_drawn_at_its_edge(pad: QWidget) -> None:
    drag(pad, [(0.0, 0.0), (3.0, 0.0)])
    assert kept()[0].path[-1] == pytest.approx((EXTENT, 0.0), abs=0.01)


# --- it comes back, and is not lost ----------------------------------------------------------


def test_every_change_of_it_is_undone(
    qtbot: QtBot, window: MainWindow, find: Find, pad: QWidget
) -> None:
    drag(pad, circle())
    drag(pad, [(0.0, 0.0), (0.5, 0.5)])
    both = kept()
    assert len(both) == 2
    type_number(qtbot, find("forward.pad.count"), 9_000)
    pad.setFocus()
    click(qtbot, find("forward.pad.clear"))
    assert kept() == ()
    history = window.session.history
    assert history.undoes == "cleared drawing"
    keys(pad, Qt.Key.Key_Z, held=CTRL)
    assert kept() == both
    keys(pad, Qt.Key.Key_Z, held=CTRL)
    assert find("forward.pad.count").value() == 5_000
    assert history.undoes == "scribble of class 1"
    keys(pad, Qt.Key.Key_Z, held=CTRL)
    assert kept() == both[:1]
    keys(pad, Qt.Key.Key_Z, held=CTRL | SHIFT)
    assert kept() == both


def test_to_use_it_is_undone_and_the_strokes_stay(
    qtbot: QtBot, window: MainWindow, find: Find, pad: QWidget
) -> None:
    drag(pad, circle())
    click(qtbot, find("forward.pad.use"))
    settle(qtbot, window)
    assert window.session.data.name == "drawing-1"
    keys(window, Qt.Key.Key_Z, held=CTRL)
    assert window.session.data.name == "swiss-roll"
    assert len(kept()) == 1
    keys(window, Qt.Key.Key_Z, held=CTRL)
    assert kept() == ()
    assert pad.isVisible(), "what comes back or goes is seen"


def test_a_drawing_outlives_its_window(
    qtbot: QtBot, new_window: Callable[[], MainWindow], theme: Theme
) -> None:
    first = new_window()
    first.registry["forward.draw"].run()
    pad = finder(first)("forward.pad")
    drag(pad, circle())
    keys(pad, Qt.Key.Key_Space, Qt.Key.Key_Up)  # and the pen is still down
    first.close()
    assert len(kept()) == 2
    second = new_window()
    second.registry["forward.draw"].run()
    click(qtbot, finder(second)("forward.pad.use"))
    settle(qtbot, second)
    assert len(second.session.data) == 5_000


def test_a_draft_that_cannot_be_read_is_said(window: MainWindow, find: Find) -> None:
    keep_draft(Drawing((Stroke("line", 1, 0.1, ((0.0, 0.0), (1.0, 1.0))),)), 5_000)
    (home() / "drawings" / DRAFT).write_text("{")
    window.registry["forward.draw"].run()
    assert window.notices.notice.title == "The drawing of last time cannot be read"
    drag(find("forward.pad"), circle())
    assert len(kept()) == 1


# --- what is no data, and files --------------------------------------------------------------


@pytest.mark.parametrize("button", ["use", "learn"])
@pytest.mark.parametrize(
    ("drawn", "title"),
    [
        ((), "Nothing is drawn yet"),
        (("dot",), "The drawing is one dot"),
        (("line", "eraser"), "All that was drawn is erased"),
    ],
)
def test_what_is_no_data_is_one_sentence(
    qtbot: QtBot,
    window: MainWindow,
    find: Find,
    pad: QWidget,
    drawn: tuple[str, ...],
    title: str,
    button: str,
) -> None:
    for tool in drawn:
        if tool == "eraser":
            click(qtbot, find("forward.pad.tool.eraser"))
        drag(pad, [(0.0, 0.0)] if tool == "dot" else [(0.0, 0.0), (0.5, 0.0)])
    before = window.session.data
    click(qtbot, find(f"forward.pad.{button}"))
    settle(qtbot, window)
    assert window.notices.notice.title == title
    assert window.notices.notice.hint
    assert window.session.data is before
    assert pad.isVisible()
    assert window.in_front == "forward"
    assert len(kept()) == len(drawn)


def test_it_is_saved_as_a_table(
    qtbot: QtBot, window: MainWindow, find: Find, pad: QWidget, tmp_path: Path
) -> None:
    drag(pad, circle())
    window.workspaces["forward"].pad.save_to(tmp_path / "mine")
    data = open_dataset(tmp_path / "mine.csv")
    drawn = points_of(Drawing(kept()), 5_000)
    assert np.allclose(data.scaling.to_data(data.values), drawn.cloud.x, atol=1e-5)
    assert str(tmp_path / "mine.csv") in [item.source for item in recent()]
    window.workspaces["forward"].pad.save_to(tmp_path / "no" / "mine.csv")
    assert "cannot be written" in window.notices.notice.title


def test_a_stretched_drawing_is_said(find: Find, pad: QWidget) -> None:
    drag(pad, [(-1.0, 0.0), (1.0, 0.05)])
    assert re.search(r"one way \d+ times as far as the other", find("forward.pad.says").text())
    drag(pad, [(0.0, -1.0), (0.0, 1.0)])
    assert find("forward.pad.says").text() == "5,000 points"


# --- where it is found, and for whom ---------------------------------------------------------


def test_it_is_opened_from_the_picker_and_from_forward(
    qtbot: QtBot, window: MainWindow, find: Find
) -> None:
    window.show_workspace("schedules")
    choose(find("source.data"), "Draw data…")
    assert window.in_front == "forward"
    assert find("forward.pad").isVisible()
    assert find("source.data").currentText() == "Swiss roll", "nothing else is chosen"
    click(qtbot, find("forward.pad.back"))
    assert not find("forward.pad").isVisible()
    click(qtbot, find("forward.draw"))
    assert find("forward.pad").isVisible()
    window.session.set_data(open_dataset("moons"))
    assert not find("forward.pad").isVisible(), "other data are to be seen"


def test_everything_on_it_has_a_name_and_can_be_reached_by_tab(
    window: MainWindow, find: Find, pad: QWidget
) -> None:
    used = [pad, *(w for kind in (QPushButton, QSpinBox) for w in window.findChildren(kind))]
    used = [w for w in used if w.objectName().startswith("forward.pad") and w.isVisible()]
    assert len(used) > 15
    reached, now = set(), pad
    for _ in range(80):
        keys(now, Qt.Key.Key_Tab)
        now = window.focusWidget()
        reached.add(now)
    groups = {w.group() for w in reached if isinstance(w, QPushButton)} - {None}
    missing = [w for w in used if w not in reached]
    assert [w.objectName() for w in missing if w.group() not in groups] == []
    assert [w.objectName() for w in used if not w.accessibleName()] == []
    drag(pad, circle())
    keys(pad, Qt.Key.Key_Up)
    assert "1 strokes in 1 classes; the pen is up at x = 0.80" in pad.spoken_value()


@pytest.mark.parametrize("size", [(1280, 720), (960, 540)])
def test_every_word_can_be_read(window: MainWindow, pad: QWidget, size: tuple[int, int]) -> None:
    drag(pad, [(-1.0, 0.0), (1.0, 0.0)])  # which has the most to say
    window.resize(*size)
    rounds()
    found = [line for line in cut_off(window) if not line.startswith("header.")]
    wide = (window.width(), window.height())
    assert found == []
    assert wide == size


def test_classes_are_told_apart_by_number_and_colour(
    qtbot: QtBot, find: Find, pad: QWidget
) -> None:
    colours = {class_colour(k) for k in range(1, CLASSES + 1)}
    assert len(colours) == CLASSES
    drag(pad, [(-0.8, 0.5), (0.8, 0.5)])
    click(qtbot, find("forward.pad.classes.2"))
    drag(pad, [(-0.8, -0.5), (0.8, -0.5)])
    rounds()
    image = pad.grab().toImage()
    for place, of_class in (((0.0, 0.5), 1), ((0.0, -0.5), 2)):
        seen = np.array(image.pixelColor(at(pad, place)).getRgb()[:3])
        off = [np.abs(seen - class_colour(k)).sum() for k in range(1, CLASSES + 1)]
        assert int(np.argmin(off)) == of_class - 1
