"""The settings of B: its own where they were chosen for it, otherwise those of A."""

from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from diffvis.app.export.rivals import FEWER
from diffvis.app.reverse.fields import (
    allow_possible,
    chain_fields,
    chain_form,
    classes_of,
    offer_guides,
)
from diffvis.app.reverse.form import ReverseForm
from diffvis.app.widgets.controls import Choices, Control
from diffvis.app.widgets.fields import label
from diffvis.app.widgets.flow import FlowRow
from diffvis.app.widgets.more import More
from diffvis.app.widgets.symbols import in_plain, with_subscripts
from diffvis.models.model import Model
from diffvis.sampling.settings import BEGINNING, WAY, ChainSettings, chain_settings
from diffvis.settings import Choice, Setting, Value

WIDE = 100  # pixels, of a number
MOST_LETTERS = 13  # of a choice
ALWAYS_OWN = ("sampler", "steps")
TOLD = ("label", "guidance")  # of classes, which only a model of the same ones has in common


class RivalFields(QWidget):
    """All settings of a chain but those of its beginning, which is A's. What changes nothing is not
    to be seen, and what is predicted is folded away.
    """

    changed = Signal()  # the person has chosen something for B

    def __init__(self, form: ReverseForm, *first: QWidget) -> None:
        """``first`` of all stand these."""
        super().__init__()
        self._form = form
        self._own = set(ALWAYS_OWN)
        self._classes: tuple[Choice, ...] = ()
        asked = [each for each in chain_fields().values() if each.group != BEGINNING]
        self._fields = chain_form(asked, "reverse.rival_", _spoken)
        self._cells = {each.setting.name: _cell(each) for each in self._fields}
        below = FlowRow(*(self._cells[each.name] for each in asked if each.group != WAY))
        above = FlowRow(*first, *(self._cells[each.name] for each in asked if each.group == WAY))
        above.add(More(below, "reverse.rival_more", "More settings of B", "Class, clipping"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(above)
        column.addWidget(below)
        self._fields.changed.connect(self._chosen)

    def begin(self, T: int) -> None:
        """Beside a chain of T timesteps."""
        steps = self._fields["steps"]
        steps.limit(T)
        steps.show(min(FEWER, T))

    def follow_a(self, model: Model) -> None:
        """Nothing is chosen for B, not even its sampler and steps."""
        self._own = set()
        self.follow(model)

    def reset(self) -> None:
        """Nothing is chosen for B."""
        self._own = set(ALWAYS_OWN)
        sampler = self._fields["sampler"]
        sampler.show(sampler.setting.default)

    def state(self) -> dict[str, Value]:
        """What is chosen for B; all else follows A."""
        return {each.setting.name: each.value() for each in self._fields
                if each.setting.name in self._own}  # fmt: skip

    def restore(self, state: dict[str, Value]) -> None:
        self._own = set(state)
        self._fields.show(state)

    def told(self, before: dict[str, Value], after: dict[str, Value]) -> tuple[str, str]:
        """What has changed for B, in words, and the name of the setting."""
        for each in self._fields:
            name = each.setting.name
            if before.get(name) != after.get(name):
                return f"{in_plain(each.setting.title)} of B: {each.says()}", name
        return "", ""

    def settings(self, model: Model) -> ChainSettings:
        """The chain of ``model`` that stands beside A."""
        self.follow(model)
        mine, values = self._form.settings(), self._fields.values()
        values["steps"] = min(values["steps"], model.schedule.T)
        for name, setting in chain_settings().items():
            if setting.group == BEGINNING:
                values[name] = mine[name]
        return ChainSettings(**values)

    def follow(self, model: Model) -> None:
        """Show what B would be with this model."""
        mine, box = self._form.settings(), self._fields["label"]
        classes = classes_of(model)
        if classes != self._classes:
            self._own -= set(TOLD)
        self._classes = classes
        box.offer(classes)
        offer_guides(self._fields, self._cells, model)
        for each in self._fields:
            if each.setting.name not in self._own:
                each.show(self._of_a(each.setting, mine, model))
        allow_possible(self._fields, model)
        self._fields.never("label", not model.num_classes)
        self._fields.enable(T=model.schedule.T)
        for name, cell in self._cells.items():
            cell.setVisible(self._fields.has_effect(name))

    def _of_a(self, setting: Setting, mine: ChainSettings, model: Model) -> Value:
        """A's value, or the default where the model does not know A's class."""
        known = mine.label is None or mine.label < model.num_classes
        same = known and model.classes == self._form.model.classes
        return mine[setting.name] if same or setting.name not in TOLD else setting.default

    @Slot(str)
    def _chosen(self, name: str) -> None:
        self._own.add(name)
        self.changed.emit()


def _spoken(setting: Setting) -> str:
    return f"{setting.name.replace('_', ' ').capitalize()} of B"


def _cell(control: Control) -> QWidget:
    """A control after its name; the sampler's is as wide as its words, and needs none."""
    widget: Any = control.widget
    if control.setting.name == "sampler":
        longest = max(len(widget.itemText(place)) for place in range(widget.count()))
        widget.setMinimumContentsLength(longest - 2)
        return widget
    if isinstance(control, Choices):
        longest = max((len(each.title) for each in control.setting.offered()), default=0)
        widget.setMinimumContentsLength(min(max(6, longest), MOST_LETTERS))
    else:
        widget.setMaximumWidth(WIDE)
    cell = QWidget()
    row = QHBoxLayout(cell)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(6)
    row.addWidget(label(with_subscripts(control.setting.title.lower()), "muted"))
    row.addWidget(widget)
    return cell
