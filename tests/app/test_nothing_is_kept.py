"""What was closed or replaced is let go: an hour of opening things must not fill the memory."""

import gc
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from driving import choose, finder, rounds
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from diffvis.app.shell.window import MainWindow

WARM_UP, TIMES = 3, 5


def export(window: MainWindow, qtbot: QtBot) -> None:
    for workspace in ("forward", "reverse", "schedules"):
        window.show_workspace(workspace)
        window.export()
        close()


def preferences(window: MainWindow, qtbot: QtBot) -> None:
    window.show_preferences()
    close()


def palette(window: MainWindow, qtbot: QtBot) -> None:
    window.show_palette()
    close()


def shortcuts(window: MainWindow, qtbot: QtBot) -> None:
    window.show_shortcuts()
    close()


def networks(window: MainWindow, qtbot: QtBot) -> None:
    box = finder(window)("training.network")
    for place in range(box.count()):
        choose(box, box.itemText(place))


def tools(window: MainWindow, qtbot: QtBot) -> None:
    box = finder(window)("bench.tool")
    for name in ("Invert (DDIM)", "Edit (SDEdit)"):
        choose(box, name)
    window.session.history.forget()  # which keeps what can be undone


def open_again(window: MainWindow, qtbot: QtBot) -> None:
    window.sources.open_data(window.session.data.source)
    qtbot.waitUntil(lambda: window.jobs.idle)


def seeds(window: MainWindow, qtbot: QtBot) -> None:
    """Typed one after the other, they are one change."""
    field = finder(window)("reverse.seed")
    for seed in range(4):
        field.setValue(seed)


def close() -> None:
    rounds()
    shown = QApplication.activeModalWidget() or QApplication.activePopupWidget()
    assert shown is not None
    shown.close()


@pytest.mark.parametrize(
    "do", [export, preferences, palette, shortcuts, networks, tools, open_again, seeds]
)
def test_it_leaves_no_object_behind(
    window: MainWindow, qtbot: QtBot, do: Callable[[MainWindow, QtBot], None]
) -> None:
    for _ in range(WARM_UP):
        do(window, qtbot)
    before = kinds(window, qtbot)
    for _ in range(TIMES):
        do(window, qtbot)
    after = kinds(window, qtbot)
    kept = {kind: after[kind] - before[kind] for kind in after}
    assert {kind: n for kind, n in kept.items() if n >= TIMES} == {}


def kinds(window: MainWindow, qtbot: QtBot) -> Counter[str]:
    """How many objects there are of each class of the program's and of Qt's."""
    qtbot.waitUntil(lambda: window.idle, timeout=30_000)
    rounds()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()
    with alone():
        names = [f"{type(each).__module__}.{type(each).__qualname__}" for each in gc.get_objects()]
    return Counter(name for name in names if name.startswith(("diffvis.", "PySide6.")))


@contextmanager
def alone() -> Iterator[None]:
    """No other thread of Python's runs: one that makes a tuple fails where somebody holds it."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(60)
    try:
        time.sleep(2 * before)  # those that wait begin to wait anew, for so long
        yield
    finally:
        sys.setswitchinterval(before)
