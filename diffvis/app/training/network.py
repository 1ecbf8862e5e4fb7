"""Which network learns, and its options: width, channels, attention, as each network has them."""

from collections.abc import Iterable, Iterator

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QWidget

from diffvis.app.undo.reading import REMEDY, plain, table_of
from diffvis.app.widgets.fields import combo, labelled, show_choice
from diffvis.app.widgets.form import Form
from diffvis.errors import UserError
from diffvis.networks.options import FIELD
from diffvis.networks.registry import NETWORKS, network_options, networks_for
from diffvis.settings import Setting

TOOLTIP = Qt.ItemDataRole.ToolTipRole


class NetworkOptions(QWidget):
    """The options of the network that is chosen, in two columns."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.choice: QComboBox = combo("training.network", "Network", tip="What predicts")
        self.choice.activated.connect(self._chosen)
        self._shape: tuple[int, ...] = (2,)
        self._preset: dict[str, dict[str, object]] = {}
        self._fields = _form(())
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(6)
        for column in (0, 1):
            self._grid.setColumnStretch(column, 1)

    @property
    def name(self) -> str:
        return self.choice.currentData()

    @property
    def about(self) -> str:
        """The network in one line."""
        return NETWORKS[self.name].description if self.name in NETWORKS else ""

    def begin(self, shape: tuple[int, ...], network: str, options: dict[str, object]) -> None:
        """Offer the networks that fit samples of ``shape``, with this one and its options."""
        self._shape, self._preset = shape, {network: dict(options)}
        self.choice.clear()
        for entry in networks_for(shape):
            self.choice.addItem(entry.name, entry.name)
            self.choice.setItemData(self.choice.count() - 1, entry.description, TOOLTIP)
        show_choice(self.choice, network)
        self._fill()

    def state(self) -> tuple[str, dict[str, object]]:
        return self.name, self._fields.state()

    def restore(self, state: tuple[str, dict[str, object]]) -> None:
        """Another network, with its options; it must fit the samples."""
        network, options = state
        if network != self.name:
            show_choice(self.choice, network)
            self._fill()
        self._fields.show(options)
        self.changed.emit()

    def written(self, state: tuple[str, dict[str, object]]) -> dict[str, object]:
        return {"name": state[0], "options": plain(state[1])}

    def read(self, written: object) -> tuple[str, dict[str, object]]:
        """What was written, of a network that fits the samples. Raises UserError otherwise."""
        found = table_of(written)
        name = found.get("name", self.name)
        if self.choice.findData(name) < 0:
            raise UserError(f"there is no network {name} for these samples", REMEDY)
        options = self._fields.state()
        if name != self.name:
            options = dict(network_options(name, self._shape, {}))
        settings = {each.name: each for each in self._settings(name)}
        for option, value in table_of(found.get("options", {})).items():
            if option in settings:
                options[option] = settings[option].check(value)
        return name, options

    def told(
        self, before: tuple[str, dict[str, object]], after: tuple[str, dict[str, object]]
    ) -> tuple[str, str]:
        if before[0] != after[0]:
            return f"network: {after[0]}", "network"
        return self._fields.told(before[1], after[1])

    def values(self) -> dict[str, object]:
        """What the fields say; ``network_options`` checks it."""
        return self._fields.values()

    def mark_wrong(self, field: str | None) -> None:
        """Let the option stand out that an error is about, if it is about one."""
        own = field is not None and field.startswith(FIELD)
        self._fields.mark_wrong(field.removeprefix(FIELD) if own else None)

    @Slot()
    def _chosen(self) -> None:
        self._fill()
        self.changed.emit()

    def _settings(self, network: str) -> Iterator[Setting]:
        return (option.setting(self._shape) for option in NETWORKS[network].options)

    def _fill(self) -> None:
        while self._grid.count():
            item = self._grid.takeAt(0)
            inner = item.layout()
            while inner is not None and inner.count():
                gone = inner.takeAt(0).widget()
                gone.hide()
                gone.deleteLater()
            if item.widget() is not None:
                item.widget().hide()
                item.widget().deleteLater()
        self._fields = _form(())
        if self.name not in NETWORKS:
            return
        self._fields = _form(self._settings(self.name))
        try:
            known = network_options(self.name, self._shape, self._preset.get(self.name, {}))
        except UserError:
            known = network_options(self.name, self._shape, {})
        self._fields.show(known)
        self._fields.changed.connect(self.changed)
        for place, each in enumerate(self._fields):
            row, column = divmod(place, 2)
            if isinstance(each.widget, QCheckBox):
                self._grid.addWidget(each.widget, row, column, Qt.AlignmentFlag.AlignBottom)
            else:
                self._grid.addLayout(labelled(each.setting.title, each.widget), row, column)


def _form(settings: Iterable[Setting]) -> Form:
    return Form(settings, "training.option_", typed=True)
