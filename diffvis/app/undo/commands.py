"""What stands on the stack: states of parts of the window, or a deed with its opposite."""

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtGui import QUndoCommand

from diffvis.errors import UserError

States = dict[str, Any]
"""Of parts of the window, by their names."""
Refuse = Callable[[UserError], None]


class Command(QUndoCommand):
    """Pushed when it has been done already. One that cannot be undone or done again says so, and
    is on the stack no longer: those below can be reached then.
    """

    def __init__(self, words: str, occasion: int, refuse: Refuse) -> None:
        super().__init__(words)
        self.occasion = occasion
        self._refuse = refuse
        self._pushed = False

    def id(self) -> int:
        """Those of one occasion are one command."""
        return self.occasion

    def states(self, back: bool) -> States:
        """What is to be put on show to undo it, or to do it again."""
        return {}

    def undo(self) -> None:
        self._attempt(True)

    def redo(self) -> None:
        if self._pushed:
            self._attempt(False)
        self._pushed = True

    def perform(self, back: bool) -> None:
        """Raises UserError where that cannot be."""
        raise NotImplementedError

    def _attempt(self, back: bool) -> None:
        try:
            self.perform(back)
        except UserError as error:
            self.setObsolete(True)
            self._refuse(error)


class Change(Command):
    """Parts that were in one state and are in another."""

    def __init__(
        self,
        words: str,
        occasion: int,
        refuse: Refuse,
        before: States,
        after: States,
        restore: Callable[[Mapping[str, Any]], None],
    ) -> None:
        super().__init__(words, occasion, refuse)
        self._before, self._after, self._restore = before, after, restore

    def states(self, back: bool) -> States:
        return self._before if back else self._after

    def perform(self, back: bool) -> None:
        self._restore(self.states(back))

    def mergeWith(self, later: QUndoCommand) -> bool:
        """What follows of the same occasion; where all is as it was, nothing is left to undo."""
        if not isinstance(later, Change):
            return False
        self._before = later._before | self._before
        self._after = self._after | later._after
        self.setObsolete(self._before == self._after)
        return True


class Deed(Command):
    """Something done, such as a folder renamed, and its opposite; both may raise UserError."""

    def __init__(
        self,
        words: str,
        occasion: int,
        refuse: Refuse,
        back: Callable[[], object],
        again: Callable[[], object],
    ) -> None:
        super().__init__(words, occasion, refuse)
        self._back, self._again = back, again

    def perform(self, back: bool) -> None:
        (self._back if back else self._again)()
