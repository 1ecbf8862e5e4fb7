"""The bar that says what has happened."""

import pytest
from driving import Find, click
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from diffvis.app.notices import Notice
from diffvis.app.shell.window import MainWindow
from diffvis.data.catalogue import open_dataset


def test_it_is_as_high_as_its_words(window: MainWindow) -> None:
    heights = []
    for title in ("short", " ".join(["a long story"] * 60), "short"):
        window.session.notice(Notice(title))
        QApplication.processEvents()
        heights.append(window.notices.findChild(QLabel, "notice.text").height())
    low, high, again = heights
    assert high > 2 * low
    assert again == low


@pytest.mark.parametrize("offers", [False, True])
def test_an_offer_goes_with_what_it_was_about(window: MainWindow, offers: bool) -> None:
    window.session.notice(Notice("news", action=("Do it", lambda: None) if offers else None))
    window.session.set_data(open_dataset("moons"))
    assert (window.notices.notice is None) is offers


def test_an_offer_is_taken_once(qtbot: QtBot, window: MainWindow, find: Find) -> None:
    taken = []
    window.session.notice(Notice("news", action=("Do it", lambda: taken.append(True))))
    click(qtbot, find("notice.action"))
    assert taken == [True] and window.notices.notice is None
