"""At 1280 x 720 every word of the window can be read whole, in each workspace and look."""

import pytest
from driving import Find, rounds
from looking import cut_off
from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QApplication, QDialog, QWidget
from pytestqt.qtbot import QtBot

from diffvis.app.notices import Notice, NoticeBar
from diffvis.app.shell.titles import TITLES
from diffvis.app.shell.window import MainWindow
from diffvis.app.theme import Theme
from diffvis.data.catalogue import open_dataset


@pytest.mark.parametrize("presentation", [False, True])
@pytest.mark.parametrize("data", ["swiss-roll", "digits"])
def test_every_workspace(qtbot: QtBot, window: MainWindow, data: str, presentation: bool) -> None:
    window.session.set_data(open_dataset(data))
    window.stage.set_on(presentation, full_screen=False)
    found = []
    for key in TITLES:
        window.show_workspace(key)
        for _ in range(3):  # layouts that depend on widths settle in rounds
            QApplication.processEvents()
        window.resize(1280, 720)
        QApplication.processEvents()
        if (window.width(), window.height()) != (1280, 720):
            found.append(f"{key}: the window is {window.width()} x {window.height()}")
        found += [f"{key}: {line}" for line in cut_off(window)]
    window.stage.end()
    assert not found, "\n".join(found)


NEEDED = {
    "forward": ("view", "show", "mode", "resample"),
    "reverse": ("view", "sampler", "run", "pause", "show_step", "show_nearest", "step_view"),
    "schedules": ("plot", "kind", "T"),
    "training": ("data", "network", "start", "stop", "samples"),
    "bench": ("view", "tool", "image", "run"),
}
TRANSPORT = ("timestep", "t", "play", "step_back", "step_forward", "start", "end")
OF_T = ("speed", "loop")  # where the bar is that of t


@pytest.mark.parametrize("data", ["swiss-roll", "digits"])
def test_what_is_needed_is_on_a_small_screen(
    qtbot: QtBot, window: MainWindow, find: Find, data: str
) -> None:
    """960 x 540 is what scale 2 leaves of 1920 x 1080."""
    window.session.set_data(open_dataset(data))
    window.offer_hints()
    window.resize(960, 540)
    rounds()
    for key, names in NEEDED.items():
        window.show_workspace(key)
        rounds()
        assert (window.width(), window.height()) == (960, 540), key
        bar = TRANSPORT if key in ("training", "bench") else (*TRANSPORT, *OF_T)
        for name in (*(f"{key}.{name}" for name in names), *(f"transport.{n}" for n in bar)):
            assert find(name).isVisible(), name
            whole, seen = places(find(name))
            assert seen == whole, f"{key}: of {name} at {whole} only {seen} is seen"


def places(widget: QWidget) -> tuple[QRect, QRect]:
    """Where it is in its window, and what of that nothing around it cuts off."""
    window = widget.window()
    whole = seen = QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())
    while widget is not window:
        widget = widget.parentWidget()
        seen &= QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())
    return whole, seen


def test_hints_notices_and_dialogs(qtbot: QtBot, window: MainWindow) -> None:
    window.offer_hints()
    QApplication.processEvents()
    found = cut_off(window)
    for show in (window.show_preferences, window.show_shortcuts):
        show()
        QApplication.processEvents()
        for dialog in window.findChildren(QDialog):
            found += cut_off(dialog)
            dialog.close()
    assert not found, "\n".join(found)


def test_a_long_notice_takes_the_lines_it_needs(qtbot: QtBot, theme: Theme) -> None:
    bar = NoticeBar()
    qtbot.addWidget(bar)
    bar.resize(1264, 60)
    bar.show()
    bar.show_notice(Notice("Something long was done " * 8, "do this", details="a traceback"))
    QApplication.processEvents()
    text = bar.findChild(QWidget, "notice.text")
    line = text.fontMetrics().height()
    assert 2 * line <= text.height() <= 6 * line
    assert cut_off(bar) == []


def test_a_word_without_room_is_found(qtbot: QtBot) -> None:
    from PySide6.QtWidgets import QPushButton

    holder = QWidget()
    qtbot.addWidget(holder)
    button = QPushButton("a long word on a short button", holder)
    button.setGeometry(0, 0, 60, 24)
    holder.show()
    assert len(cut_off(holder)) == 1
