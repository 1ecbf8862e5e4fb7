"""Lectures in the window, as a person makes and shows them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from driving import choose, click, finder
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from diffvis.app.notices import Notice
from diffvis.app.recent import recent
from diffvis.app.shell.window import MainWindow
from diffvis.lectures.files import open_lecture
from diffvis.lectures.scene import Scene

LINEAR = {"kind": "linear", "T": 40}
FORWARD: dict[str, Any] = {
    "title": "Roll", "workspace": "forward", "data": "swiss-roll", "schedule": LINEAR, "t": 20,
    "states": {"forward": {"view": "cloud", "samples": 500}},
}  # fmt: skip
REVERSE: dict[str, Any] = {
    "title": "Back", "workspace": "reverse", "data": "swiss-roll", "schedule": LINEAR, "t": 8,
    "seed": 5, "states": {"reverse": {"fields": {"count": 30, "sampler": "ddim", "steps": 5}}},
}  # fmt: skip
GONE = {**FORWARD, "title": "Gone", "data": "./gone.csv"}
LOST = {**REVERSE, "title": "Lost", "model": "./nowhere"}
LATER = {**FORWARD, "title": "Later", "hologram": 1}
ODD = {"samples": "__import__('os')"}


@pytest.fixture
def needed() -> tuple[str, ...]:
    return "forward", "reverse"


@pytest.fixture
def lecture(tmp_path: Path) -> Callable[..., Path]:
    """Writes a lecture of these scenes."""

    def write(*scenes: dict[str, Any]) -> Path:
        path = tmp_path / "mine.diffvis"
        path.write_text(json.dumps({"diffvis": "lecture", "version": 1, "scenes": list(scenes)}))
        return path

    return write


@pytest.fixture
def said(window: MainWindow) -> list[Notice]:
    seen: list[Notice] = []
    window.session.noticed.connect(seen.append)
    return seen


def settle(qtbot: QtBot, window: MainWindow) -> None:
    """Until nothing is opened or walked, also for the scene that comes next."""
    reverse = window.workspaces["reverse"]
    idle = lambda: window.jobs.idle and reverse.idle and window.lectures.ahead.idle  # noqa: E731
    qtbot.wait(100)  # what is prepared is begun when the scene has been painted
    qtbot.waitUntil(idle, timeout=60_000)


def press(qtbot: QtBot, window: MainWindow, key: Qt.Key) -> None:
    qtbot.keyClick(window, key)
    settle(qtbot, window)


def open_it(qtbot: QtBot, window: MainWindow, path: Path) -> None:
    window.lectures.open(path)
    settle(qtbot, window)


def test_a_scene_has_data_schedule_t_and_every_choice(
    qtbot: QtBot, window: MainWindow, lecture: Callable[..., Path]
) -> None:
    open_it(qtbot, window, lecture(FORWARD, REVERSE))
    find, session = finder(window), window.session
    assert (window.in_front, session.t, session.schedule.kind) == ("forward", 20, "linear")
    assert find("forward.show").currentData() == "cloud"
    assert find("forward.count").currentData() == 500
    press(qtbot, window, Qt.Key.Key_PageDown)
    assert (window.in_front, session.t, session.seed) == ("reverse", 8, 5)
    chain = window.workspaces["reverse"].recording
    assert chain is not None
    assert (chain.settings.sampler, chain.settings.steps, chain.settings.count) == ("ddim", 5, 30)
    press(qtbot, window, Qt.Key.Key_PageUp)
    assert (window.in_front, session.t) == ("forward", 20)


def test_what_is_kept_comes_back_as_it_was(
    qtbot: QtBot, window: MainWindow, private_home: Path
) -> None:
    """Through the file: the scene that is read is the one that was kept."""
    find = finder(window)
    views = find("forward.show")
    choose(views, views.itemText(views.findData("density")))
    window.session.set_t(7)
    window.lectures.keep()
    choose(views, views.itemText(views.findData("equation")))
    window.session.set_t(30)
    window.lectures.keep()
    path = private_home / "lectures" / "lecture.diffvis"
    assert [each.title for each in open_lecture(path).scenes] == [
        "Forward, t = 7",
        "Forward, t = 30",
    ]
    window.lectures.close()
    open_it(qtbot, window, path)
    assert (views.currentData(), window.session.t) == ("density", 7)
    press(qtbot, window, Qt.Key.Key_PageDown)
    assert (views.currentData(), window.session.t) == ("equation", 30)


def test_the_next_chain_was_walked_ahead(
    qtbot: QtBot, window: MainWindow, lecture: Callable[..., Path]
) -> None:
    """The very recording is shown, which is what a walk from its seed gives."""
    open_it(qtbot, window, lecture(FORWARD, REVERSE))
    assert window.workspaces["reverse"].chain.prepared
    qtbot.keyClick(window, Qt.Key.Key_PageDown)
    ahead = window.workspaces["reverse"].recording
    assert ahead is not None and ahead.complete
    settle(qtbot, window)
    press(qtbot, window, Qt.Key.Key_PageUp)
    window.lectures.ahead.keep(())
    press(qtbot, window, Qt.Key.Key_PageDown)
    anew = window.workspaces["reverse"].recording
    assert anew is not None and anew is not ahead
    assert anew.x_at(0).equal(ahead.x_at(0))


def test_a_cover_hides_a_picture_until_it_is_revealed(
    qtbot: QtBot, window: MainWindow, lecture: Callable[..., Path]
) -> None:
    open_it(qtbot, window, lecture({**FORWARD, "cover": "forward.view"}))
    view = finder(window)("forward.view")
    keys = Qt.Key.Key_R, Qt.Key.Key_Space, Qt.Key.Key_Return, None
    for key in keys:
        window.lectures.go(0)
        settle(qtbot, window)
        cover = window.lectures.cover
        assert cover is not None
        assert cover.size() == view.size()
        assert view.visibleRegion().isEmpty()
        if key is None:
            qtbot.mouseClick(cover, Qt.MouseButton.LeftButton)
        else:
            qtbot.keyClick(window.focusWidget(), key)
        assert not view.visibleRegion().isEmpty()
        assert window.lectures.cover is None
        assert not window.player.playing


def test_bad_scenes_are_a_sentence_each_and_the_others_play(
    qtbot: QtBot, window: MainWindow, said: list[Notice], lecture: Callable[..., Path]
) -> None:
    bad = [GONE, LOST, LATER, {**FORWARD, "title": "Odd", "states": {"forward": ODD}}]
    open_it(qtbot, window, lecture(FORWARD, *bad, {**FORWARD, "title": "Last", "t": 3}))
    for each in bad:
        said.clear()
        press(qtbot, window, Qt.Key.Key_PageDown)
        (notice,) = said
        assert each["title"] in notice.title
        assert "cannot be shown" in notice.title
        assert notice.hint
    press(qtbot, window, Qt.Key.Key_PageDown)
    assert (window.session.t, finder(window)("forward.show").currentData()) == (3, "cloud")


def test_a_picture_that_is_not_there_cannot_be_covered(
    qtbot: QtBot, window: MainWindow, said: list[Notice], lecture: Callable[..., Path]
) -> None:
    open_it(qtbot, window, lecture({**FORWARD, "cover": "transport.play"}))
    assert window.lectures.cover is None
    assert [notice.title for notice in said] == ["There is no picture transport.play to cover"]


def test_a_damaged_file_is_a_sentence_and_nothing_is_open(
    qtbot: QtBot, window: MainWindow, said: list[Notice], tmp_path: Path
) -> None:
    (tmp_path / "a.diffvis").write_text("{")
    window.lectures.open(tmp_path / "a.diffvis")
    assert [notice.title.partition(" (")[0] for notice in said] == ["a.diffvis is damaged"]
    assert not window.has_lecture


def test_order_names_and_notes_are_written_at_once_and_undone(
    qtbot: QtBot, window: MainWindow, lecture: Callable[..., Path]
) -> None:
    path = lecture(FORWARD, {**FORWARD, "title": "Two"}, LATER)
    open_it(qtbot, window, path)
    find = finder(window)

    def titles() -> list[str]:
        return [each.title for each in open_lecture(path).scenes]

    click(qtbot, find("lecture.down"))
    assert titles() == ["Two", "Roll", "Later"]
    click(qtbot, find("lecture.delete"))
    assert titles() == ["Two", "Later"]
    find("lecture.scenes").setCurrentRow(0)
    find("lecture.scenes").currentItem().setText("1. First")
    assert titles() == ["First", "Later"]
    for expected in (["Two", "Later"], ["Two", "Roll", "Later"], ["Roll", "Two", "Later"]):
        window.session.history.undo()
        assert titles() == expected
    assert json.loads(path.read_text())["scenes"][2] == LATER


def test_notes_are_kept_when_the_person_goes_elsewhere(
    qtbot: QtBot, window: MainWindow, lecture: Callable[..., Path]
) -> None:
    path = lecture(FORWARD, REVERSE)
    open_it(qtbot, window, path)
    qtbot.keyClicks(finder(window)("lecture.notes"), "say this")
    press(qtbot, window, Qt.Key.Key_PageDown)
    first, _ = open_lecture(path).scenes
    assert isinstance(first, Scene)
    assert first.notes == "say this"


def test_a_shipped_lecture_is_changed_among_ones_own(
    qtbot: QtBot, window: MainWindow, private_home: Path
) -> None:
    before = open_lecture("course-figures")
    window.lectures.open("course-figures", place=1)
    settle(qtbot, window)
    window.lectures.remove(0)
    assert open_lecture("course-figures") == before
    (own,) = (private_home / "lectures").iterdir()
    assert open_lecture(own).scenes == before.scenes[1:]


def test_a_lecture_is_dropped_and_remembered(
    qtbot: QtBot, window: MainWindow, lecture: Callable[..., Path]
) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(lecture(FORWARD)))])
    actions, left = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    window.dropEvent(QDropEvent(QPointF(9, 9), actions, mime, left, Qt.KeyboardModifier.NoModifier))
    settle(qtbot, window)
    assert window.lectures.scene is not None
    assert recent()[0].kind == "lecture"


def test_without_a_lecture_the_pages_are_those_of_the_marks(
    qtbot: QtBot, window: MainWindow, lecture: Callable[..., Path]
) -> None:
    open_it(qtbot, window, lecture(FORWARD))
    window.lectures.close()
    window.session.set_t(0)
    qtbot.keyClick(window.focusWidget() or window, Qt.Key.Key_PageDown)
    assert window.session.t > 0


def test_the_panel_comes_back_with_the_layout(
    qtbot: QtBot, window: MainWindow, lecture: Callable[..., Path]
) -> None:
    open_it(qtbot, window, lecture(FORWARD))
    panel = finder(window)("dock.lecture")
    assert panel.isVisible()
    assert panel.x() > window.width() // 2
    window.reset_layout()
    assert panel.isVisible()
    assert isinstance(panel, QWidget)


def test_the_bench_is_no_scene_and_says_so(window: MainWindow, said: list[Notice]) -> None:
    window.show_workspace("bench")
    assert window.registry["lecture.keep"].run()
    assert any("Bench is no scene" in notice.title for notice in said)
    assert window.lectures.lecture is None
