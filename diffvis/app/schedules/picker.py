"""What the plot of Schedules shows: the quantity and its axes."""

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Signal, Slot
from PySide6.QtWidgets import QCheckBox

from diffvis.app.undo.reading import REMEDY, filled
from diffvis.app.widgets.fields import combo, identify, name_entry, show_choice
from diffvis.app.widgets.flow import FlowRow
from diffvis.diffusion import NoiseSchedule
from diffvis.errors import UserError
from diffvis.rendering.quantities import QUANTITIES, Quantity

AXES = (("over t", "t"), ("over log t", "log"), ("over t / T", "part"))


class QuantityPicker(FlowRow):
    """``changed`` when another curve is to be drawn."""

    changed = Signal()

    def __init__(self) -> None:
        self._quantity = combo(
            "schedules.quantity",
            "Quantity plotted",
            [(made.says, key) for key, made in QUANTITIES.items()],
            "What is plotted over t, for each schedule",
        )
        self._quantity.setMinimumContentsLength(24)
        self._axis = combo(
            "schedules.axis", "Horizontal axis", AXES, "t / T compares schedules of different T"
        )
        self._axis.setMinimumContentsLength(8)
        self._log = QCheckBox("log scale")
        identify(self._log, "schedules.log", "Logarithmic axis", "Values on a logarithmic axis")
        super().__init__(self._quantity, self._axis, self._log)
        self._locked = False
        self._chosen_before = 0, 0  # before it was locked
        self._quantity.activated.connect(self._chosen)
        self._axis.activated.connect(self._chosen)
        self._log.toggled.connect(self._chosen)

    @property
    def quantity(self) -> Quantity:
        return QUANTITIES[self._quantity.currentData()]

    @property
    def axis(self) -> str:
        """``t``, ``log`` or ``part``."""
        return self._axis.currentData()

    @property
    def log_values(self) -> bool:
        return self._log.isChecked()

    @property
    def says(self) -> str:
        """What is chosen, as it is read on screen."""
        log = ", log scale" if self.log_values else ""
        return f"{self._quantity.currentText()} {self._axis.currentText()}{log}"

    def name_for(self, schedules: Sequence[NoiseSchedule]) -> None:
        """Call each quantity as the paths on show write it."""
        for place, made in enumerate(QUANTITIES.values()):
            name_entry(self._quantity, place, made.title(schedules))

    def lock(self, locked: bool) -> None:
        """While a schedule is drawn, the plot shows log SNR over t, and the controls say so."""
        if locked and not self._locked:
            self._chosen_before = self._quantity.currentIndex(), self._axis.currentIndex()
            show_choice(self._quantity, "log_snr")
            show_choice(self._axis, "t")
        elif self._locked and not locked:
            quantity, axis = self._chosen_before
            self._quantity.setCurrentIndex(quantity)
            self._axis.setCurrentIndex(axis)
        self._locked = locked
        for control in (self._quantity, self._axis):
            control.setEnabled(not locked)
        self._log.setEnabled(not self.quantity.signed)

    def state(self) -> tuple[int, int, bool]:
        """What is chosen, or was before a schedule is drawn."""
        chosen = self._quantity.currentIndex(), self._axis.currentIndex()
        quantity, axis = self._chosen_before if self._locked else chosen
        return quantity, axis, self._log.isChecked()

    def show(self, state: tuple[int, int, bool]) -> None:
        """Show what was chosen, as soon as nothing is drawn any more."""
        self._chosen_before = state[:2]
        if not self._locked:
            for box, place in zip((self._quantity, self._axis), state[:2], strict=True):
                box.setCurrentIndex(place)
        with QSignalBlocker(self._log):
            self._log.setChecked(state[2])
        self._log.setEnabled(not self.quantity.signed)

    def written(self, state: tuple[int, int, bool]) -> dict[str, object]:
        """By the words that name what is chosen, whatever else there may be to choose one day."""
        quantity, axis = self._quantity.itemData(state[0]), self._axis.itemData(state[1])
        return {"quantity": quantity, "axis": axis, "log": state[2]}

    def read(self, written: object) -> tuple[int, int, bool]:
        """Raises UserError where a word or a value is not possible."""
        found = filled(self.written(self.state()), written)
        places = []
        for name, box in (("quantity", self._quantity), ("axis", self._axis)):
            place = box.findData(found[name])
            if place < 0:
                raise UserError(f"there is no {name} {found[name]} to plot", REMEDY)
            places.append(place)
        return places[0], places[1], found["log"]

    def restore(self) -> None:
        self.lock(False)
        self._quantity.setCurrentIndex(0)
        self._axis.setCurrentIndex(0)
        self._log.setChecked(False)
        self._log.setEnabled(not self.quantity.signed)

    @Slot()
    def _chosen(self) -> None:
        self._log.setEnabled(not self.quantity.signed)
        self.changed.emit()
