"""What can be done in the window, each action declared once.

Menus, shortcuts, the sheet of keys, tips that name keys, the palette and docs/actions.md are made
of these. A declaration is of any window; ``of`` makes it that of one.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

from PySide6.QtCore import QObject, Signal

from diffvis.app.keys import normal, spelled


def _always(*_: object) -> str:
    return ""


@dataclass(frozen=True)
class Action:
    """``id`` has the form ``<workspace>.<role>``; a widget that does the same is called so too."""

    id: str
    title: str
    callback: Callable[..., object]
    group: str
    """Its heading in the sheet, the palette and docs."""
    keys: tuple[str, ...] = ()
    """As Qt spells them: ``Ctrl+E``."""
    tip: str = ""
    """One line more than the title."""
    menu: str | None = None
    """Nothing is the window's menu, a word a menu in it, None no menu."""
    also: str = ""
    """Other words that people look for it by."""
    yields: bool = False
    """Whether its keys are first of all those of the widget that has the focus."""
    why_not: Callable[..., str] = _always
    """Why it cannot be done now; nothing where it can."""
    checked: Callable[..., bool] | None = None
    """Whether it is on, where it can be on and off."""
    what: Callable[..., str] = _always
    """What it would be done to now, which menus and the palette say after the title."""

    def of(self, given: object) -> "Action":
        """The same, done to what was declared to be ``given``."""
        bound = replace(self, callback=partial(self.callback, given))
        if self.why_not is not _always:
            bound = replace(bound, why_not=partial(self.why_not, given))
        if self.checked is not None:
            bound = replace(bound, checked=partial(self.checked, given))
        if self.what is not _always:
            bound = replace(bound, what=partial(self.what, given))
        return bound

    def run(self) -> bool:
        """Do it. False where it cannot be done now."""
        if self.why_not():
            return False
        self.callback()
        return True

    @property
    def title_now(self) -> str:
        """The title, and what it would be done to."""
        return f"{self.title} {what}" if (what := self.what()) else self.title

    @property
    def hint(self) -> str:
        """What a tooltip says, with the keys."""
        keys = " or ".join(map(spelled, self.keys))
        return f"{self.tip or self.title} ({keys})" if keys else self.tip or self.title

    @property
    def line(self) -> str:
        """What a menu says: the title, and the keys at its right."""
        return "\t".join((self.title_now.replace("&", "&&"), *map(spelled, self.keys[:1])))


@dataclass(frozen=True)
class Family:
    """Actions that are made when somebody looks: what was opened lately, the models there are."""

    id: str
    title: str
    """Of its menu, and in front of each member's own title elsewhere."""
    members: Callable[..., Sequence[Action]]
    group: str
    tip: str = ""
    menu: str | None = None

    def of(self, given: object) -> "Family":
        return replace(self, members=partial(self.members, given))


@dataclass(frozen=True)
class Gesture:
    """What hands do that is no action by itself: only the sheet of keys and docs name it."""

    keys: str
    """In words."""
    title: str
    group: str

    def of(self, _given: object) -> "Gesture":
        return self


Item = Action | Family | Gesture
Declared = TypeVar("Declared", Action, Gesture)


class Actions(QObject):
    """Those of one window, in the order of its menus. Later ones appear everywhere, too."""

    added = Signal(object)  # Item

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._items: list[Item] = []

    def __iter__(self) -> Iterator[Item]:
        return iter(self._items)

    def __getitem__(self, id: str) -> Action:
        return next(action for action in self.actions if action.id == id)

    @property
    def actions(self) -> list[Action]:
        """Those that are there always."""
        return [item for item in self._items if isinstance(item, Action)]

    def add(self, *items: Item) -> None:
        """One or more, at the end.

        Raises:
            ValueError: another has this id or these keys, or there are no such keys.
        """
        check((*self._items, *items))
        self._items += items
        for item in items:
            self.added.emit(item)


def check(items: Iterable[Item]) -> None:
    """Raises ValueError where two share an id or keys, or keys are none."""
    ids: set[str] = set()
    taken: dict[str, str] = {}
    for item in items:
        if isinstance(item, Gesture):
            continue
        if item.id in ids:
            raise ValueError(f"there are two actions {item.id}")
        ids.add(item.id)
        for keys in map(normal, item.keys if isinstance(item, Action) else ()):
            if keys in taken:
                raise ValueError(f"{item.id} and {taken[keys]} share the keys {keys}")
            taken[keys] = item.id
