"""The stack of what was done: what is no longer on it is let go."""

import gc
import weakref
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from diffvis.app.undo.history import MOST, History
from diffvis.errors import UserError


class Thing:
    """What a state stands for, such as a model."""


class Shelf:
    """A part that has one thing on show."""

    def __init__(self) -> None:
        self.thing = Thing()
        self.refuses = False

    def state(self) -> Thing:
        return self.thing

    def restore(self, state: Thing) -> None:
        if self.refuses:
            raise UserError("it is gone", "")
        self.thing = state

    def told(self, before: Thing, after: Thing) -> tuple[str, str]:
        return "another thing", ""


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def history(qtbot: QtBot, shelf: Shelf) -> Iterator[History]:
    parent = QObject()
    history = History(parent)
    history.add("shelf", shelf)
    yield history


def put(history: History, shelf: Shelf, field: str = "") -> "weakref.ref[Thing]":
    """Something else on show; changes of one field that follow each other soon are one."""
    with history.changing(field=field):
        shelf.thing = Thing()
    return weakref.ref(shelf.thing)


def living(things: "list[weakref.ref[Thing]]") -> int:
    gc.collect()
    return sum(thing() is not None for thing in things)


def test_between_the_first_and_the_last_of_one_change_nothing_is_kept(
    history: History, shelf: Shelf
) -> None:
    first = shelf.thing
    things = [put(history, shelf, "seed") for _ in range(30)]
    assert living(things) == 1
    history.undo()
    assert shelf.thing is first
    assert not history.undoes


def test_what_came_back_to_where_it_was_is_nothing_to_undo(history: History, shelf: Shelf) -> None:
    first = shelf.thing
    there = put(history, shelf, "seed")
    with history.changing(field="seed"):
        shelf.thing = first
    assert not history.undoes
    assert living([there]) == 0


def test_the_oldest_changes_go_first(history: History, shelf: Shelf) -> None:
    things = [put(history, shelf) for _ in range(3 * MOST)]
    assert living(things) == MOST + 1  # each with what was there before it
    for _ in range(MOST):
        history.undo()
    assert shelf.thing is things[-MOST - 1]()
    assert not history.undoes


def test_what_was_undone_goes_when_something_else_is_done(history: History, shelf: Shelf) -> None:
    first = put(history, shelf)
    undone = put(history, shelf)
    history.undo()
    assert shelf.thing is first()
    assert history.redoes
    put(history, shelf)
    assert not history.redoes
    assert living([first, undone]) == 1


def test_what_cannot_be_undone_is_out_of_the_way(
    history: History, shelf: Shelf, qtbot: QtBot
) -> None:
    first = shelf.thing
    put(history, shelf)
    gone = put(history, shelf)
    shelf.refuses = True
    with qtbot.waitSignal(history.refused):
        history.undo()
    assert shelf.thing is gone()
    shelf.refuses = False
    history.undo()
    assert shelf.thing is first
    assert not history.undoes
