"""The window's menu, made of the actions that have a place in it."""

from functools import partial

from PySide6.QtCore import Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from diffvis.app.actions import Action, Actions, Family, Gesture, Item


class MainMenu(QMenu):
    """It, and each menu in it, is filled whenever it is about to be shown."""

    def __init__(self, parent: QWidget, actions: Actions) -> None:
        super().__init__(parent)
        self._all = actions
        self._inner: dict[str, QMenu] = {}
        self.aboutToShow.connect(self._fill)

    @Slot()
    def _fill(self) -> None:
        """A line between groups; a menu stands where the first of its actions would."""
        self.clear()
        group, shown = "", set()
        for item in self._all:
            place = _place(item)
            if place is None or place in shown:
                continue
            if item.menu == "":
                if group not in ("", item.group):
                    self.addSeparator()
                group = item.group
            if place == "":
                _add_line(self, item)
            else:
                shown.add(place)
                self._add_menu(place)

    def _add_menu(self, title: str) -> None:
        """It can be opened where something in it can be done, and is seen where it has anything."""
        if title not in self._inner:
            self._inner[title] = QMenu(title, self)
            self._inner[title].aboutToShow.connect(partial(self._fill_inner, title))
        lines = [line for lines in self._parts(title) for line in lines]
        entry = self.addMenu(self._inner[title])
        entry.setVisible(bool(lines))
        entry.setEnabled(any(not line.why_not() for line in lines))

    def _fill_inner(self, title: str) -> None:
        menu = self._inner[title]
        menu.clear()
        for lines in self._parts(title):
            if not menu.isEmpty():
                menu.addSeparator()
            for line in lines:
                _add_line(menu, line)

    def _parts(self, title: str) -> list[list[Action]]:
        """What stands in a menu: the members of a family, and actions of one group, together."""
        parts: list[list[Action]] = []
        group = ""
        for item in self._all:
            if _place(item) != title:
                continue
            if isinstance(item, Family):
                parts.append(list(item.members()))
                group = ""
            elif item.group == group:
                parts[-1].append(item)
            else:
                parts.append([item])
                group = item.group
        return [part for part in parts if part]


def _place(item: Item) -> str | None:
    """The title of the menu that it stands in; nothing is the window's, None no menu."""
    if isinstance(item, Gesture):
        return None
    return item.title if isinstance(item, Family) and item.menu == "" else item.menu


def _add_line(menu: QMenu, action: Action) -> QAction:
    made = menu.addAction(action.line, partial(action.run))  # Qt keeps no action alive by itself
    made.setObjectName(action.id)
    made.setEnabled(not action.why_not())
    if action.checked is not None:
        made.setCheckable(True)
        made.setChecked(action.checked())
    return made
