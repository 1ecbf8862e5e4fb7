"""A window stays on its screen, with its frame."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, QRect, QSize
from PySide6.QtWidgets import QMainWindow
from pytestqt.qtbot import QtBot

from diffvis.app.settings import settings
from diffvis.app.shell.layout import keep_on_screen, take_size
from diffvis.app.shell.window import MainWindow
from diffvis.app.theme import Theme

TITLE = 20  # pixels of a frame, above the window


class Framed(QMainWindow):
    """A window with a frame as a window manager adds it."""

    def frameGeometry(self) -> QRect:
        return self.geometry().adjusted(-1, -TITLE, 1, 5)

    def move(self, x: int, y: int) -> None:
        """To where the frame begins, as on a real screen."""
        self.setGeometry(QRect(QPoint(x + 1, y + TITLE), self.size()))

    def x(self) -> int:
        return self.frameGeometry().x()

    def y(self) -> int:
        return self.frameGeometry().y()


@pytest.fixture
def framed(qtbot: QtBot) -> Framed:
    made = Framed()
    qtbot.addWidget(made)
    return made


def test_a_window_of_the_size_of_the_screen_gives_way_to_its_frame(framed: Framed) -> None:
    room = framed.screen().availableGeometry()
    framed.setGeometry(room.translated(2, 40))
    framed.show()
    keep_on_screen(framed)
    assert room.contains(framed.frameGeometry())
    assert framed.size() == room.size() - QSize(2, TITLE + 5), "as large as it can be"


def test_a_window_with_room_stays_as_it_is(framed: Framed) -> None:
    before = QRect(100, 90, 400, 300)
    framed.setGeometry(before)
    framed.show()
    keep_on_screen(framed)
    assert framed.geometry() == before


def test_a_window_that_was_left_on_a_screen_that_is_gone_comes_back(framed: Framed) -> None:
    framed.setGeometry(QRect(5000, -400, 400, 300))
    framed.show()
    keep_on_screen(framed)
    assert framed.screen().availableGeometry().contains(framed.frameGeometry())


def test_a_window_that_fills_its_screen_is_left_alone(framed: Framed) -> None:
    framed.showFullScreen()
    full = framed.geometry()
    keep_on_screen(framed)
    assert framed.geometry() == full


@pytest.mark.parametrize("before", ["showNormal", "showMaximized", "showFullScreen"])
def test_a_size_is_taken_also_by_a_window_that_filled_its_screen(
    framed: Framed, before: str
) -> None:
    getattr(framed, before)()
    take_size(framed, (500, 400))
    assert framed.size() == QSize(500, 400)
    assert not framed.isMaximized() and not framed.isFullScreen()


@pytest.mark.parametrize("presented", [False, True])
def test_what_was_before_a_presentation_comes_back_next_time(
    new_window: Callable[[], MainWindow], theme: Theme, presented: bool
) -> None:
    first = new_window()
    first.docks["training"].setFloating(True)
    theme.set_name("light")
    if presented:
        first.stage.begin(full_screen=False)
        first.docks["training"].setFloating(False)
    first.close()
    assert settings().get("theme") == "light"
    second = new_window()
    second.restore_layout()
    assert second.docks["training"].isFloating()
    assert second.header.isVisible()
