"""While the window lives garbage is collected in its thread, and what is free goes back."""

import gc
import threading

import pytest
from PySide6.QtCore import QObject, QTimer
from pytestqt.qtbot import QtBot

from diffvis.app import garbage


def test_what_is_free_goes_back_without_the_window_waiting(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    givers: list[threading.Thread] = []
    go_on = threading.Event()
    resident = [garbage.LET_GROW]

    def give_back() -> None:
        givers.append(threading.current_thread())
        go_on.wait(30)
        resident[0] = 3 * garbage.LET_GROW

    monkeypatch.setattr(garbage, "give_back", give_back)
    monkeypatch.setattr(garbage, "process_bytes", lambda: resident[0])
    monkeypatch.setattr(garbage, "GIVE_BACK_MS", 5)
    owner = QObject()
    collector = garbage.GuiGarbageCollector(owner)
    try:
        assert not gc.isenabled()
        _ticks(owner, qtbot, 3)
        assert not givers, "it has not grown"
        resident[0] = 4 * garbage.LET_GROW
        qtbot.waitUntil(lambda: bool(givers))
        assert givers[0] is not threading.main_thread()
        _ticks(owner, qtbot, 3)
        assert len(givers) == 1, "one at a time"
        go_on.set()
        _ticks(owner, qtbot, 3)
        assert len(givers) == 1, "what is left is in use"
        resident[0] = 5 * garbage.LET_GROW
        qtbot.waitUntil(lambda: len(givers) > 1)
    finally:
        go_on.set()
        collector.stop()
    assert gc.isenabled()
    assert not any(giver.is_alive() for giver in givers), "none outlives the window"


def _ticks(owner: QObject, qtbot: QtBot, count: int) -> None:
    """Wait for as many of the collector's looks at the memory."""
    ticks: list[int] = []
    timer = QTimer(owner)
    timer.timeout.connect(lambda: ticks.append(1))
    timer.start(garbage.GIVE_BACK_MS)
    qtbot.waitUntil(lambda: len(ticks) > count)
    timer.stop()
