"""What was done and can be undone, and what was undone and can be done again.

Lists of Python's own: PySide never frees a command that a QUndoStack has merged into another, nor
the models and data in it.
"""

from collections.abc import Sequence

from diffvis.app.undo.commands import Command


class Stack:
    """Keeps the newest ``most`` commands."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._done: list[Command] = []  # the next one of each is its last
        self._undone: list[Command] = []

    @property
    def done(self) -> Sequence[Command]:
        """What can be undone, the first thing first."""
        return self._done

    def next(self, back: bool) -> Command | None:
        """What would be undone, or done again."""
        side = self._side(back)
        return side[-1] if side else None

    def push(self, command: Command) -> None:
        """It has been done: what was undone before stays so."""
        self._undone.clear()
        top = self.next(True)
        if top is None or top.occasion != command.occasion or not top.join(command):
            self._done.append(command)
            del self._done[: -self._most]
        elif top.is_nothing:
            self._done.pop()

    def step(self, back: bool) -> None:
        """Undo the next command, or do it again.

        Raises:
            UserError: that cannot be. It is here no longer: those below can be reached.
        """
        command = self._side(back).pop()
        command.perform(back)
        self._side(not back).append(command)

    def drop(self, command: Command) -> None:
        """It can neither be undone nor done again."""
        for side in (self._done, self._undone):
            if command in side:
                side.remove(command)

    def clear(self) -> None:
        self._done.clear()
        self._undone.clear()

    def _side(self, back: bool) -> list[Command]:
        return self._done if back else self._undone
