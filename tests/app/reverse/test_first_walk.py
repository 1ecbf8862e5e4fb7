"""Reverse that is opened by its tab walks the first chain of a model by itself."""

import pytest
from driving import Find, click, complete
from pytestqt.qtbot import QtBot

from diffvis.app.reverse.workspace import ReverseWorkspace
from diffvis.app.shell.window import MainWindow
from diffvis.diffusion import make_schedule


@pytest.fixture
def needed() -> tuple[str, ...]:
    return ("reverse",)


@pytest.fixture
def reverse(window: MainWindow, find: Find) -> ReverseWorkspace:
    find("reverse.count").setValue(40)
    return window.workspaces["reverse"]


def walked(qtbot: QtBot, reverse: ReverseWorkspace) -> None:
    qtbot.waitUntil(lambda: reverse.recording is not None and complete(reverse), timeout=30_000)


def test_it_walks_and_plays(
    qtbot: QtBot, window: MainWindow, reverse: ReverseWorkspace, find: Find
) -> None:
    click(qtbot, find("workspace.reverse"))
    assert window.player.playing and window.session.t == window.session.schedule.T
    walked(qtbot, reverse)
    window.player.set_speed(1000)
    qtbot.waitUntil(lambda: window.session.t == 0, timeout=10_000)


def test_once_for_each_model(
    qtbot: QtBot, window: MainWindow, reverse: ReverseWorkspace, find: Find
) -> None:
    click(qtbot, find("workspace.reverse"))
    walked(qtbot, reverse)
    reverse.reset()
    for key in ("forward", "reverse"):
        click(qtbot, find(f"workspace.{key}"))
    assert reverse.recording is None
    click(qtbot, find("workspace.forward"))
    window.session.set_schedule(make_schedule("cosine", 30))
    click(qtbot, find("workspace.reverse"))
    assert reverse.recording is not None


def test_a_script_that_shows_reverse_starts_nothing(
    window: MainWindow, reverse: ReverseWorkspace
) -> None:
    window.show_workspace("reverse")
    assert reverse.recording is None


@pytest.mark.parametrize("moved", [False, True])
def test_who_only_looks_finds_t_elsewhere_as_it_was(
    qtbot: QtBot, window: MainWindow, reverse: ReverseWorkspace, find: Find, moved: bool
) -> None:
    window.session.set_t(13)
    click(qtbot, find("workspace.reverse"))
    walked(qtbot, reverse)
    if moved:
        find("transport.timestep").setSliderPosition(20)
        window.player.pause()
    click(qtbot, find("workspace.forward"))
    assert (window.session.t, window.player.playing) == (20 if moved else 13, False)


def test_what_takes_long_waits_and_says_so(
    qtbot: QtBot,
    window: MainWindow,
    reverse: ReverseWorkspace,
    find: Find,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("diffvis.app.reverse.first_walk.MOST_S", 0.0)
    window.session.set_schedule(make_schedule("cosine", 1000))
    find("reverse.count").setValue(2000)
    click(qtbot, find("workspace.reverse"))
    qtbot.waitUntil(lambda: reverse.chain.paused, timeout=30_000)
    assert not window.player.playing and not reverse.recording.complete
    assert "The chain takes about" in window.notices.notice.title
    assert find("reverse.pause").text() == "Resume"


def test_what_fills_the_memory_waits(
    qtbot: QtBot,
    window: MainWindow,
    reverse: ReverseWorkspace,
    find: Find,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("diffvis.app.reverse.first_walk.MOST_BYTES", 1000)
    click(qtbot, find("workspace.reverse"))
    assert reverse.chain.paused and not window.player.playing
    assert "The recording takes" in window.notices.notice.title


def test_the_tabs_stay_where_they_are(
    qtbot: QtBot, window: MainWindow, reverse: ReverseWorkspace, find: Find
) -> None:
    """Also the pictures below them."""
    window.show_workspace("reverse")
    names = ("step", "compare", "branch", "nearest")

    def places() -> list[tuple[int, int]]:
        window.repaint()
        tabs = [find(f"reverse.show_{name}") for name in names]
        return [tab.mapTo(window, tab.rect().topLeft()).toTuple() for tab in tabs]

    for size in ((960, 540), (1280, 720), (1920, 1080)):
        window.resize(*size)
        qtbot.waitUntil(lambda size=size: window.width() == size[0])
        first = places()
        for name in names:
            click(qtbot, find(f"reverse.show_{name}"))
            qtbot.wait(0)
            assert places() == first, (size, name)
