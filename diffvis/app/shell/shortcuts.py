"""The keys of actions, wherever in the window the focus is."""

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from diffvis.app.actions import Action, Actions, Item
from diffvis.app.keys import normal, pressed


class Shortcuts(QObject):
    """Those that yield are run by ``take``, with keys that no widget wanted."""

    def __init__(self, window: QWidget, actions: Actions) -> None:
        super().__init__(window)
        self._window = window
        self._yielding: dict[str, Action] = {}
        for item in actions:
            self._add(item)
        actions.added.connect(self._add)

    def take(self, event: QKeyEvent) -> bool:
        """Run the action that has the keys of this event. True when there was one to run."""
        found = [self._yielding[keys] for keys in pressed(event) if keys in self._yielding]
        return bool(found) and found[0].run()

    @Slot(object)
    def _add(self, item: Item) -> None:
        for keys in item.keys if isinstance(item, Action) else ():
            if item.yields:
                self._yielding[normal(keys)] = item
            else:
                QShortcut(QKeySequence(keys), self._window).activated.connect(item.run)
