"""The palette, used by keyboard as a person would."""

import pytest
from driving import Find, rounds
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFrame, QListWidget, QWidget
from pytestqt.qtbot import QtBot

from diffvis.app.actions import Action
from diffvis.app.shell.matching import Found, matching, places
from diffvis.app.shell.window import MainWindow
from diffvis.app.theme import Theme

KEYS = Qt.Key
CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def needed() -> tuple[str, ...]:
    return ("forward",)


class Opened:
    """The palette that Ctrl+K has opened."""

    def __init__(self, qtbot: QtBot, window: MainWindow, at: QWidget | None = None) -> None:
        self._qtbot = qtbot
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        qtbot.keyClick(at or window, KEYS.Key_K, CONTROL)
        self.frame: QFrame = QApplication.activePopupWidget()
        assert self.frame.objectName() == "palette.frame"
        self.field = self.frame.findChild(QWidget, "palette.field")
        self._list = self.frame.findChild(QListWidget, "palette.list")

    def type(self, text: str) -> None:
        self._qtbot.keyClicks(self.field, text)

    def press(self, key: Qt.Key) -> None:
        self._qtbot.keyClick(self.field, key)

    @property
    def rows(self) -> list[str]:
        return [self._list.item(row).text() for row in range(self._list.count())]

    @property
    def chosen(self) -> str:
        return self._list.currentItem().text()

    @property
    def gone(self) -> bool:
        return QApplication.activePopupWidget() is None


@pytest.fixture
def palette(qtbot: QtBot, window: MainWindow) -> Opened:
    return Opened(qtbot, window)


def test_words_find_an_action_and_return_runs_it(
    qtbot: QtBot, window: MainWindow, palette: Opened
) -> None:
    palette.type("pref")
    assert palette.rows[0] == palette.chosen == "Preferences…"
    palette.press(KEYS.Key_Return)
    assert palette.gone
    qtbot.waitUntil(lambda: window.findChild(QWidget, "preferences.dialog") is not None)
    window.findChild(QWidget, "preferences.dialog").close()


def test_arrows_choose_and_go_around(palette: Opened) -> None:
    palette.type("theme")
    assert palette.rows[:3] == ["Theme: As the system", "Theme: Dark", "Theme: Light"]
    for key, expected in (
        (KEYS.Key_Down, 1),
        (KEYS.Key_Tab, 2),
        (KEYS.Key_Up, 1),
        (KEYS.Key_Up, 0),
        (KEYS.Key_Up, -1),
        (KEYS.Key_Down, 0),
        (KEYS.Key_PageDown, -1),
        (KEYS.Key_PageUp, 0),
    ):
        palette.press(key)
        assert palette.chosen == palette.rows[expected]


def test_a_theme_by_keyboard(
    qtbot: QtBot, window: MainWindow, theme: Theme, palette: Opened
) -> None:
    palette.type("light")
    palette.press(KEYS.Key_Return)
    qtbot.waitUntil(lambda: theme.name == "light")


def test_esc_gives_the_focus_back(qtbot: QtBot, window: MainWindow, find: Find) -> None:
    button = find("export.open")
    button.setFocus()
    assert window.focusWidget() is button
    palette = Opened(qtbot, window)
    palette.type("qu")
    palette.press(KEYS.Key_Escape)
    assert palette.gone
    assert window.focusWidget() is button and button.hasFocus()


def test_what_cannot_be_done_says_why_and_stays(window: MainWindow, palette: Opened) -> None:
    palette.type("end presentation")
    assert palette.rows[0] == "End presentation mode"
    assert "not now, nothing is presented" in palette.field.accessibleDescription()
    palette.press(KEYS.Key_Return)
    assert not palette.gone
    palette.press(KEYS.Key_Escape)


def test_nothing_that_is_called_so(palette: Opened) -> None:
    palette.type("zzz")
    assert palette.rows == []
    assert "Nothing is called so" in palette.field.accessibleDescription()
    palette.press(KEYS.Key_Return)
    assert not palette.gone
    for _ in range(3):
        palette.press(KEYS.Key_Backspace)
    assert len(palette.rows) > 60
    palette.press(KEYS.Key_Escape)


def test_in_a_presentation_and_from_a_field(qtbot: QtBot, window: MainWindow, find: Find) -> None:
    window.stage.begin(full_screen=False)
    find("transport.t").setFocus()
    palette = Opened(qtbot, window, find("transport.t").lineEdit())
    palette.type("end pres")
    palette.press(KEYS.Key_Return)
    qtbot.waitUntil(lambda: not window.theme.presentation)


def test_it_has_names_and_lies_in_the_window(window: MainWindow, palette: Opened) -> None:
    named = [palette.frame, palette.field, palette.frame.findChild(QListWidget)]
    assert all(widget.accessibleName() for widget in named)
    rounds()
    inside = window.rect().translated(window.mapToGlobal(window.rect().topLeft()))
    assert inside.contains(palette.frame.geometry())
    palette.press(KEYS.Key_Escape)


@pytest.mark.parametrize("presentation", [False, True])
@pytest.mark.parametrize("size", [(1280, 720), (900, 560)])
def test_it_fits_a_small_window(
    qtbot: QtBot, window: MainWindow, size: tuple[int, int], presentation: bool
) -> None:
    window.stage.set_on(presentation, full_screen=False)
    window.resize(*size)
    palette = Opened(qtbot, window)
    assert palette.frame.geometry().bottom() < window.mapToGlobal(window.rect().bottomLeft()).y()
    assert palette.frame.width() < window.width()
    palette.press(KEYS.Key_Escape)
    window.stage.end()


# --- which are meant -----------------------------------------------------------------------


def found(title: str, words: str = "", possible: bool = True) -> Found:
    return Found(Action("a.b", title, print, "Group"), title, "", possible, words)


def titles(typed: str, *among: Found) -> list[str]:
    return [each.title for each in matching(typed, among)]


def test_all_words_must_occur() -> None:
    among = found("Open file…"), found("Open folder…"), found("Data: Open Images")
    assert titles("open fo", *among) == ["Open folder…"]
    assert titles("FILE open", *among) == ["Open file…"]
    assert titles("open xyz", *among) == []
    assert titles("", *among) == [each.title for each in among]


def test_what_begins_so_comes_first() -> None:
    among = (
        found("Undo", words="presentation"),
        found("Compressed"),
        found("Paste the press"),
        found("Presentation mode"),
    )
    assert titles("pres", *among) == [
        "Presentation mode", "Paste the press", "Compressed", "Undo",
    ]  # fmt: skip


def test_what_cannot_be_done_comes_after_its_equals() -> None:
    among = found("Save a run", possible=False), found("Save a file"), found("To save")
    assert titles("save", *among) == ["Save a file", "Save a run", "To save"]


def test_other_words_count_where_they_begin() -> None:
    assert titles("png", found("Export…", words="File gif png")) == ["Export…"]
    assert titles("ng", found("Export…", words="File gif png")) == []


@pytest.mark.parametrize(
    ("typed", "title", "bold"),
    [
        ("", "Open file…", []),
        ("fi", "Open file…", ["fi"]),
        ("re ch", "Reset Schedules", ["Re", "ch"]),
        ("re", "Presentation, reset", ["re"]),
        ("in ing", "Training", ["ining"]),
        ("(re", "Digits (recommended)", ["(re"]),
        ("xyz", "Open file…", []),
    ],
)
def test_what_was_typed_stands_out(typed: str, title: str, bold: list[str]) -> None:
    assert [title[first:behind] for first, behind in places(typed, title)] == bold
    if typed == "re":
        assert places(typed, title) == [(14, 16)], "where a word begins so"
