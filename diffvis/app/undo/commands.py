"""What stands on the stack: states of parts of the window, or a deed with its opposite."""

from collections.abc import Callable, Mapping
from typing import Any

from diffvis.errors import UserError

States = dict[str, Any]
"""Of parts of the window, by their names."""
Refuse = Callable[[UserError], None]


class Command:
    """Made when it has been done already. Those of one ``occasion`` are one command."""

    def __init__(self, words: str, occasion: int) -> None:
        self.words, self.occasion = words, occasion

    def states(self, back: bool) -> States:
        """What is to be put on show to undo it, or to do it again."""
        return {}

    def perform(self, back: bool) -> None:
        """Raises UserError where that cannot be."""
        raise NotImplementedError

    def join(self, later: "Command") -> bool:
        """Take in what followed on the same occasion; False where they remain two."""
        return False

    @property
    def is_nothing(self) -> bool:
        """Whether all is as it was, and nothing is left to undo."""
        return False


class Change(Command):
    """Parts that were in one state and are in another."""

    def __init__(
        self,
        words: str,
        occasion: int,
        before: States,
        after: States,
        restore: Callable[[Mapping[str, Any]], None],
    ) -> None:
        super().__init__(words, occasion)
        self._before, self._after, self._restore = before, after, restore

    def states(self, back: bool) -> States:
        return self._before if back else self._after

    def perform(self, back: bool) -> None:
        self._restore(self.states(back))

    def join(self, later: Command) -> bool:
        if not isinstance(later, Change):
            return False
        self._before = later._before | self._before
        self._after = self._after | later._after
        return True

    @property
    def is_nothing(self) -> bool:
        return self._before == self._after


class Deed(Command):
    """Something done, such as a folder renamed, and its opposite; both may raise UserError."""

    def __init__(
        self,
        words: str,
        occasion: int,
        back: Callable[[], object],
        again: Callable[[], object],
    ) -> None:
        super().__init__(words, occasion)
        self._back, self._again = back, again

    def perform(self, back: bool) -> None:
        (self._back if back else self._again)()
