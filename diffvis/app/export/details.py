"""The finer points of an export: timing, easing, greys, the grid."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QSpinBox, QWidget

from diffvis.app.widgets.fields import combo, identify, labelled, show_choice, show_value, spin
from diffvis.rendering.export_settings import LEVELS
from diffvis.rendering.spec import ExportSpec

EASINGS = (("Even change", "even"), ("Slow at both ends", "smooth"), ("Even in t", "linear"))
TEXTS = (("75 %", 0.75), ("100 %", 1.0), ("125 %", 1.25), ("150 %", 1.5), ("200 %", 2.0))
SHORTEST_MS, LONGEST_MS = 20, 60_000
MOST_SAMPLES = 10_000
_FRAMES = "Chosen so that the picture changes evenly; never more than there are steps"


class ExportDetails(QWidget):
    """Fields of ``ExportSpec`` that are good as they are for most."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        usual = ExportSpec()
        self.frames = spin("export.frames", "Frames", 2, 500, usual.film.frames, _FRAMES)
        self.frame_ms = _milliseconds("export.frame_ms", "Time of a frame", usual.film.frame_ms)
        self.hold_ms = _milliseconds("export.hold_ms", "Time of the last frame", usual.film.hold_ms)
        self.easing = combo("export.easing", "Easing", EASINGS, "How the frames are spread")
        self.back = QCheckBox("and back")
        identify(self.back, "export.back", "Forward, then back", "Run back to where it began")
        levels = [("Exact" if n == 256 else f"{n} levels", n) for n in LEVELS]
        self.levels = combo(
            "export.levels", "Grey levels", levels, "Fewer levels of grey take less space"
        )
        self.text = combo("export.text_scale", "Text size", TEXTS, "Larger words for a large room")
        self.count = _automatic("export.count", "Samples", MOST_SAMPLES, "As in the window")
        self.columns = _automatic("export.columns", "Columns of the grid", 100, "Automatic")
        self.factor = _automatic(
            "export.factor", "Pixels for each of a sample's", 100, "All that fit"
        )
        self._films = (self.frames, self.frame_ms, self.hold_ms, self.easing, self.back)
        self._arrange()
        self.show_spec(usual)
        for field in (
            self.frames, self.frame_ms, self.hold_ms, self.count, self.columns, self.factor
        ):  # fmt: skip
            field.valueChanged.connect(self.changed)
        for box in (self.easing, self.levels, self.text):
            box.currentIndexChanged.connect(self.changed)
        self.back.toggled.connect(self.changed)

    def fields(self) -> dict[str, object]:
        """What was chosen, as fields of ``ExportSpec``."""
        chosen: dict[str, object] = {
            "frames": self.frames.value(),
            "frame_ms": self.frame_ms.value(),
            "hold_ms": self.hold_ms.value(),
            "easing": self.easing.currentData(),
            "back": self.back.isChecked(),
            "levels": self.levels.currentData(),
            "text_scale": self.text.currentData(),
        }
        for name, field in (("columns", self.columns), ("factor", self.factor)):
            if field.isEnabledTo(self):
                chosen[name] = field.value() or None
        if self.count.value():
            chosen["count"] = self.count.value()
        return chosen

    def show_spec(self, spec: ExportSpec) -> None:
        """Fill the fields in."""
        show_value(self.frames, spec.film.frames)
        show_value(self.frame_ms, spec.film.frame_ms)
        show_value(self.hold_ms, spec.film.hold_ms)
        show_choice(self.easing, spec.film.easing)
        self.back.setChecked(spec.film.back)
        show_choice(self.levels, spec.picture.levels)
        if not show_choice(self.text, spec.picture.text_scale):
            self.text.addItem(f"{spec.picture.text_scale:.0%}", spec.picture.text_scale)
            show_choice(self.text, spec.picture.text_scale)
        show_value(self.columns, spec.picture.columns or 0)
        show_value(self.factor, spec.picture.factor or 0)

    def set_kind(self, film: bool, plot: bool, grid: bool) -> None:
        """Whether what is written has frames; whether it is a plot, which has no samples; and
        whether its samples stand in a grid that can be chosen.
        """
        for field in self._films:
            field.setEnabled(film)
        for field in (self.count, self.levels):
            field.setEnabled(not plot)
        for field in (self.columns, self.factor):
            field.setEnabled(grid and not plot)

    def _arrange(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(6)
        rows = (
            (("Frames", self.frames), ("Each frame", self.frame_ms), ("Last frame", self.hold_ms)),
            (("Easing", self.easing), ("Greys", self.levels), ("Text", self.text)),
            (("Samples", self.count), ("Columns", self.columns), ("Enlarged", self.factor)),
        )
        for row, fields in enumerate(rows):
            for column, (words, field) in enumerate(fields):
                grid.addLayout(labelled(words, field), row, column)
                grid.setColumnStretch(column, 1)
        grid.addWidget(self.back, len(rows), 0)


def _milliseconds(name: str, says: str, value: int) -> QSpinBox:
    field = spin(
        name, says, SHORTEST_MS, LONGEST_MS, value, "In milliseconds, a multiple of 10", step=10
    )
    field.setSuffix(" ms")
    return field


def _automatic(name: str, says: str, most: int, none: str) -> QSpinBox:
    """A number, or nothing, which stands at 0."""
    field = spin(name, says, 0, most, 0, f"{says}; at 0: {none.lower()}")
    field.setSpecialValueText(none)
    return field
