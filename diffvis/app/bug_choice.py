"""A choice among the errors of ``diffvis/bugs``."""

from collections.abc import Iterable

from PySide6.QtCore import Qt

from diffvis.app.widgets.controls import Choices
from diffvis.bugs.bug import Bug
from diffvis.settings import Setting

NONE = ""


class BugChoice(Choices):
    """One of some bugs, or none, which is "". Each has its words where the mouse rests on it."""

    def __init__(self, name: str, spoken: str, bugs: Iterable[tuple[Bug, str]], tip: str) -> None:
        """``bugs``: each with what is to be said of it."""
        bugs = tuple(bugs)
        titles = {NONE: "no bug", **{bug.name: bug.title for bug, _ in bugs}}
        super().__init__(Setting("bug", str, NONE, choices=lambda: titles), name, spoken, tip)
        for place, (bug, words) in enumerate(bugs, 1):
            said = f"{words}\nMore: diffvis bugs {bug.name}"
            self.widget.setItemData(place, said, Qt.ItemDataRole.ToolTipRole)
