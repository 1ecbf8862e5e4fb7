"""What is on show, without the dialog: Ctrl+C, a right click, a file."""

import html
from pathlib import Path

import numpy as np
import pytest
from driving import Find, choose, rounds
from PIL import Image
from PySide6.QtCore import QByteArray, QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QCursor, QGuiApplication, QImage
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu, QWidget
from pytestqt.qtbot import QtBot

from diffvis.app.shell.on_show import as_svg
from diffvis.app.shell.window import MainWindow
from diffvis.app.transport.history import ShownTimes
from diffvis.app.widgets.plots import CurvePlot
from diffvis.app.widgets.raster import RasterView
from diffvis.data.catalogue import open_dataset
from diffvis.rendering.recipe import read_recipe

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
LARGEST = {
    "forward": "forward.view", "reverse": "reverse.step_view", "schedules": "schedules.plot",
    "training": "training.samples", "bench": "bench.view",
}  # fmt: skip


@pytest.fixture
def needed() -> tuple[str, ...]:
    return ("forward",)


def copied() -> QImage:
    return QImage(QGuiApplication.clipboard().image())


def pixels(image: QImage) -> np.ndarray:
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).copy()


def mouse_away(window: MainWindow) -> None:
    """A test before this one may have left it over a picture, which is then what is meant.

    Views that move under a mouse that stays are entered, too: it must be out of the window first.
    """
    QCursor.setPos(window.frameGeometry().bottomRight() + QPoint(50, 50))
    rounds()
    for view in window.findChildren(QWidget):
        view.setAttribute(Qt.WidgetAttribute.WA_UnderMouse, False)


def right_click(widget: QWidget) -> QMenu:
    """On its middle; the menu that is then open."""
    at = widget.rect().center()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, widget.mapToGlobal(at))
    QApplication.sendEvent(widget, event)
    menu = widget.window().findChild(QMenu, "picture.menu")
    assert menu is not None, "there is no menu"
    return menu


@pytest.mark.parametrize("key", LARGEST)
def test_ctrl_c_copies_the_largest_view_of_each_workspace_crisp(
    qtbot: QtBot, window: MainWindow, find: Find, key: str
) -> None:
    QGuiApplication.clipboard().clear()
    window.show_workspace(key)
    mouse_away(window)
    view = find(LARGEST[key])
    qtbot.keyClick(window, Qt.Key.Key_C, CTRL)
    image = copied()
    assert image.size() == view.size() * 2
    assert QGuiApplication.clipboard().mimeData().hasFormat("image/png")
    assert "copied" in window.notices.notice.title
    small = image.scaled(
        view.size(), Qt.AspectRatioMode.IgnoreAspectRatio,
        Qt.TransformationMode.SmoothTransformation,
    )  # fmt: skip
    on_screen = pixels(view.grab().toImage())
    assert np.abs(pixels(small).astype(int) - on_screen).mean() < 8, "it is what is seen"


def test_a_copied_picture_is_drawn_anew_not_enlarged(
    qtbot: QtBot, window: MainWindow, find: Find
) -> None:
    window.session.set_data(open_dataset("digits"))
    rounds()
    qtbot.keyClick(window, Qt.Key.Key_C, CTRL)
    found = pixels(copied())
    blocks = found[: found.shape[0] // 2 * 2, : found.shape[1] // 2 * 2]
    pairs = blocks.reshape(blocks.shape[0] // 2, 2, -1, 2, 3)
    assert (pairs[:, 0] != pairs[:, 1]).any(), "words have edges of half a pixel of the screen"


def test_ctrl_c_belongs_to_the_field_that_has_the_focus(
    qtbot: QtBot, window: MainWindow, find: Find
) -> None:
    QGuiApplication.clipboard().setText("before")
    typed = find("forward.first").findChild(QLineEdit)
    typed.setFocus()
    typed.selectAll()
    qtbot.keyClick(typed, Qt.Key.Key_C, CTRL)
    assert QGuiApplication.clipboard().text() == typed.text()
    assert not QGuiApplication.clipboard().mimeData().hasImage()


def test_a_plot_is_copied_as_svg_in_lines_and_words(
    qtbot: QtBot, window: MainWindow, find: Find
) -> None:
    window.show_workspace("schedules")
    mouse_away(window)
    qtbot.keyClick(window, Qt.Key.Key_C, CTRL | SHIFT)
    mime = QGuiApplication.clipboard().mimeData()
    drawn = bytes(mime.data("image/svg+xml").data())
    assert drawn.decode() == mime.text()
    assert drawn.count(b"<text") >= 8 and b"cosine" in drawn
    assert QSvgRenderer(QByteArray(drawn)).isValid()


def test_a_picture_is_copied_as_svg_in_parts_and_words(window: MainWindow, find: Find) -> None:
    drawn = as_svg(find("forward.view"))
    assert b">what the network sees<" in drawn and b'data-name="x_t"' in drawn
    said = find("forward.view").spoken_value()
    assert said and html.escape(said).encode() in drawn
    renderer = QSvgRenderer(QByteArray(drawn))
    assert renderer.defaultSize() == find("forward.view").size()


@pytest.mark.parametrize("name", ["forward.view", "forward.strip", "forward.histogram"])
def test_a_right_click_is_about_what_was_clicked(
    qtbot: QtBot, window: MainWindow, find: Find, name: str
) -> None:
    rounds()
    view = find(name)
    menu = right_click(view)
    entries = {entry.objectName(): entry for entry in menu.actions()}
    assert {"picture.copy", "picture.copy_svg", "picture.save"} <= set(entries)
    entries["picture.copy"].trigger()
    assert copied().size() == view.size() * 2
    menu.close()


def test_a_right_click_beside_pictures_offers_nothing(window: MainWindow, find: Find) -> None:
    widget = find("forward.show")
    at = widget.rect().center()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, widget.mapToGlobal(at))
    QApplication.sendEvent(widget, event)
    assert window.findChild(QMenu, "picture.menu") is None


def test_an_enlarged_part_is_copied_as_it_is_seen(
    qtbot: QtBot, window: MainWindow, find: Find
) -> None:
    window.session.set_data(open_dataset("digits"))
    view = find("forward.view")
    view.enlarge(4.0)
    rounds()
    qtbot.keyClick(window, Qt.Key.Key_C, CTRL)
    shrunk = pixels(copied().scaled(view.size()))
    seen = pixels(view.grab().toImage())
    assert np.abs(shrunk.astype(int) - seen).mean() < 12


@pytest.mark.parametrize(
    ("name", "ending"), [("forward.view", ".png"), ("forward.histogram", ".svg")]
)
def test_what_is_on_show_is_saved_under_a_name_that_says_what_it_is(
    window: MainWindow, find: Find, tmp_path: Path, name: str, ending: str
) -> None:
    window.session.set_t(12)
    view = find(name)
    assert isinstance(view, RasterView | CurvePlot)
    rounds()
    role = "" if name.endswith("view") else "-histogram"
    assert window.on_show.stem(view) == f"swiss-roll-forward-cosine-t-12{role}"
    window.on_show.save_to(view, tmp_path / f"here{ending}")
    if ending == ".svg":
        assert QSvgRenderer(str(tmp_path / "here.svg")).isValid()
    else:
        with Image.open(tmp_path / "here.png") as saved:
            assert saved.size == (2 * view.width(), 2 * view.height())
    assert f"here{ending} is saved" in window.notices.notice.title


def test_a_picture_that_cannot_be_saved_is_said(
    window: MainWindow, find: Find, tmp_path: Path
) -> None:
    window.on_show.save_to(find("forward.view"), tmp_path / "no" / "here.png")
    assert "Not saved" in window.notices.notice.title


def test_names_say_the_chain(window: MainWindow, find: Find) -> None:
    window.show_workspace("reverse")
    choose(find("reverse.sampler"), "DDIM")
    find("reverse.steps").setValue(20)
    window.session.set_seed(7)
    window.session.set_t(0)
    assert window.on_show.stem(find("reverse.view")).endswith("reverse-ddim-20-seed-7-t-0")


def test_the_last_five_seconds_become_a_gif_at_once(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("diffvis.app.export.just_shown.last_folder", lambda: tmp_path)
    save = window.registry["export.just_shown"]
    window.shown_times.deleteLater()
    clock = [0.0]
    window.shown_times = ShownTimes(window.session, window, lambda: clock[0])
    assert "not moved" in save.why_not()
    for t in (10, 30, 20):
        clock[0] += 0.1
        window.session.set_t(t)
    assert save.run()
    qtbot.waitUntil(lambda: list(tmp_path.glob("*.gif")) != [] and window.jobs.idle, timeout=60_000)
    (path,) = tmp_path.glob("*.gif")
    at = read_recipe(path)["spec"]["at"]
    assert set(at) <= {0, 10, 20, 30} and at[-1] == 20 and {10, 30} <= set(at)
    assert path.name == f"swiss-roll-forward-cosine-t-{at[0]}-to-20.gif"
    assert f"{path.name} is saved" in window.notices.notice.title
    window.show_workspace("schedules")
    assert save.why_not() and not save.run()


def test_the_whole_view_is_copied_with_every_part_drawn_anew(
    window: MainWindow, find: Find, tmp_path: Path
) -> None:
    window.session.set_data(open_dataset("digits"))
    rounds()
    workspace, view = window.workspaces["forward"], find("forward.view")
    assert window.registry["picture.copy_whole"].run()
    image = copied()
    assert image.size() == workspace.size() * 2
    at = view.mapTo(workspace, QPoint()) * 2
    part = image.copy(at.x(), at.y(), 2 * view.width(), 2 * view.height())
    assert np.array_equal(pixels(part), pixels(view.picture(2)))
    small = pixels(image.scaled(workspace.size()))
    assert np.abs(small.astype(int) - pixels(workspace.grab().toImage())).mean() < 12
    window.on_show.save_whole_to(tmp_path / "all.png")
    with Image.open(tmp_path / "all.png") as saved:
        assert saved.size == image.size().toTuple()
