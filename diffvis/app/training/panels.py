"""All that shows how a run goes: its curves, its loss by t, its samples, and what they mean."""

from functools import partial

from PySide6.QtCore import QObject, QSize, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout, QWidget

from diffvis.app.theme import Theme
from diffvis.app.training.by_t import LossByT
from diffvis.app.training.curves import Curves
from diffvis.app.training.samples import SamplesView
from diffvis.app.training.side import TrainingSide
from diffvis.app.training.stage import TrainingStage
from diffvis.app.training.why import WhyPanel
from diffvis.app.widgets.fields import beside, panel
from diffvis.training.config import bug_of
from diffvis.training.floor import Floor
from diffvis.viewing.training_record import TrainingRecord

LETTERS_BESIDE = 60  # of room that the plots need beside each other
BESIDE = 5, 2  # shares of the curves and the loss by t


class Plots(QWidget):
    """The curves and the loss by t beside each other, or in a narrow dock one over the other."""

    turned = Signal(bool)  # whether they stand beside each other

    def __init__(self, curves: QWidget, by_t: QWidget) -> None:
        super().__init__()
        self._parts = (curves, by_t)
        self._box = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(8)
        for part, share in zip(self._parts, BESIDE, strict=True):
            self._box.addWidget(part, share)

    def minimumSizeHint(self) -> QSize:
        """As wide as the narrow form has to be: a wide dock may always be made narrow."""
        width = max(part.minimumSizeHint().width() for part in self._parts)
        return QSize(width, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        directions = QBoxLayout.Direction
        letters = self.width() / self.fontMetrics().averageCharWidth()
        wanted = directions.LeftToRight if letters >= LETTERS_BESIDE else directions.TopToBottom
        if wanted != self._box.direction():
            beside = wanted == directions.LeftToRight
            self._box.setDirection(wanted)
            for place, share in enumerate(BESIDE if beside else (1, 1)):
                self._box.setStretch(place, share)
            self.turned.emit(beside)


def _share(column: QVBoxLayout, beside: bool) -> None:
    """Of the height: plots over each other need more of it, and take it from the samples."""
    for place, part in enumerate((3, 2) if beside else (3, 1)):
        column.setStretch(place, part)


class TrainingPanels(QObject):
    """Shows one record everywhere at once."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._record: TrainingRecord | None = None
        self.floor: Floor | None = None
        self.curves = Curves(theme)
        self.by_t = LossByT(theme)
        self.samples = SamplesView(theme)
        self._why = WhyPanel()
        self.by_t.why.toggled.connect(self._show_why)
        self.samples.larger.toggled.connect(self._show_larger)
        self.samples.moment_changed.connect(self.curves.set_moment)

    def arrange(self, workspace: QWidget, side: TrainingSide) -> TrainingStage:
        """Lay the workspace out: what shows the run, and beside it what steers it."""
        parts = []
        for widget in (self.curves, self.by_t, self.samples, self._why, side):
            column = QVBoxLayout()
            column.addWidget(widget)
            parts.append(panel(column))
        curves, by_t, samples, self._why_panel, side_panel = parts
        self._plots = Plots(curves, by_t)
        below = QHBoxLayout()
        below.setSpacing(8)
        below.addWidget(samples, 5)
        below.addWidget(self._why_panel, 4)
        self._why_panel.hide()
        left = QVBoxLayout()
        left.setSpacing(8)
        left.addWidget(self._plots)
        left.addLayout(below)
        self._plots.turned.connect(partial(_share, left))
        _share(left, True)
        beside_it = beside(workspace, left, side_panel, 0, 560)
        self._stage = TrainingStage(
            self.curves, self.by_t, self.samples, beside_it, side.title, workspace
        )
        return self._stage

    def begin(self, record: TrainingRecord | None, T: int) -> None:
        """Show a run from here on, or none."""
        self._record, self.floor = record, None
        self._stage.show_title(record is not None and bool(bug_of(record.config)))
        self.curves.begin(record)
        self.by_t.begin(record, T)
        self.samples.begin(record)
        self._explain()

    def set_others(self, records: list[TrainingRecord]) -> None:
        """Lay other runs over the one on show, and put their samples beside its own."""
        self.curves.set_others(records)
        self.samples.set_others(records)

    def set_floor(self, floor: Floor) -> None:
        self.floor = floor
        self.curves.set_floor(floor)
        self.by_t.set_floor(floor)
        self._explain()

    def draw(self) -> None:
        """Show what the record has by now."""
        for view in (self.curves, self.by_t, self.samples):
            view.draw()
        self._explain()

    def reset(self) -> None:
        """As on the first day."""
        self.by_t.why.setChecked(False)
        self.samples.reset()
        self.curves.reset()

    def _explain(self) -> None:
        if self.by_t.why.isChecked():
            self._why.explain(self._record, self.floor)

    @Slot(bool)
    def _show_why(self, on: bool) -> None:
        self._why_panel.setVisible(on)
        self._explain()

    @Slot(bool)
    def _show_larger(self, on: bool) -> None:
        self._plots.setVisible(not on)
