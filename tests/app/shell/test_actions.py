"""One registry of actions: what menu, keys, sheet, tips, palette and docs are made of."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from driving import Find
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QDialog, QLabel, QMenu
from pytestqt.qtbot import QtBot

from diffvis.app.actions import Action, Actions, Family, Gesture, check
from diffvis.app.keys import caps, normal, pressed, spelled
from diffvis.app.shell.actions import DECLARED
from diffvis.app.shell.matching import matching, offered
from diffvis.app.shell.window import MainWindow
from diffvis.app.theme import Theme
from docs.make_actions import PAGE, page

SHIFT, NONE = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.NoModifier


@pytest.fixture
def needed() -> tuple[str, ...]:
    return ("forward",)


def opened_menu(find: Find) -> QMenu:
    """The window's menu as it is when it has just been opened."""
    menu = find("header.menu").menu()
    menu.aboutToShow.emit()
    return menu


def lines(menu: QMenu) -> dict[str, QAction]:
    """What can be read in a menu, without the keys, and its action."""
    return {action.text().partition("\t")[0]: action for action in menu.actions() if action.text()}


def inner(menu: QMenu, title: str) -> QMenu:
    found = lines(menu)[title].menu()
    found.aboutToShow.emit()
    return found


def sheet_of(window: MainWindow) -> list[str]:
    """Every word of the sheet of keys, which is closed again."""
    window.show_shortcuts()
    sheet = window.findChild(QDialog, "help.shortcuts")
    words = [label.text() for label in sheet.findChildren(QLabel)]
    sheet.close()
    return words


# --- one declaration is everywhere ---------------------------------------------------------


def test_an_action_that_is_added_is_everywhere(
    qtbot: QtBot, window: MainWindow, find: Find
) -> None:
    done: list[str] = []
    mine = Action(
        "mine.ring", "Ring the bell", lambda: done.append("rung"), "Mine", ("Ctrl+Shift+B",),
        "So that all wake up", menu="",
    )  # fmt: skip
    assert "Ring the bell" not in lines(opened_menu(find))
    window.registry.add(mine)

    entry = lines(opened_menu(find))["Ring the bell"]
    assert entry.text().endswith("\tCtrl+Shift+B")
    entry.trigger()
    qtbot.keyClick(window, Qt.Key.Key_B, Qt.KeyboardModifier.ControlModifier | SHIFT)
    assert window.registry["mine.ring"].run()
    assert done == ["rung"] * 3

    words = sheet_of(window)
    place = words.index("Ring the bell")
    assert words[place + 1 : place + 4] == ["Ctrl", "Shift", "B"]
    assert "Mine" in words
    assert [found.action for found in matching("bell", offered(window.registry))] == [mine]
    row = "| Ring the bell | Ctrl+Shift+B | ☰ | So that all wake up | `mine.ring` |"
    assert "## Mine\n\n" in page(window.registry) and row in page(window.registry)
    assert mine.hint == "So that all wake up (Ctrl+Shift+B)"


def test_the_page_of_docs_is_that_of_the_declarations() -> None:
    """Write it again with python docs/make_actions.py."""
    assert PAGE.read_text(encoding="utf-8") == page(DECLARED)


def test_what_a_window_can_do_is_what_is_declared(window: MainWindow) -> None:
    def ids(items) -> list[str]:
        return [item.id for item in items if not isinstance(item, Gesture)]

    assert ids(window.registry) == ids(DECLARED)
    assert len(ids(DECLARED)) > 50


# --- keys ----------------------------------------------------------------------------------


def test_no_two_actions_share_keys_or_a_name() -> None:
    check(DECLARED)
    first = next(item for item in DECLARED if isinstance(item, Action) and item.keys)
    for wrong, says in (
        (replace(first, id="another.one"), "share the keys"),
        (replace(first, keys=()), "two actions"),
        (replace(first, id="another.one", keys=("ctrl+o",)), r"share the keys Ctrl\+O"),
        (replace(first, id="another.one", keys=("Hyperspace",)), "no keys 'Hyperspace'"),
    ):
        with pytest.raises(ValueError, match=says):
            check((*DECLARED, wrong))


def test_a_refused_action_leaves_the_others_as_they_were() -> None:
    registry = Actions()
    kept = Action("a.b", "Kept", print, "Group", ("Ctrl+J",))
    registry.add(kept)
    with pytest.raises(ValueError, match="share the keys"):
        registry.add(
            Action("a.c", "New", print, "Group"), Action("a.d", "Bad", print, "Group", kept.keys)
        )
    assert list(registry) == [kept]


def test_keys_are_spelled_as_they_are_written_on_keys() -> None:
    assert caps("Ctrl++") == ("Ctrl", "+")
    assert caps("Ctrl+Shift+Left") == ("Ctrl", "Shift", "←")
    assert spelled("Shift+PgUp") == "Shift+Page Up"
    assert spelled("+") == "+"
    assert normal("shift+ctrl+e") == "Ctrl+Shift+E"


@pytest.mark.parametrize(
    ("key", "held", "expected"),
    [
        (Qt.Key.Key_Right, NONE, ("Right",)),
        (Qt.Key.Key_Right, SHIFT | Qt.KeyboardModifier.KeypadModifier, ("Shift+Right", "Right")),
        (Qt.Key.Key_Plus, SHIFT, ("Shift++", "+")),  # + needs Shift on an American keyboard
        (Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier, ("Ctrl+L",)),
    ],
)
def test_the_keys_of_an_event(
    key: Qt.Key, held: Qt.KeyboardModifier, expected: tuple[str, ...]
) -> None:
    assert pressed(QKeyEvent(QEvent.Type.KeyPress, key, held)) == expected


def test_a_yielding_key_is_first_that_of_the_focused_widget(
    qtbot: QtBot, window: MainWindow, find: Find
) -> None:
    done: list[str] = []
    window.registry.add(
        Action("mine.m", "M", lambda: done.append("m"), "Mine", ("M",), yields=True),
    )
    find("transport.timestep").setFocus()
    qtbot.keyClick(find("transport.timestep"), Qt.Key.Key_M)
    assert done == ["m"]
    qtbot.keyClick(find("source.data"), Qt.Key.Key_M)  # there it finds Moons or MNIST
    assert done == ["m"]


def test_esc_ends_a_presentation_and_is_left_alone_otherwise(
    qtbot: QtBot, window: MainWindow
) -> None:
    window.stage.begin(full_screen=False)
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert not window.theme.presentation
    event = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Escape, NONE)
    window.keyPressEvent(event)
    assert not event.isAccepted()


@pytest.mark.parametrize("place", range(5))
def test_ctrl_and_a_number_shows_a_workspace(
    qtbot: QtBot, window: MainWindow, find: Find, place: int
) -> None:
    key = ("forward", "reverse", "schedules", "training", "bench")[place]
    qtbot.keyClick(window, Qt.Key(Qt.Key.Key_1 + place), Qt.KeyboardModifier.ControlModifier)
    assert window.in_front == key
    assert find(f"workspace.{key}").isChecked()
    assert find(f"workspace.{key}").toolTip().endswith(f"(Ctrl+{place + 1})")


# --- the menu ------------------------------------------------------------------------------


def test_the_menu_has_its_groups_and_menus(window: MainWindow, find: Find) -> None:
    menu = opened_menu(find)
    texts = [action.text().partition("\t")[0] for action in menu.actions() if action.isVisible()]
    assert texts == [
        "Open file…", "Open folder…", "Draw data…", "Open recent", "Paste a picture",
        "Export…", "Figures of papers and courses…",
        "On show", "", "Undo", "Redo", "",
        "Theme", "Presentation mode", "Lecture", "Workspaces", "Preferences…", "",
        "Find an action…", "Keyboard shortcuts", "Show the hints again", "About diffvis", "Quit",
    ]  # fmt: skip
    assert not lines(menu)["Open recent"].isEnabled(), "nothing was opened yet"
    workspaces = inner(menu, "Workspaces")
    assert [action.isSeparator() for action in workspaces.actions()].count(True) == 2
    assert lines(workspaces)["Forward"].isChecked()


def test_a_theme_is_chosen_in_the_menu(window: MainWindow, theme: Theme, find: Find) -> None:
    chosen = lines(inner(opened_menu(find), "Theme"))
    assert chosen["Dark"].isChecked() and not chosen["Light"].isChecked()
    chosen["Light"].trigger()
    assert theme.name == "light"
    assert lines(inner(opened_menu(find), "Theme"))["Light"].isChecked()


def test_what_cannot_be_done_is_not_done(window: MainWindow) -> None:
    assert not window.registry["window.end_presentation"].run()
    assert not window.registry["transport.range_all"].run()
    window.player.set_span((3, 9))
    assert window.registry["transport.range_all"].run()
    assert window.player.span is None


# --- choices -------------------------------------------------------------------------------


def members(window: MainWindow, id: str) -> dict[str, Action]:
    family = next(item for item in window.registry if isinstance(item, Family) and item.id == id)
    return {action.title: action for action in family.members()}


def test_choices_are_those_of_the_drop_downs(window: MainWindow, find: Find) -> None:
    samplers = members(window, "reverse.sampler")
    assert samplers == {}, "Reverse has not been made"
    window.registry["workspace.reverse"].run()
    samplers, box = members(window, "reverse.sampler"), find("reverse.sampler")
    assert list(samplers) == [box.itemText(n) for n in range(box.count())]
    window.registry["workspace.forward"].run()
    samplers["DDIM"].run()
    assert box.currentText() == "DDIM"
    assert window.in_front == "reverse"
    assert window.workspaces["reverse"].settings().sampler == "ddim"
    assert samplers["DDIM"].checked() and not samplers["DDPM (ancestral)"].checked()


def test_a_model_that_is_installed_is_opened(qtbot: QtBot, window: MainWindow) -> None:
    models = members(window, "source.model")
    assert {"mnist", "swiss-roll", "digits"} <= set(models)
    assert not [title for title in models if title.endswith("…")], "they are actions themselves"
    assert "weights" in models["mnist"].tip
    models["swiss-roll"].run()
    qtbot.waitUntil(lambda: window.session.model.name == "swiss-roll", timeout=30_000)


def test_a_button_of_a_workspace_is_pressed(
    qtbot: QtBot, window: MainWindow, find: Callable
) -> None:
    press = window.registry["training.pause"]
    assert press.why_not() == "", "Training has not been made"
    window.registry["workspace.training"].run()
    assert press.why_not() == "no run is under way"
    assert not press.run()
    before = window.workspaces["forward"].noising.eps.clone()
    window.registry["forward.resample"].run()
    assert window.in_front == "forward"
    assert not before.equal(window.workspaces["forward"].noising.eps)


def test_tips_name_the_keys_of_actions(window: MainWindow, find: Find) -> None:
    assert find("transport.start").toolTip() == "To the start (Home)"
    assert find("transport.speed").toolTip().endswith("(+ and −)")
    assert find("transport.range").toolTip().endswith("(I and O set its ends, X clears it)")
    assert find("export.open").toolTip() == "Export what I am looking at (Ctrl+E)"


def test_the_page_is_where_people_look() -> None:
    readme = Path(__file__).parents[3] / "README.md"
    assert "docs/actions.md" in readme.read_text(encoding="utf-8")
