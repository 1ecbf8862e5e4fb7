"""The settings that a tool has of its own, as a form that is made anew for each."""

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from diffvis.app.reverse.form import put
from diffvis.app.widgets.controls import Choices
from diffvis.app.widgets.fields import discard
from diffvis.app.widgets.form import Form
from diffvis.bench.registry import tool_of
from diffvis.bench.tool import Tool
from diffvis.settings import Value, settings_of

ROLES = {"strengths": "strength", "view": "seen"}
"""Settings whose widgets are called by another name."""
CAPTION = 64  # pixels
TAKEN = frozenset(
    ("tool", "view", "run", "image", "other", "mask", "normal", "about", "more", "new_seed")
)
"""Names of widgets of the Bench that no setting may have."""


class OwnForm(QWidget):
    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._name = ""
        self._fields = Form((), "bench.")
        self._rows: QWidget | None = None
        self._kept: dict[str, Mapping[str, Value]] = {}

    def show_tool(self, name: str) -> None:
        """Offer what this tool has, as it was chosen for it last."""
        if name == self._name:
            return
        self._kept[self._name] = self._fields.state()
        self._name = name
        declared = settings_of(tool_of(name)).values()
        roles = {each.name: _role(each.name) for each in declared}
        self._fields = Form(declared, "bench.", roles=roles)
        self._fields.show(self._kept.get(name, {}))
        self._fields.changed.connect(self._changed)
        if self._rows is not None:
            self._column.removeWidget(self._rows)
            discard(self._rows)
        self._rows = QWidget()
        rows = QGridLayout(self._rows)
        rows.setContentsMargins(0, 0, 0, 0)
        for each in self._fields:
            if isinstance(each, Choices):
                each.widget.setMinimumContentsLength(6)
            put(rows, "" if each.setting.kind is bool else each.setting.title, each.widget)
        even_captions(rows)
        self._column.addWidget(self._rows)
        self._fields.enable()

    def tool(self) -> Tool:
        """The tool with these settings.

        Raises:
            UserError: one of them is not possible; ``field`` names it.
        """
        return tool_of(self._name)(**self._fields.values())

    def mark_wrong(self, field: str | None) -> None:
        self._fields.mark_wrong(field)

    def reset(self) -> None:
        self._kept.clear()
        self._fields.show({each.setting.name: each.setting.default for each in self._fields})
        self._fields.enable()

    def state(self) -> tuple[str, Mapping[str, Value]]:
        return self._name, self._fields.state()

    def restore(self, state: tuple[str, Mapping[str, Value]]) -> None:
        self.show_tool(state[0])
        self._fields.show(state[1])
        self._fields.enable()

    def told(
        self, before: tuple[str, Mapping[str, Value]], after: tuple[str, Mapping[str, Value]]
    ) -> tuple[str, str]:
        words, name = self._fields.told(before[1], after[1])
        return words, f"bench.{_role(name)}" if name else ""

    def _changed(self, _name: str) -> None:
        self._fields.enable()
        self.changed.emit()


def even_captions(grid: QGridLayout) -> None:
    """As wide in each part of the form, which are grids of their own."""
    grid.setColumnMinimumWidth(0, CAPTION)


def _role(name: str) -> str:
    role = ROLES.get(name, name)
    return f"own_{role}" if role in TAKEN else role
