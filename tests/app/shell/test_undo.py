"""Ctrl+Z and Ctrl+Shift+Z: what a person changed goes away and comes back, all of it."""

import gc
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from driving import Find, choose, click, finder, rounds, type_number
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot

from diffvis.app.shell.window import MainWindow
from diffvis.diffusion import make_schedule
from diffvis.models.schedule_file import save_schedule
from diffvis.models.shipped import shipped_names

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
SHOWS_ONLY = ("transport.", "notice.", "palette.", "source.", "forward.explanation")
"""Fields that are no choice: t, and what the pickers list."""


@pytest.fixture
def apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """However quickly it is done here, two changes of one field are two."""
    monkeypatch.setattr("diffvis.app.undo.history.MERGE_S", 0.0)


@pytest.fixture
def digits(window: MainWindow, qtbot: QtBot) -> MainWindow:
    """A window with the model of digits that comes with the program."""
    window.sources.open_model(str(path_of("digits")))
    qtbot.waitUntil(lambda: window.session.data.name == "digits" and window.jobs.idle)
    window.session.history.forget()
    return window


def path_of(name: str) -> Path:
    assert name in shipped_names()
    from diffvis.files import shipped_models

    return shipped_models() / name


def undo(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.keyClick(window, Qt.Key.Key_Z, CTRL)
    qtbot.waitUntil(lambda: window.jobs.idle)


def redo(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.keyClick(window, Qt.Key.Key_Z, CTRL | SHIFT)
    qtbot.waitUntil(lambda: window.jobs.idle)


def fields(window: MainWindow) -> dict[str, object]:
    """What every field of every workspace says, by its object name, read from the widgets."""
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
        "noise": float(window.workspaces["forward"].noising.at(1).eps.sum()),
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
    choose(finder(window)("schedules.kind"), "cosine")


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
    box = finder(window)("reverse.sampler")
    box.setCurrentIndex(1 if box.currentIndex() != 1 else 0)
    box.activated.emit(box.currentIndex())


def set_steps(window: MainWindow, qtbot: QtBot, folder: Path) -> None:
    window.show_workspace("reverse")
    type_number(qtbot, finder(window)("reverse.steps"), 9)


def set_seed(window: MainWindow, qtbot: QtBot, folder: Path) -> None:
    window.show_workspace("reverse")
    type_number(qtbot, finder(window)("reverse.seed"), 42)


def choose_view(window: MainWindow, qtbot: QtBot, folder: Path) -> None:
    choose(finder(window)("forward.show"), "x_t alone" if False else "Points x_t")


def new_noise(window: MainWindow, qtbot: QtBot, folder: Path) -> None:
    click(qtbot, finder(window)("forward.resample"))


def set_training_steps(window: MainWindow, qtbot: QtBot, folder: Path) -> None:
    window.show_workspace("training")
    type_number(qtbot, finder(window)("training.steps"), 50)


def choose_quantity(window: MainWindow, qtbot: QtBot, folder: Path) -> None:
    box = finder(window)("schedules.quantity")
    box.setCurrentIndex(2)
    box.activated.emit(2)


def compare_kinds(window: MainWindow, qtbot: QtBot, folder: Path) -> None:
    finder(window)("schedules.compare_sigmoid").click()


def reset_reverse(window: MainWindow, qtbot: QtBot, folder: Path) -> None:
    window.registry["reverse.reset"].run()


THINGS = {
    "schedule": Thing(choose_schedule, "schedule: cosine, T = ", "schedule"),
    "data": Thing(choose_data, "data: Two moons", "data"),
    "model": Thing(choose_model, "model: swiss-roll", "model"),
    "drawn schedule": Thing(draw, "schedule: ", "schedule"),
    "loaded schedule": Thing(load, "schedule: sigmoid, T = 77", "schedule"),
    "sampler": Thing(set_sampler, "Sampler: ", "reverse.sampler"),
    "steps": Thing(set_steps, "Steps: 9", "reverse.steps"),
    "seed": Thing(set_seed, "seed: 42", "seed"),
    "view": Thing(choose_view, "view: Points", "forward.show"),
    "noise": Thing(new_noise, "new noise", "noise"),
    "training steps": Thing(set_training_steps, "Steps: 50", "training.steps"),
    "quantity": Thing(choose_quantity, "plot: ", "schedules.quantity"),
    "compared": Thing(compare_kinds, "compared schedules", "schedules.compare_sigmoid"),
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
        qtbot.waitUntil(lambda: window.jobs.idle)
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
