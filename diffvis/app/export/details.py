"""The finer points of an export: timing, easing, greys, the grid."""

from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from diffvis.app.widgets.fields import combo, labelled, show_choice
from diffvis.app.widgets.form import Form
from diffvis.rendering.export_settings import LEVELS, Film, Picture, Shown
from diffvis.rendering.spec import ExportSpec
from diffvis.settings import settings_of

TEXTS = (("75 %", 0.75), ("100 %", 1.0), ("125 %", 1.25), ("150 %", 1.5), ("200 %", 2.0))
TICKED = ("back", "poster")
FILM = ("frames", "frame_ms", "fps", "first_ms", "hold_ms", "easing", *TICKED)
GRID = ("columns", "factor")
COLUMNS = 2  # of fields


class ExportDetails(QWidget):
    """Settings of an export that are good as they are for most."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        film, picture = settings_of(Film), settings_of(Picture)
        count = replace(settings_of(Shown)["count"], none="As in the window")
        declared = [*(film[name] for name in FILM), count, *(picture[name] for name in GRID)]
        self.form = Form(declared, "export.")
        for name in ("frame_ms", "first_ms", "hold_ms"):
            self.form[name].widget.setSuffix(" ms")
        levels = [("Exact" if n == 256 else f"{n} levels", n) for n in LEVELS]
        self.levels = combo("export.levels", "Grey levels", levels, picture["levels"].tip)
        self.text = combo("export.text_scale", "Text size", TEXTS, picture["text_scale"].tip)
        self._of_films: list[QWidget] = []  # with their labels
        self._arrange()
        self.show_spec(ExportSpec())
        self.form.changed.connect(self.changed)
        for box in (self.levels, self.text):
            box.currentIndexChanged.connect(self.changed)

    def fields(self) -> dict[str, object]:
        """What was chosen, as ``ExportSpec`` takes it."""
        chosen = self.form.values()
        if chosen["count"] is None:  # as in the window, which the dialog knows
            del chosen["count"]
        for name in GRID:
            if not self.form[name].widget.isEnabledTo(self):
                del chosen[name]
        return {
            **chosen,
            "levels": self.levels.currentData(),
            "text_scale": self.text.currentData(),
        }

    def show_spec(self, spec: ExportSpec) -> None:
        """Fill the fields in."""
        self.form.show({**spec.film.model_dump(), **spec.picture.model_dump()})
        show_choice(self.levels, spec.picture.levels)
        scale = spec.picture.text_scale
        if not show_choice(self.text, scale):
            self.text.addItem(f"{scale:.0%}", scale)
            show_choice(self.text, scale)

    def set_kind(self, film: bool, plot: bool, grid: bool) -> None:
        """Whether what is written has frames; whether it is a plot, which has no samples; and
        whether its samples stand in a grid that can be chosen.
        """
        for cell in self._of_films:
            cell.setVisible(film)
        for name in FILM:
            self.form[name].widget.setEnabled(film)
        if self.form["fps"].value() is not None:
            self.form["frame_ms"].widget.setEnabled(False)
        for field in (self.form["count"].widget, self.levels):
            field.setEnabled(not plot)
        for name in GRID:
            self.form[name].widget.setEnabled(grid and not plot)

    def _arrange(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(6)
        cells = (
            "frames", "easing", "first_ms", "hold_ms", "frame_ms", "fps", "count", self.text,
            "columns", "factor", self.levels,
        )  # fmt: skip
        titles = {self.levels: "Greys", self.text: "Text"}
        for place, field in enumerate(cells):
            cell = QWidget()
            if isinstance(field, str):
                made = self.form[field]
                cell.setLayout(labelled(made.setting.title, made.widget))
                if field in FILM:
                    self._of_films.append(cell)
            else:
                cell.setLayout(labelled(titles[field], field))
            cell.layout().setContentsMargins(0, 0, 0, 0)
            grid.addWidget(cell, *divmod(place, COLUMNS))
        for place, name in enumerate(TICKED, start=len(cells)):
            ticked = self.form[name].widget
            self._of_films.append(ticked)
            grid.addWidget(ticked, *divmod(place, COLUMNS), Qt.AlignmentFlag.AlignBottom)
        for column in range(COLUMNS):
            grid.setColumnStretch(column, 1)
