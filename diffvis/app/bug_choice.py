"""A choice among the errors of ``diffvis/bugs``."""

from collections.abc import Mapping

from PySide6.QtCore import Qt

from diffvis.app.widgets.controls import Choices
from diffvis.settings import Setting

NONE = ""


class BugChoice(Choices):
    """One of some bugs, or none, which is "". Each has its words where the mouse rests on it."""

    def __init__(self, name: str, spoken: str, bugs: Mapping[str, str], tip: str) -> None:
        """``bugs``: what is to be said of each, by its name."""
        titles = {NONE: "no bug", **dict.fromkeys(bugs, "")}
        super().__init__(Setting("bug", str, NONE, choices=lambda: titles), name, spoken, tip)
        for place, words in enumerate(bugs.values(), 1):
            self.widget.setItemData(place, words, Qt.ItemDataRole.ToolTipRole)
