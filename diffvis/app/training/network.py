"""Which network learns, and its options: width, channels, attention, as each network has them."""

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QLineEdit, QSpinBox, QWidget

from diffvis.app.training.fields import in_short, text_field
from diffvis.app.widgets.fields import combo, identify, labelled, show_choice, spin
from diffvis.errors import UserError
from diffvis.networks.options import Option
from diffvis.networks.registry import NETWORKS, network_options, networks_for

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
        self._readers: dict[str, Callable[[], object]] = {}
        self._widgets: dict[str, QWidget] = {}
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

    def values(self) -> dict[str, object]:
        """What the fields say; ``network_options`` checks it."""
        return {name: read() for name, read in self._readers.items()}

    def widget(self, option: str) -> QWidget | None:
        return self._widgets.get(option)

    @Slot()
    def _chosen(self) -> None:
        self._fill()
        self.changed.emit()

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
        self._readers, self._widgets = {}, {}
        if self.name not in NETWORKS:
            return
        try:
            known = network_options(self.name, self._shape, self._preset.get(self.name, {}))
        except UserError:
            known = network_options(self.name, self._shape, {})
        for place, option in enumerate(NETWORKS[self.name].options):
            widget = self._make(option, known[option.name])
            self._widgets[option.name] = widget
            if isinstance(widget, QCheckBox):
                self._grid.addWidget(widget, place // 2, place % 2, Qt.AlignmentFlag.AlignBottom)
            else:
                title = option.name.replace("_", " ").capitalize()
                self._grid.addLayout(labelled(title, widget), place // 2, place % 2)

    def _make(self, option: Option, value: object) -> QWidget:
        name, title = f"training.option_{option.name}", option.name.replace("_", " ").capitalize()
        tip = option.description
        if isinstance(value, bool):
            box = QCheckBox(title)
            identify(box, name, title, tip)
            box.setChecked(value)
            box.clicked.connect(self.changed)
            self._readers[option.name] = box.isChecked
            return box
        if isinstance(value, int):
            low = 0 if option.low is None else int(option.low)
            high = 1_000_000 if option.high is None else int(option.high)
            number: QSpinBox = spin(name, title, low, high, value, tip)
            number.valueChanged.connect(self.changed)
            self._readers[option.name] = number.value
            return number
        line = text_field(name, title, tip, self.changed.emit)
        line.setText(in_short(value))
        self._readers[option.name] = lambda: _parsed(line, value)
        return line


def _parsed(line: QLineEdit, like: object) -> object:
    """What was typed, as the same kind of value as ``like`` where that is possible."""
    text = line.text().strip()
    try:
        if isinstance(like, tuple):
            return tuple(int(part) for part in text.replace(",", " ").split())
        if isinstance(like, float):
            return float(text)
    except ValueError:
        pass  # its own check says what is wrong
    return text
