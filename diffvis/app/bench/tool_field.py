"""Which tool: all there are, and why one does not fit the model."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import QVBoxLayout, QWidget

from diffvis.app.widgets.fields import combo, show_choice
from diffvis.app.widgets.symbols import in_plain
from diffvis.bench.registry import TOOLS
from diffvis.errors import UserError
from diffvis.models.model import Model

TIP = Qt.ItemDataRole.ToolTipRole


class ToolField(QWidget):
    """Tools that do not fit are grey, and say why."""

    changed = Signal()  # by the person

    def __init__(self) -> None:
        super().__init__()
        self._box = combo("bench.tool", "Tool")
        for name, tool in TOOLS.items():
            self._box.addItem(tool.title, name)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._box)
        self._box.activated.connect(self._chosen)
        self._tell()

    @property
    def name(self) -> str:
        return self._box.currentData()

    @property
    def about(self) -> str:
        """What it does, by which formula."""
        return TOOLS[self.name].about

    def choose(self, name: str) -> None:
        """Show this one, without saying that the person chose it."""
        show_choice(self._box, name)
        self._tell()

    def fit(self, model: Model) -> None:
        """Only those that fit can be chosen; the first of them, where the one in use does not."""
        items, possible = self._box.model(), []
        assert isinstance(items, QStandardItemModel)
        for place, (name, tool) in enumerate(TOOLS.items()):
            why = _refused(name, model)
            items.item(place).setEnabled(not why)
            self._box.setItemData(place, why or in_plain(tool.about), TIP)
            possible += [] if why else [name]
        if self.name not in possible:
            self.choose(possible[0])

    @Slot()
    def _chosen(self) -> None:
        self._tell()
        self.changed.emit()

    def _tell(self) -> None:
        self._box.setToolTip(in_plain(self.about))


def _refused(name: str, model: Model) -> str:
    """Why a tool is not for a model; "" where it is."""
    try:
        TOOLS[name]().check_fit(model)
    except UserError as error:
        return f"{error.problem}: {error.remedy}"
    return ""
