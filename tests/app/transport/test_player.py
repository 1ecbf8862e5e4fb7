"""Play, pause, loop and the keys."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from diffvis.app.shell.window import MainWindow

Find = Callable[[str], QWidget]


@pytest.fixture
def needed() -> tuple[str, ...]:
    return ()


def test_play_goes_to_the_end_and_stops(qtbot: QtBot, window: MainWindow, find: Find) -> None:
    window.player.set_speed(240)
    qtbot.mouseClick(find("transport.play"), Qt.MouseButton.LeftButton)
    assert window.player.playing
    qtbot.waitUntil(lambda: window.session.t == window.session.schedule.T, timeout=5_000)
    qtbot.waitUntil(lambda: not window.player.playing, timeout=1_000)


def test_loop_starts_again(qtbot: QtBot, window: MainWindow, find: Find) -> None:
    find("transport.loop").click()
    window.player.set_speed(240)
    window.session.set_t(window.session.schedule.T - 1)
    window.player.play()
    qtbot.waitUntil(lambda: 0 < window.session.t < 20, timeout=5_000)
    window.player.pause()


def test_keys_where_no_widget_wants_them(qtbot: QtBot, window: MainWindow, find: Find) -> None:
    keys, T = Qt.Key, window.session.schedule.T
    window.setFocus()
    for key, modifier, t in (
        (keys.Key_Home, Qt.KeyboardModifier.NoModifier, 0),
        (keys.Key_Right, Qt.KeyboardModifier.NoModifier, 1),
        (keys.Key_Right, Qt.KeyboardModifier.ShiftModifier, 11),
        (keys.Key_Left, Qt.KeyboardModifier.NoModifier, 10),
        (keys.Key_End, Qt.KeyboardModifier.NoModifier, T),
    ):
        qtbot.keyClick(window, key, modifier)
        assert window.session.t == t
    qtbot.keyClick(window, keys.Key_Home)
    qtbot.keyClick(window, keys.Key_Space)
    assert window.player.playing
    qtbot.keyClick(window, keys.Key_Space)
    assert not window.player.playing


def test_a_focused_button_keeps_its_space(qtbot: QtBot, window: MainWindow, find: Find) -> None:
    resample = find("forward.resample")
    before = window.workspaces["forward"].noising.eps.clone()
    qtbot.keyClick(resample, Qt.Key.Key_Space)
    assert not window.player.playing
    assert not before.equal(window.workspaces["forward"].noising.eps)


def test_slider_and_step_buttons_share_t(qtbot: QtBot, window: MainWindow, find: Find) -> None:
    slider = find("transport.timestep")
    slider.setValue(17)
    assert window.session.t == 17
    qtbot.mouseClick(find("transport.step_forward"), Qt.MouseButton.LeftButton)
    assert slider.value() == window.session.t == 18
    qtbot.mouseClick(find("transport.step_back"), Qt.MouseButton.LeftButton)
    qtbot.mouseClick(find("transport.end"), Qt.MouseButton.LeftButton)
    assert slider.value() == window.session.schedule.T
    qtbot.mouseClick(find("transport.start"), Qt.MouseButton.LeftButton)
    assert slider.value() == 0
