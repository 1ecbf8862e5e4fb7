"""The schedule in use: its kind, its T, what is wrong with it, and one's own."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout, QWidget

from diffvis.app.own_schedule import ScheduleChoice
from diffvis.app.widgets.fields import button, combo, decimal, label, labelled, show_value, spin
from diffvis.app.widgets.symbols import of_report
from diffvis.diffusion import SCHEDULE_KINDS, NoiseSchedule
from diffvis.viewing.drawn_curve import HIGHEST, LOWEST

MAX_T = 10_000
TIP = (
    "linear: β_t on a straight line, Ho et al. 2020, rescaled for T\n"
    "cosine: ᾱ_t along a squared cosine, Nichol & Dhariwal 2021, eq. 17\n"
    "quadratic: √β_t on a straight line, Rombach et al. 2022\n"
    "sigmoid: β_t on a logistic curve, Xu et al. 2022 (GeoDiff)\n"
    "sigmoid-alpha-bar: ᾱ_t on a logistic curve, Jabri et al. 2022; others call it sigmoid\n"
    "constant: the same β_t everywhere, Ho et al. 2020, section 4\n"
    "flow: straight from x_0 to ε, 1 − t/T and t/T, Lipman et al. 2023\n"
    "ve: the signal stays 1, the noise grows from 0.01 to 50 in equal ratios, Song et al. 2021\n"
    "ve-karras: likewise from 0.002 to 80, its 7th root on a line, Karras et al. 2022"
)


class ScheduleForm(QWidget):
    """``chosen``: the person wants another schedule, which ``wanted`` makes."""

    chosen = Signal()

    def __init__(self) -> None:
        super().__init__()
        kinds = [(kind, kind) for kind in SCHEDULE_KINDS]
        self._kind = combo("schedules.kind", "Kind of schedule", kinds, TIP)
        self._T = spin("schedules.T", "Number of timesteps T", 1, MAX_T, 1000, "How many timesteps")
        self._choice = ScheduleChoice(self._kind, self._T)
        self.pencil = button(
            "Draw", "schedules.draw", "Draw a schedule",
            "Draw log SNR over t with the mouse; whatever the hand does, it falls",
        )  # fmt: skip
        self.pencil.setCheckable(True)
        self.pencil.setProperty("role", "toggle")
        says = (
            "log SNR at the t in use: type a number to draw without the mouse. From one t to the"
            " next the schedule is a straight line"
        )
        self.value = decimal(
            "schedules.draw_value", "log SNR at this t", LOWEST, HIGHEST, 0.0, says
        )
        self._value_row = QWidget()
        row = labelled("log SNR at this t", self.value)
        row.setContentsMargins(0, 0, 0, 0)
        self._value_row.setLayout(row)
        self._value_row.hide()
        self.pencil.toggled.connect(self._value_row.setVisible)
        self.save = button("Save…", "schedules.save", "Save the schedule", "As a JSON file")
        self.load = button("Load…", "schedules.load", "Load a schedule", "From a JSON file")
        self._warning = label("", "warning")
        self._warning.setObjectName("schedules.warning")
        self._warning.setWordWrap(True)
        self._kind.activated.connect(self._activated)
        self._T.valueChanged.connect(self._activated)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        fields = self._fields = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        for text, control, share in (("Schedule", self._kind, 3), ("Timesteps T", self._T, 2)):
            field = labelled(text, control)
            fields.addLayout(field, share)
            fields.setAlignment(field, Qt.AlignmentFlag.AlignTop)  # labels in a row
        column.addLayout(fields)
        own = QHBoxLayout()
        for control in (self.pencil, self.save, self.load):
            own.addWidget(control)
        self._own_row = QWidget()
        own.setContentsMargins(0, 0, 0, 0)
        self._own_row.setLayout(own)
        column.addWidget(self._own_row)
        column.addWidget(self._value_row)
        column.addWidget(self._warning)

    def wanted(self) -> NoiseSchedule:
        """What the fields ask for.

        Raises:
            ValueError: there is no such schedule with that T.
        """
        return self._choice.wanted()

    def forget_own(self) -> None:
        """Offer nothing but the kinds; ``show_schedule`` follows."""
        self._choice.forget()

    def set_wide(self, wide: bool) -> None:
        """Where there is little room, what makes a schedule of one's own gives way."""
        self._own_row.setVisible(wide)
        directions = QBoxLayout.Direction
        self._fields.setDirection(directions.LeftToRight if wide else directions.TopToBottom)

    def show_schedule(self, schedule: NoiseSchedule) -> None:
        """Show what is in use, and what is wrong with it."""
        self._choice.show(schedule)
        warnings = schedule.warnings()
        self._warning.setText(of_report("\n".join(warnings)))
        self._warning.setVisible(bool(warnings))

    def show_t(self, schedule: NoiseSchedule, t: int) -> None:
        """Show what could be drawn at t; data itself has infinitely more signal than noise."""
        self.value.setEnabled(t > 0)
        if t > 0:
            show_value(self.value, float(schedule.log_snr[t]))

    @Slot()
    def _activated(self) -> None:
        self.chosen.emit()
