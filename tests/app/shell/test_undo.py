"""Ctrl+Z and Ctrl+Shift+Z: what a person changed goes away and comes back, all of it."""

import gc
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch
from driving import Find, choose, click, finder, rounds
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QLineEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot

from diffvis.app.lately import MOST
from diffvis.app.shell.window import MainWindow
from diffvis.app.theme import Theme
from diffvis.data.catalogue import open_dataset
from diffvis.diffusion import make_schedule
from diffvis.files import shipped_models
from diffvis.models.schedule_file import save_schedule
from diffvis.models.shipped import shipped_names

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
SHOWS_ONLY = ("transport.", "workspace.", "palette.", "schedules.draw")
"""Fields that are no choice: which workspace is in front, and what depends on t."""


@pytest.fixture
def apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """However quickly it is done here, two changes of one field are two."""
    monkeypatch.setattr("diffvis.app.undo.history.MERGE_S", 0.0)


@pytest.fixture
def digits(window: MainWindow, qtbot: QtBot) -> MainWindow:
    """A window with the model of digits that comes with the program."""
    open_digits(window, qtbot)
    window.session.history.forget()
    return window


def open_digits(window: MainWindow, qtbot: QtBot) -> None:
    window.sources.open_model(str(path_of("digits")))
    wait(qtbot, window)
    assert window.session.model.name == window.session.data.name == "digits"


def wait(qtbot: QtBot, window: MainWindow) -> None:
    """Until nothing is being opened."""
    qtbot.waitUntil(lambda: window.jobs.idle, timeout=30_000)


def path_of(name: str) -> Path:
    assert name in shipped_names()
    return shipped_models() / name


def undo(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.keyClick(window, Qt.Key.Key_Z, CTRL)
    wait(qtbot, window)


def redo(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.keyClick(window, Qt.Key.Key_Z, CTRL | SHIFT)
    wait(qtbot, window)


def fields(window: MainWindow) -> dict[str, object]:
    """What every field of every workspace says, by its object name, read from the widgets."""
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)  # what is gone says nothing
    found: dict[str, object] = {}
    for widget in window.findChildren(QWidget):
        name = widget.objectName()
        if "." not in name or name.startswith(SHOWS_ONLY):
            continue
        if isinstance(widget, QComboBox):
            found[name] = widget.currentText()
        elif isinstance(widget, QAbstractSpinBox | QLineEdit):
            found[name] = widget.text()
        elif isinstance(widget, QAbstractButton) and widget.isCheckable():
            found[name] = widget.isChecked()
    return found


def state(window: MainWindow) -> dict[str, object]:
    """The session and all fields. The exact denoiser is what it is of: data and schedule."""
    session = window.session
    model = None if session.model_is_exact else (session.model.name, session.model.steps)
    shown = {
        "data": session.data.source,
        "pixels": session.data.values,
        "model": model,
        "schedule": session.schedule,
        "t": session.t,
        "seed": session.seed,
        "noise": float(window.workspaces["forward"].noising.eps.sum()),
    }
    return shown | fields(window)


def differing(before: dict[str, object], after: dict[str, object]) -> list[str]:
    names = [*before, *(name for name in after if name not in before)]
    return [name for name in names if not same(before.get(name), after.get(name))]


def same(one: object, other: object) -> bool:
    return one is other or (not hasattr(one, "shape") and one == other)


# --- ten things ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Thing:
    """What is done, what the menu then calls it, and what of the state must be another."""

    do: Callable[[MainWindow, QtBot, Path], object]
    called: str
    changes: str


def choose_schedule(window: MainWindow, qtbot: QtBot, folder: Path) -> None:
    choose(finder(window)("schedules.kind"), "linear")


def choose_data(window: MainWindow, qtbot: QtBot, folder: Path) -> None:
    window.sources.open_data("moons")


def choose_model(window: MainWindow, qtbot: QtBot, folder: Path) -> None:
    window.sources.open_model(str(path_of("swiss-roll")))


def draw(window: MainWindow, qtbot: QtBot, folder: Path) -> None:
    window.show_workspace("schedules")
    rounds()
    find = finder(window)
    click(qtbot, find("schedules.draw"))
    plot = find("schedules.plot")
    centre = plot.rect().center()
    qtbot.mousePress(plot.viewport(), Qt.MouseButton.LeftButton, pos=centre)
    for step in range(1, 6):
        qtbot.mouseMove(plot.viewport(), centre + QPoint(8 * step, 5 * step))
    qtbot.mouseRelease(plot.viewport(), Qt.MouseButton.LeftButton, pos=centre + QPoint(40, 25))
    click(qtbot, find("schedules.draw"))


def load(window: MainWindow, qtbot: QtBot, folder: Path) -> None:
    path = folder / "mine.schedule.json"
    save_schedule(make_schedule("sigmoid", 77), path)
    window.sources.open_path(path)


def set_sampler(window: MainWindow, qtbot: QtBot, folder: Path) -> None:
    choose(finder(window)("reverse.sampler"), "DDIM")


def set_steps(window: MainWindow, qtbot: QtBot, folder: Path) -> None:
    finder(window)("reverse.steps").setValue(9)


def set_seed(window: MainWindow, qtbot: QtBot, folder: Path) -> None:
    finder(window)("reverse.seed").setValue(42)


def choose_view(window: MainWindow, qtbot: QtBot, folder: Path) -> None:
    choose(finder(window)("forward.show"), "Density of xₜ")


def new_noise(window: MainWindow, qtbot: QtBot, folder: Path) -> None:
    click(qtbot, finder(window)("forward.resample"))


def set_training_steps(window: MainWindow, qtbot: QtBot, folder: Path) -> None:
    finder(window)("training.steps").setValue(50)


def choose_training_bug(window: MainWindow, qtbot: QtBot, folder: Path) -> None:
    choose(finder(window)("training.bug"), "The network never uses t")


def choose_rival_bug(window: MainWindow, qtbot: QtBot, folder: Path) -> None:
    choose(finder(window)("reverse.rival_bug"), "beta where the posterior variance is meant")


def choose_quantity(window: MainWindow, qtbot: QtBot, folder: Path) -> None:
    choose(finder(window)("schedules.quantity"), "√(1−ᾱ): factor of ε")


def compare_kinds(window: MainWindow, qtbot: QtBot, folder: Path) -> None:
    finder(window)("schedules.compare_quadratic").click()


THINGS = {
    "schedule": Thing(choose_schedule, "schedule: linear, T = ", "schedule"),
    "data": Thing(choose_data, "data: Moons", "data"),
    "model": Thing(choose_model, "model: swiss-roll", "model"),
    "drawn schedule": Thing(draw, "schedule: drawn, T = 40", "schedule"),
    "loaded schedule": Thing(load, "schedule: sigmoid, T = 77", "schedule"),
    "sampler": Thing(set_sampler, "Sampler: DDIM", "reverse.sampler"),
    "steps": Thing(set_steps, "Steps: 9", "reverse.steps"),
    "seed": Thing(set_seed, "seed: 42", "seed"),
    "view": Thing(choose_view, "view: Density of xₜ", "forward.show"),
    "noise": Thing(new_noise, "new noise", "noise"),
    "training steps": Thing(set_training_steps, "Steps: 50", "training.steps"),
    "bug": Thing(choose_training_bug, "bug in the code: The network never", "training.bug"),
    "bug of B": Thing(choose_rival_bug, "bug of B: beta where", "reverse.rival_bug"),
    "quantity": Thing(choose_quantity, "plot: √(1−ᾱ): factor of ε over t", "schedules.quantity"),
    "compared": Thing(compare_kinds, "compared schedules", "schedules.compare_quadratic"),
}


@pytest.mark.slow
def test_all_of_them_in_turn(window: MainWindow, qtbot: QtBot, tmp_path: Path, apart: None) -> None:
    """Done one after the other, undone to the first state and done again to the last; at each
    station everything is as it was there.
    """
    session = window.session
    session.set_t(session.schedule.T // 3)
    session.history.forget()
    stations = [state(window)]
    for name, thing in THINGS.items():
        thing.do(window, qtbot, tmp_path)
        wait(qtbot, window)
        stations.append(state(window))
        assert thing.changes in differing(*stations[-2:]), f"{name} changes nothing"
        assert session.history.undoes.startswith(thing.called), name
    for name, before in reversed([*zip(THINGS, stations[:-1], strict=True)]):
        undo(qtbot, window)
        assert differing(before, state(window)) == [], f"after {name} was undone"
    assert session.history.undoes == ""
    for name, after in zip(THINGS, stations[1:], strict=True):
        redo(qtbot, window)
        assert differing(after, state(window)) == [], f"after {name} was done again"
    assert session.history.redoes == ""


# --- what a notice offers ------------------------------------------------------------------


def test_another_schedule_and_back_to_the_model(
    digits: MainWindow, find: Find, qtbot: QtBot
) -> None:
    """What the notice offers is what Ctrl+Z does: model and schedule come back, t stays its own."""
    session = digits.session
    session.set_t(123)
    before, model = state(digits), session.model
    for T in (52, 51, 50):  # as by the arrows of the field: it is one change
        find("schedules.T").setValue(T)
    assert session.model_is_exact
    offer = find("notice.action")
    assert offer.text() == "Back to digits"
    click(qtbot, offer)
    assert session.model is model
    assert differing(before, state(digits)) == []
    assert find("notice.bar").isHidden()
    redo(qtbot, digits)
    assert session.model_is_exact
    assert session.schedule.T == 50


def test_data_of_another_shape_and_back(digits: MainWindow, find: Find, qtbot: QtBot) -> None:
    before = state(digits)
    digits.sources.open_data("moons")
    wait(qtbot, digits)
    assert digits.session.model_is_exact
    assert find("notice.action").text() == "Back to digits"
    click(qtbot, find("notice.action"))
    wait(qtbot, digits)
    assert differing(before, state(digits)) == []


def test_back_to_the_model_after_something_else(
    digits: MainWindow, find: Find, qtbot: QtBot, apart: None
) -> None:
    """To go back is a change then, which can be undone itself: nothing is lost on the way."""
    session, model = digits.session, digits.session.model
    choose(find("schedules.kind"), "sigmoid")
    find("reverse.count").setValue(5)
    click(qtbot, find("notice.action"))
    assert session.model is model
    undo(qtbot, digits)
    assert session.model_is_exact
    assert session.schedule.kind == "sigmoid"
    assert find("reverse.count").value() == 5


# --- one command ---------------------------------------------------------------------------


def test_steps_of_one_field_that_follow_each_other_are_one(
    window: MainWindow, find: Find, qtbot: QtBot
) -> None:
    steps = find("reverse.steps")
    first = steps.value()
    for _ in range(5):
        steps.stepDown()
    find("reverse.count").stepUp()
    undo(qtbot, window)
    assert steps.value() == first - 5
    undo(qtbot, window)
    assert steps.value() == first
    assert window.session.history.undoes == ""


def test_there_and_back_is_nothing_to_undo(window: MainWindow, find: Find) -> None:
    steps = find("reverse.steps")
    steps.stepDown()
    steps.stepUp()
    assert window.session.history.undoes == ""


def test_a_stroke_of_the_pencil_is_one(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    before = window.session.schedule
    draw(window, qtbot, tmp_path)
    assert window.session.schedule != before
    undo(qtbot, window)
    assert window.session.schedule == before
    assert window.session.history.undoes == ""


def test_a_model_and_the_data_that_it_brings_are_one(window: MainWindow, qtbot: QtBot) -> None:
    open_digits(window, qtbot)
    undo(qtbot, window)
    assert window.session.model_is_exact
    assert window.session.data.name == "swiss-roll"
    assert window.session.history.undoes == ""


def test_a_bug_of_b_goes_with_what_it_asked_of_a(
    window: MainWindow, find: Find, qtbot: QtBot
) -> None:
    """A and B walk as they did before, and nobody is told of what was between."""
    window.show_workspace("reverse")
    reverse = window.workspaces["reverse"]
    find("reverse.count").setValue(20)
    click(qtbot, find("reverse.show_compare"))
    reverse.run(play=False)
    before = state(window)
    walked = [(each.settings, reverse.chain.bug) for each in reverse.chain.recordings]
    choose(find("reverse.rival_bug"), "DDIM's direction with sigma")
    assert reverse.chain.main.settings.sampler == "ddim"
    undo(qtbot, window)
    assert differing(before, state(window)) == []
    assert [(each.settings, reverse.chain.bug) for each in reverse.chain.recordings] == walked
    assert find("notice.bar").isHidden()
    redo(qtbot, window)
    main, rival = reverse.chain.main, reverse.chain.rival
    assert main.settings == rival.settings and main.settings.sampler == "ddim"
    assert reverse.chain.bug == "ddim-direction-sigma"


def test_reset_is_one(window: MainWindow, find: Find, qtbot: QtBot) -> None:
    find("reverse.steps").setValue(7)
    find("reverse.count").setValue(3)
    before = state(window)
    window.registry["reverse.reset"].run()
    assert {"reverse.steps", "reverse.count"} <= set(differing(before, state(window)))
    assert window.session.history.undoes == "reset of Reverse"
    undo(qtbot, window)
    assert differing(before, state(window)) == []


# --- fields, menu, memory ------------------------------------------------------------------


def test_a_field_that_is_edited_has_its_own_undo_first(
    window: MainWindow, find: Find, qtbot: QtBot
) -> None:
    """What is typed goes first; with nothing typed, the keys are the window's."""
    find("reverse.count").setValue(5)
    window.show_workspace("training")
    rate = find("training.learning_rate")
    window.activateWindow()
    rate.setFocus()
    qtbot.waitUntil(lambda: QApplication.focusWidget() is rate)
    usual = rate.currentText()
    qtbot.keyClicks(rate, "7")
    assert rate.currentText() == f"{usual}7"
    qtbot.keyClick(rate, Qt.Key.Key_Z, CTRL)
    assert rate.currentText() == usual
    assert find("reverse.count").value() == 5
    qtbot.keyClick(rate, Qt.Key.Key_Z, CTRL)
    assert find("reverse.count").value() != 5


def test_menu_and_palette_name_what_there_is(window: MainWindow, find: Find, qtbot: QtBot) -> None:
    def says() -> tuple[tuple[str, bool], ...]:
        actions = (window.registry[f"edit.{name}"] for name in ("undo", "redo"))
        return tuple((each.title_now, not each.why_not()) for each in actions)

    assert says() == (("Undo", False), ("Redo", False))
    find("reverse.steps").setValue(9)
    assert says() == (("Undo Steps: 9", True), ("Redo", False))
    undo(qtbot, window)
    assert says() == (("Undo", False), ("Redo Steps: 9", True))
    qtbot.keyClick(window, Qt.Key.Key_Y, CTRL)
    assert find("reverse.steps").value() == 9


def test_only_so_much_is_kept(window: MainWindow, find: Find, qtbot: QtBot, apart: None) -> None:
    """Twenty commands."""
    for seed in range(1, 26):
        find("reverse.seed").setValue(seed)
    for _ in range(30):
        undo(qtbot, window)
    assert find("reverse.seed").value() == 5


def test_what_is_gone_is_said_and_what_is_open_stays(
    digits: MainWindow, find: Find, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder of pictures is opened, left and deleted. What came before can be undone all the
    same, also where it is opened again for that.
    """
    monkeypatch.setattr("diffvis.app.undo.opened.SMALL", 0)
    session, folder = digits.session, tmp_path / "mine"
    folder.mkdir()
    for number in range(3):
        picture = QImage(8, 8, QImage.Format.Format_Grayscale8)
        picture.fill(60 * number)
        picture.save(str(folder / f"{number}.png"))
    pixels, model, schedule = session.data.values, session.model, session.schedule
    digits.sources.open_data(str(folder))
    wait(qtbot, digits)
    digits.sources.open_data("moons")
    wait(qtbot, digits)
    assert session.data.name == "moons"
    with session.history.silent():  # until the window has forgotten it, too
        for seed in range(MOST):
            session.set_data(open_dataset(f"moons?n=50&seed={seed}"))
    assert not {str(folder), "digits"} & set(session.datasets)
    shutil.rmtree(folder)
    gc.collect()
    before = state(digits)
    undo(qtbot, digits)
    assert "Mine cannot come back" in find("notice.text").text()
    assert differing(before, state(digits)) == []
    undo(qtbot, digits)
    assert torch.equal(session.data.values, pixels)
    assert (session.model.path, session.schedule) == (model.path, schedule)


def test_the_picture_that_a_chain_begins_with(
    digits: MainWindow, find: Find, qtbot: QtBot, tmp_path: Path
) -> None:
    """Of two pictures of one's own, the first is there again."""
    form = digits.workspaces["reverse"].form
    for name, grey in (("dark.png", 20), ("light.png", 220)):
        picture = QImage(8, 8, QImage.Format.Format_Grayscale8)
        picture.fill(grey)
        picture.save(str(tmp_path / name))
        form.start.use_picture(tmp_path / name)
    light = form.start.beginning()
    undo(qtbot, digits)
    assert form.start.beginning().title == "dark.png"
    assert form.start.beginning().x0.mean() < -0.5 < 0.5 < light.x0.mean()
    undo(qtbot, digits)
    assert form.start.beginning() is None
    redo(qtbot, digits)
    redo(qtbot, digits)
    assert torch.equal(form.start.beginning().x0, light.x0)


def test_preferences_come_back(window: MainWindow, qtbot: QtBot, theme: Theme) -> None:
    """All that OK has kept at once; the theme is one of them."""
    kept = window.session.preferences
    before = kept.values()
    window.show_preferences()
    dialog = window.findChild(QDialog, "preferences.dialog")
    inside = finder(dialog)
    inside("preferences.memory").setValue(512)
    choose(inside("preferences.theme"), "Light")
    click(qtbot, inside("preferences.ok"))
    assert (kept.values()["memory_mb"], theme.name) == (512, "light")
    undo(qtbot, window)
    assert (kept.values(), theme.name) == (before, "dark")
    redo(qtbot, window)
    assert (kept.values()["memory_mb"], theme.name) == (512, "light")
