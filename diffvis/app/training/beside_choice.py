"""A choice of what is trained in turns with the run that is set up."""

from PySide6.QtCore import Qt

from diffvis.app.bug_choice import NONE
from diffvis.app.widgets.controls import Choices
from diffvis.settings import Setting
from diffvis.training.beside import BESIDE


class BesideChoice(Choices):
    """One of ``BESIDE``, or nothing, which is ""."""

    def __init__(self) -> None:
        titles = {NONE: "nothing", **{name: other.title for name, other in BESIDE.items()}}
        super().__init__(
            Setting("beside", str, NONE, choices=lambda: titles),
            "training.beside", "Run beside it",
            "Train a second run at once, in turns: the same data, seed, network and steps, another "
            "path or prediction. Curves and samples stand beside each other",
        )  # fmt: skip
        for place, other in enumerate(BESIDE.values(), 1):
            self.widget.setItemData(place, other.tip, Qt.ItemDataRole.ToolTipRole)
