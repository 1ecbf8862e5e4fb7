"""Schedules: how fast the signal fades, for one schedule or several laid over each other."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from diffvis.app.asking import ask_file, ask_save
from diffvis.app.folders import saved_notice
from diffvis.app.notices import About, Notice
from diffvis.app.schedules.form import ScheduleForm
from diffvis.app.schedules.numbers import ScheduleNumbers
from diffvis.app.schedules.overlays import Overlays
from diffvis.app.schedules.picker import QuantityPicker
from diffvis.app.schedules.plot import Line, SchedulePlot
from diffvis.app.schedules.stage import SchedulesStage
from diffvis.app.schedules.strips import ScheduleStrips
from diffvis.app.session import Session
from diffvis.app.shown import SchedulesShown
from diffvis.app.sources import use_schedule_of
from diffvis.app.theme import Theme
from diffvis.app.undo.reading import table_of
from diffvis.app.widgets.adaptive import AdaptiveLayout
from diffvis.app.widgets.fields import label, panel
from diffvis.app.widgets.plot_zoom import PlotZoom
from diffvis.app.widgets.steady import Steady
from diffvis.diffusion import NoiseSchedule
from diffvis.errors import UserError
from diffvis.models.schedule_file import SUFFIX, save_schedule
from diffvis.training.presets import preset_schedule
from diffvis.viewing.drawn_curve import DrawnCurve

FILES = f"Schedules (*{SUFFIX})"


class SchedulesWorkspace(QWidget):
    """A large plot of a chosen quantity, two film strips, and the numbers at the shared t."""

    def __init__(self, session: Session, theme: Theme) -> None:
        super().__init__()
        self._session = session
        self._picker = QuantityPicker()
        self._plot = SchedulePlot(theme)
        self._plot.setObjectName("schedules.plot")
        PlotZoom(self._plot, values=False)  # the readout has them
        self._strips = ScheduleStrips(session, theme)
        self._form = ScheduleForm()
        self._overlays = Overlays()
        self._numbers = ScheduleNumbers()
        self._arrange()
        self._picker.changed.connect(self._draw)
        self._plot.t_wanted.connect(session.set_t)
        self._plot.hovered.connect(self._hovered)
        self._plot.drawn.connect(session.set_schedule)
        self._form.chosen.connect(self._chosen)
        self._form.pencil.toggled.connect(self._pencil_toggled)
        self._form.value.valueChanged.connect(self._value_typed)
        self._form.save.clicked.connect(self._save)
        self._form.load.clicked.connect(self._load)
        self._overlays.changed.connect(self._draw)
        self._overlays.strip_changed.connect(self._show_strips)
        session.schedule_changed.connect(self._show_schedule)
        session.t_changed.connect(self._show_t)
        self._show_schedule(session.schedule)
        session.history.add("schedules", self)
        for changed in (self._picker.changed, self._overlays.changed):
            changed.connect(partial(session.history.edited, "schedules"))

    # --- what can be undone --------------------------------------------------------------

    def state(self) -> tuple[object, object]:
        return self._picker.state(), self._overlays.state()

    def restore(self, state: tuple[object, object]) -> None:
        self._picker.show(state[0])
        self._overlays.show(state[1])

    def written(self, state: tuple[object, object]) -> dict[str, object]:
        return {
            "plot": self._picker.written(state[0]),
            "compared": self._overlays.written(state[1]),
        }

    def read(self, written: object) -> tuple[object, object]:
        found = {"plot": {}, "compared": {}} | table_of(written)
        return self._picker.read(found["plot"]), self._overlays.read(found["compared"])

    def look(self) -> dict[str, object]:
        return {}

    def show_look(self, look: dict[str, object]) -> None:
        """All that can be chosen here can be undone."""

    def told(self, before: tuple[object, object], after: tuple[object, object]) -> tuple[str, str]:
        if before[0] != after[0]:
            return f"plot: {self._picker.says}", "schedules.plot"
        return "compared schedules", ""

    def reset(self) -> None:
        """The schedule of the trained model or that suits the data, nothing compared, and the first
        quantity.
        """
        self._form.pencil.setChecked(False)
        self._picker.restore()
        self._overlays.restore()
        self._form.forget_own()
        if self._session.model_is_exact:
            self._session.set_schedule(preset_schedule(self._session.data))
        self._show_schedule(self._session.schedule)

    def _arrange(self) -> None:
        top = QVBoxLayout()
        top.setSpacing(6)
        top.addWidget(self._picker)
        self._plot.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        top.addWidget(self._plot, 1)
        self._readout = label("", "muted")
        self._readout.setObjectName("schedules.readout")
        self._readout.setWordWrap(True)
        self._reading = Steady(self._readout)
        top.addWidget(self._reading)
        strips = QHBoxLayout()
        strips.addWidget(self._strips)
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(panel(top, 8), 3)
        column.addWidget(panel(strips, 8), 2)
        side = self._side = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        side.setSpacing(10)
        side.addWidget(self._form)
        side.addWidget(self._overlays)
        side.addStretch(1)
        side.addWidget(self._numbers)
        framed = panel(side)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        self._layout = AdaptiveLayout(
            left, framed, self._turned, wide_from=820, side_width=310, narrow_to=400
        )
        whole.addWidget(self._layout)
        self.stage_views = SchedulesStage(
            self._picker, self._plot, self._reading, self._strips, self._layout.side, self
        )

    def _turned(self, wide: bool) -> None:
        """Below the plot there is room for little: what one looks at while dragging t."""
        self._overlays.setVisible(wide)
        self._form.set_wide(wide)
        self._side.setStretchFactor(self._numbers, 0 if wide else 1)
        self._reading.setVisible(wide)
        directions = QBoxLayout.Direction
        self._side.setDirection(directions.TopToBottom if wide else directions.LeftToRight)

    # --- what is shown -------------------------------------------------------------------

    @Slot(object)
    def _show_schedule(self, schedule: NoiseSchedule) -> None:
        self._form.show_schedule(schedule)
        self._overlays.show_schedule(schedule)
        if self._plot.drawing:
            self._plot.set_pencil(DrawnCurve(schedule))
        self._draw()
        self._show_strips()
        self._show_t()

    def shown(self) -> SchedulesShown:
        """What the export dialog needs to make the same plot."""
        lines, picker = self._lines(), self._picker
        return SchedulesShown(
            schedules=tuple(line.schedule for line in lines),
            names=tuple(line.name for line in lines),
            view=picker.quantity.key,
            axis=picker.axis,
            log=picker.log_values,
            strips=tuple((line.name, line.schedule) for line in self._strips.lines),
            seed=self._session.seed,
        )

    def _lines(self) -> list[Line]:
        schedule = self._session.schedule
        return [Line(f"{schedule.kind}, T = {schedule.T}", schedule), *self._overlays.lines()]

    @Slot()
    def _draw(self) -> None:
        lines, picker = self._lines(), self._picker
        picker.name_for([line.schedule for line in lines])
        self._plot.show_lines(lines, picker.quantity, picker.axis, log=picker.log_values)
        self._plot.show_t(self._session.t)
        self._hovered(None)

    @Slot()
    def _show_strips(self) -> None:
        in_use = self._session.schedule
        self._strips.show_lines(Line(in_use.kind, in_use), self._overlays.against())

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show_t()

    @Slot()
    def _show_t(self) -> None:
        """Move the cursor to the shared t; while nobody looks, this waits for ``showEvent``."""
        schedule, t = self._session.schedule, self._session.t
        if not self.isVisible() or t > schedule.T:
            return
        self._plot.show_t(t)
        self._strips.refresh()
        self._numbers.show_t(schedule, t)
        self._form.show_t(schedule, t)
        self._hovered(None)

    @Slot(object)
    def _hovered(self, t: int | None) -> None:
        """The value of each curve under the mouse, or at the shared t."""
        in_use = self._session.schedule
        t = min(self._session.t if t is None else t, in_use.T)
        values = []
        for line in self._lines():
            there = t if self._picker.axis != "part" else round(t * line.schedule.T / in_use.T)
            if there <= line.schedule.T:
                value = self._picker.quantity.values(line.schedule)[there]
                values.append(f"{line.name}: {'–' if value != value else format(value, '.4g')}")
        self._reading.set_text(f"t = {t}    " + "    ".join(values))

    # --- what the person does ------------------------------------------------------------

    @Slot()
    def _chosen(self) -> None:
        try:
            schedule = self._form.wanted()
        except ValueError as error:
            refused = UserError("This schedule cannot be made", str(error))
            self._session.notice(Notice.refusing(refused, About.SCHEDULE))
            self._form.show_schedule(self._session.schedule)
            return
        self._session.set_schedule(schedule)

    @Slot(bool)
    def _pencil_toggled(self, on: bool) -> None:
        """Draw log SNR over t; the plot shows nothing else meanwhile."""
        self._picker.lock(on)
        self._plot.set_pencil(DrawnCurve(self._session.schedule) if on else None)
        self._draw()

    @Slot(float)
    def _value_typed(self, value: float) -> None:
        with self._session.history.changing(field="schedules.draw_value"):
            self._plot.draw_to(self._session.t, value)

    @Slot()
    def _save(self) -> None:
        schedule = self._session.schedule
        name = f"{schedule.kind}-{schedule.T}{SUFFIX}"
        chosen = ask_save(self, "Save this schedule", name, FILES, "schedules")
        if chosen:
            self.save_to(Path(chosen))

    @Slot()
    def _load(self) -> None:
        chosen = ask_file(self, "Load a schedule", FILES, "schedules")
        if chosen:
            self.load_from(Path(chosen))

    def save_to(self, path: Path) -> None:
        """Save the schedule in use, and say so or why not."""
        path = path if path.suffix else path.with_suffix(SUFFIX)
        try:
            save_schedule(self._session.schedule, path)
        except UserError as error:
            self._session.notice(Notice.refusing(error, About.SCHEDULE))
            return
        notice = self._session.notice
        notice(saved_notice(f"{path.name} is saved", path, notice, About.SCHEDULE))

    def load_from(self, path: Path) -> None:
        """Use the schedule of a file, or say why it is none."""
        use_schedule_of(path, self._session)
