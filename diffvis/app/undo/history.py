"""What a person has changed in one window, the last thing on top."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any, Protocol

from PySide6.QtCore import QObject, Signal, Slot

from diffvis.app.undo.commands import Change, Command, Deed, Refuse, States
from diffvis.app.undo.stack import Stack
from diffvis.errors import UserError

MOST = 20  # commands that are kept
MERGE_S = 1.5  # seconds: changes of one field that follow each other sooner are one

Told = tuple[str, str]
"""What has been changed, in words, and the field; none where several changes are not one."""
Bring = Callable[[States, Callable[[], None], Refuse], None]
"""Opens what states need and is not open any more; then, or where it cannot, calls one of these."""


class Part(Protocol):
    """A part of the window with choices of a person's. States are compared and never written to."""

    def state(self) -> Any: ...
    def restore(self, state: Any) -> None:
        """Show it, as if the person had chosen so.

        Raises:
            UserError: it cannot come back.
        """

    def told(self, before: Any, after: Any) -> Told: ...
    def written(self, state: Any) -> Any:
        """A state as JSON can hold it, for a lecture.

        Raises:
            UserError: it cannot be written down.
        """

    def read(self, written: Any) -> Any:
        """The state that was written, as far as it says; all else is as it is now.

        Raises:
            UserError: a value is not possible.
        """


class History(QObject):
    """Whoever changes something does so within ``changing``, or says afterwards that it is
    ``edited``. What follows from it in other parts, meanwhile, comes back with it.

    Parts are looked at after each change, so that the state before an edit is known when it is
    heard of. The first part, what is open, changes in ``changing`` only, and its time t at will.
    """

    refused = Signal(object)  # UserError: what cannot be undone or done again

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._stack = Stack(MOST)
        self._parts: dict[str, Part] = {}
        self._known: States = {}
        self._inside = False  # what changes is of the change under way, or of nobody's
        self._newest = 0
        self._field, self._at = "", 0.0  # of the last change, and when
        self.bring: Bring = lambda states, then, refuse: then()

    def add(self, name: str, part: Part) -> None:
        """Look after one more part of the window."""
        self._parts[name] = part
        self._known[name] = part.state()

    # --- what changes ------------------------------------------------------------------------

    @property
    def occasion(self) -> int:
        """Of the change under way, or else of the last one."""
        return self._newest

    @contextmanager
    def changing(self, words: str = "", field: str = "", of: int = 0) -> Iterator[None]:
        """What changes within is one command, called by ``words``, else by what has changed.

        ``of`` is the occasion that it follows from: it is one with that, if that is still on top.
        """
        if self._inside:
            yield
            return
        before = dict(self._known)
        first = next(iter(self._parts))
        before[first] = self._parts[first].state()
        self._inside = True
        newest, self._newest = self._newest, of or self._newest + 1
        try:
            yield
        finally:
            self._inside = False
            occasion, self._newest = self._newest, max(newest, self._newest)
            self._push(before, self._states(), words, field, occasion)

    @contextmanager
    def silent(self) -> Iterator[None]:
        """What changes within, nobody has changed."""
        outer, self._inside = self._inside, True
        try:
            yield
        finally:
            self._inside = outer
            if not outer:
                self.note()

    @Slot(str)
    def edited(self, name: str) -> None:
        """The person has changed something in a part, if it is not as it was."""
        if self._inside:
            return
        now = self._parts[name].state()
        before, self._known[name] = self._known[name], now
        self._newest += 1
        self._push({name: before}, {name: now}, "", "", self._newest)

    def note(self) -> None:
        """The program has changed something: that is how things are now."""
        if not self._inside:
            self._known = self._states()

    def written(self, names: Iterable[str]) -> States:
        """The states of these parts as JSON can hold them.

        Raises:
            UserError: one of them cannot be written down.
        """
        return {name: self._parts[name].written(self._parts[name].state()) for name in names}

    def read(self, name: str, written: Any) -> Any:
        """The state of a part that was written.

        Raises:
            UserError: a value is not possible.
        """
        return self._parts[name].read(written)

    def show(self, states: States) -> None:
        """Restore these within ``changing``, in their order, and let all else fit itself to them.

        Raises:
            UserError: one of them cannot come back.
        """
        for name, state in states.items():
            if self._parts[name].state() != state:
                self._parts[name].restore(state)

    def did(self, words: str, back: Callable[[], object], again: Callable[[], object]) -> None:
        """Something was done that ``back`` undoes and ``again`` does once more."""
        self._newest += 1
        self._field = ""
        self._stack.push(Deed(words, self._newest, back, again))

    def forget(self) -> None:
        """Nothing can be undone: it begins here."""
        self._stack.clear()
        self.note()

    def _push(self, before: States, after: States, words: str, field: str, occasion: int) -> None:
        self._known = self._known | after
        changed = [name for name in before if before[name] != after[name]]
        if not changed:
            return
        told, of_field = self._parts[changed[0]].told(before[changed[0]], after[changed[0]])
        field, now, top = field or of_field, time.monotonic(), self._stack.next(True)
        if field and field == self._field and now - self._at < MERGE_S and top is not None:
            occasion = top.occasion
        self._field, self._at = field, now
        was, is_now = ({name: side[name] for name in changed} for side in (before, after))
        text = words or told
        self._stack.push(Change(text, occasion, was, is_now, self._restore))

    def _states(self) -> States:
        return {name: part.state() for name, part in self._parts.items()}

    # --- and comes back ----------------------------------------------------------------------

    @property
    def undoes(self) -> str:
        """What would be undone, or nothing."""
        return self._words(True)

    @property
    def redoes(self) -> str:
        """What would be done again, or nothing."""
        return self._words(False)

    @Slot()
    def undo(self) -> None:
        self._go(True)

    @Slot()
    def redo(self) -> None:
        self._go(False)

    def go_back(self, occasion: int) -> None:
        """Undo what was changed then. If something else has changed since, that stays, and to go
        back is a change as well: what was open is open again.
        """
        top = self._stack.next(True)
        if top is not None and top.occasion == occasion:
            self.undo()
            return
        found = [command for command in self._stack.done if command.occasion == occasion]
        if found:
            first = next(iter(self._parts))
            states = {n: was for n, was in found[0].states(True).items() if n == first}
            self.bring(states, partial(self._restore_anew, states), self.refused.emit)

    def _words(self, back: bool) -> str:
        command = self._stack.next(back)
        return "" if command is None else command.words

    def _go(self, back: bool) -> None:
        command = self._stack.next(back)
        if command is not None:
            ready, gone = partial(self._step, command, back), partial(self._lose, command)
            self.bring(command.states(back), ready, gone)

    def _step(self, command: Command, back: bool) -> None:
        """All that it needs is there; unless something else has come on top meanwhile."""
        if command is not self._stack.next(back):
            return
        self._field = ""
        with self.silent():
            try:
                self._stack.step(back)
            except UserError as error:
                self.refused.emit(error)

    def _lose(self, command: Command, error: UserError) -> None:
        self._stack.drop(command)
        self.refused.emit(error)

    def _restore_anew(self, states: States) -> None:
        with self.changing():
            try:
                for name, state in states.items():
                    self._parts[name].restore(state)
            except UserError as error:
                self.refused.emit(error)

    def _restore(self, states: Mapping[str, Any]) -> None:
        """One after the other: what is open comes first, and others fit themselves to it. Those
        that no one speaks of stay as they are.
        """
        wanted = self._states() | dict(states)
        for name, part in self._parts.items():
            if part.state() != wanted[name]:
                part.restore(wanted[name])
