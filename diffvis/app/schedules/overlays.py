"""Which schedules lie over the one in use: the known kinds, and any that were kept."""

from functools import lru_cache

from PySide6.QtCore import QSignalBlocker, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from diffvis.app.schedules.plot import Line
from diffvis.app.undo.reading import REMEDY, list_of, table_of
from diffvis.app.widgets.fields import (
    button,
    combo,
    discard,
    identify,
    label,
    labelled,
    show_choice,
)
from diffvis.app.widgets.flow import FlowRow
from diffvis.diffusion import SCHEDULE_KINDS, NoiseSchedule, make_schedule
from diffvis.errors import UserError


@lru_cache(maxsize=32)
def known_schedule(kind: str, T: int) -> NoiseSchedule:
    """The same object each time, so that its coefficients are computed once."""
    return make_schedule(kind, T)


class Overlays(QWidget):
    """Check boxes; ``changed`` when others are to be drawn, ``strip_changed`` for the strip."""

    changed = Signal()
    strip_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._kept: dict[str, tuple[NoiseSchedule, QCheckBox]] = {}
        self._in_use: NoiseSchedule | None = None
        self._boxes: dict[str, QCheckBox] = {}
        for kind in SCHEDULE_KINDS:
            box = QCheckBox(kind)
            identify(
                box, f"schedules.compare_{kind}", f"Compare with {kind}",
                f"Lay the {kind} schedule with the same T over the one in use",
            )  # fmt: skip
            box.toggled.connect(self._toggled)
            self._boxes[kind] = box
        self._row = FlowRow(*self._boxes.values(), gap=14)  # a box stands nearer to its own word
        self._keep = button(
            "Add this", "schedules.keep", "Add this schedule to the comparison",
            "The schedule in use stays in the plots when another one is chosen",
        )  # fmt: skip
        self._forget = button(
            "Remove",
            "schedules.forget",
            "Remove the added schedules",
            "Take those that were added out of the plots",
        )
        self._keep.clicked.connect(self._keep_it)
        self._forget.clicked.connect(self.forget)
        self._against: QComboBox = combo(
            "schedules.against", "Lower film strip",
            tip="Which schedule noises the lower strip: the same samples and noise as above",
        )  # fmt: skip
        self._against.activated.connect(self._against_chosen)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(label("Compare with", "muted"))
        column.addWidget(self._row)
        keeping = QHBoxLayout()
        keeping.addWidget(self._keep)
        keeping.addWidget(self._forget)
        column.addLayout(keeping)
        column.addLayout(labelled("Lower film strip", self._against))
        self._forget.setEnabled(False)

    def show_schedule(self, schedule: NoiseSchedule) -> None:
        """Compare with this one, which is in use."""
        before = self._in_use
        self._in_use = schedule
        for kind, box in self._boxes.items():
            box.setEnabled(kind != schedule.kind)
        offer = [kind for kind in SCHEDULE_KINDS if kind != schedule.kind]
        chosen = self._against.currentData()
        self._against.clear()
        for name in (*offer, *self._kept):
            self._against.addItem(name, name)
        usual = "cosine" if schedule.kind == "linear" else "linear"
        if before is not None and chosen == schedule.kind and before.kind in offer:
            chosen = before.kind  # the two change places
        if not show_choice(self._against, chosen) or chosen is None:
            show_choice(self._against, usual)

    def lines(self) -> list[Line]:
        """The schedules to lay over the one in use."""
        schedule = self._in_use
        assert schedule is not None
        found = [
            Line(kind, known_schedule(kind, schedule.T))
            for kind, box in self._boxes.items()
            if box.isChecked() and kind != schedule.kind
        ]
        for name, (kept, box) in self._kept.items():
            if box.isChecked() and kept != schedule:
                found.append(Line(name, kept))
        return found

    def against(self) -> Line:
        """The schedule of the second film strip."""
        assert self._in_use is not None
        name = self._against.currentData()
        if name in self._kept:
            return Line(name, self._kept[name][0])
        return Line(name, known_schedule(name, self._in_use.T))

    def state(self) -> tuple[tuple[str, ...], tuple[tuple[str, NoiseSchedule, bool], ...]]:
        """The kinds that are ticked, and what was added."""
        ticked = tuple(kind for kind, box in self._boxes.items() if box.isChecked())
        return ticked, tuple((name, kept, box.isChecked()) for name, (kept, box) in
                             self._kept.items())  # fmt: skip

    def show(
        self, state: tuple[tuple[str, ...], tuple[tuple[str, NoiseSchedule, bool], ...]]
    ) -> None:
        """Compare with these again."""
        ticked, added = state
        for kind, box in self._boxes.items():
            with QSignalBlocker(box):
                box.setChecked(kind in ticked)
        self._remove_added()
        for each in added:
            self._add(*each)
        self._refresh()

    def written(
        self, state: tuple[tuple[str, ...], tuple[tuple[str, NoiseSchedule, bool], ...]]
    ) -> dict[str, object]:
        """As JSON can hold it; of a schedule that was added its kind and T, or its betas."""
        ticked, added = state
        return {
            "ticked": list(ticked),
            "added": [[name, kept.to_json(), shown] for name, kept, shown in added],
        }

    def read(
        self, written: object
    ) -> tuple[tuple[str, ...], tuple[tuple[str, NoiseSchedule, bool], ...]]:
        """The opposite of ``written``. Raises UserError where something is not possible."""
        found = {"ticked": [], "added": []} | table_of(written)
        added = []
        for each in list_of(found["added"]):
            name, schedule, shown = list_of(each, 3)
            try:
                added.append((str(name), NoiseSchedule.from_json(schedule), bool(shown)))
            except (TypeError, ValueError) as error:
                raise UserError(f"a schedule cannot be made ({error})", REMEDY) from None
        return tuple(map(str, list_of(found["ticked"]))), tuple(added)

    @Slot()
    def forget(self) -> None:
        self._remove_added()
        self._refresh()

    def _remove_added(self) -> None:
        for _, box in self._kept.values():
            self._row.layout().removeWidget(box)
            discard(box)
        self._kept.clear()
        self._forget.setEnabled(False)

    def restore(self) -> None:
        """Nothing compared and nothing kept."""
        for box in self._boxes.values():
            with QSignalBlocker(box):
                box.setChecked(False)
        self._against.clear()
        self.forget()

    def _refresh(self) -> None:
        if self._in_use is not None:
            self.show_schedule(self._in_use)
        self.changed.emit()
        self.strip_changed.emit()

    @Slot()
    def _keep_it(self) -> None:
        schedule = self._in_use
        assert schedule is not None
        name = f"{schedule.kind}, T = {schedule.T}"
        count = 2
        while name in self._kept:
            if self._kept[name][0] == schedule:
                return
            name, count = f"{schedule.kind} {count}, T = {schedule.T}", count + 1
        self._add(name, schedule, True)
        self._refresh()

    def _add(self, name: str, schedule: NoiseSchedule, ticked: bool) -> None:
        box = QCheckBox(name)
        identify(box, f"schedules.kept_{len(self._kept) + 1}", f"Compare with {name}", "Kept")
        box.setChecked(ticked)
        box.toggled.connect(self._toggled)
        self._kept[name] = (schedule, box)
        self._row.layout().addWidget(box)
        self._forget.setEnabled(True)

    @Slot()
    def _toggled(self) -> None:
        self.changed.emit()

    @Slot()
    def _against_chosen(self) -> None:
        self.strip_changed.emit()
