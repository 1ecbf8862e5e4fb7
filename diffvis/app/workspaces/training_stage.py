"""All that shows how a run goes: its curves, its loss by t, its samples, and what they mean."""

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from diffvis.app.theme import Theme
from diffvis.app.training_record import TrainingRecord
from diffvis.app.widgets.fields import beside, panel
from diffvis.app.workspaces.training_by_t import LossByT
from diffvis.app.workspaces.training_curves import Curves
from diffvis.app.workspaces.training_samples import SamplesView
from diffvis.app.workspaces.training_why import WhyPanel
from diffvis.training.floor import Floor


class Stage(QObject):
    """Shows one record everywhere at once."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._record: TrainingRecord | None = None
        self._floor: Floor | None = None
        self.curves = Curves(theme)
        self.by_t = LossByT(theme)
        self.samples = SamplesView(theme)
        self._why = WhyPanel()
        self.by_t.why.toggled.connect(self._show_why)
        self.samples.larger.toggled.connect(self._show_larger)
        self.samples.moment_changed.connect(self.curves.set_moment)

    def arrange(self, workspace: QWidget, side: QWidget) -> None:
        """Lay the workspace out: what shows the run, and beside it what steers it."""
        parts = []
        for widget in (self.curves, self.by_t, self.samples, self._why, side):
            column = QVBoxLayout()
            column.addWidget(widget)
            parts.append(panel(column))
        curves, by_t, samples, self._why_panel, side_panel = parts
        self._plots = QWidget()
        plots = QHBoxLayout(self._plots)
        plots.setContentsMargins(0, 0, 0, 0)
        plots.setSpacing(8)
        plots.addWidget(curves, 5)
        plots.addWidget(by_t, 2)
        below = QHBoxLayout()
        below.setSpacing(8)
        below.addWidget(samples, 5)
        below.addWidget(self._why_panel, 4)
        self._why_panel.hide()
        left = QVBoxLayout()
        left.setSpacing(8)
        left.addWidget(self._plots, 3)
        left.addLayout(below, 2)
        beside(workspace, left, side_panel, 0, 560)

    def begin(self, record: TrainingRecord | None, T: int) -> None:
        """Show a run from here on, or none."""
        self._record, self._floor = record, None
        self.curves.begin(record)
        self.by_t.begin(record, T)
        self.samples.begin(record)
        self._explain()

    def set_floor(self, floor: Floor) -> None:
        self._floor = floor
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
            self._why.explain(self._record, self._floor)

    @Slot(bool)
    def _show_why(self, on: bool) -> None:
        self._why_panel.setVisible(on)
        self._explain()

    @Slot(bool)
    def _show_larger(self, on: bool) -> None:
        self._plots.setVisible(not on)
