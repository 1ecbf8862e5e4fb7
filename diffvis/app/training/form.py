"""What to train, and how: the fields of the Training workspace."""

import re

from PySide6.QtCore import QSignalBlocker, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from diffvis.app.notices import About, Notice
from diffvis.app.own_schedule import ScheduleChoice
from diffvis.app.session import Session
from diffvis.app.shell.header import DataPicker
from diffvis.app.sources import Sources
from diffvis.app.training.fields import GROUPS, Field, make_fields, mark_wrong
from diffvis.app.training.folds import Group, two_columns
from diffvis.app.training.network import NetworkOptions
from diffvis.app.training.presets import presets_for
from diffvis.app.widgets.fields import (
    combo,
    label,
    labelled,
    spin,
)
from diffvis.diffusion import SCHEDULE_KINDS, NoiseSchedule
from diffvis.errors import UserError
from diffvis.models.schedule_file import find_schedule, name_of
from diffvis.training.config import TrainConfig, check_validation, preset_for, resolved
from diffvis.view.training_record import TrainingRecord

MAX_T = 10_000
LOOKS = 10  # validations and previews that even a short run should have
OPEN_GROUPS = ("Steps", "Diffusion")
AT_INTERVALS = ("validate_every", "preview_every")


class TrainingForm(QWidget):
    """Follows the session's data and schedule; its defaults are the preset that suits the data."""

    changed = Signal()  # what ``config`` gives may be another one now

    def __init__(self, session: Session, sources: Sources) -> None:
        super().__init__()
        self._session = session
        self._preset = preset_for(session.data)
        self._record: TrainingRecord | None = None
        self._own: set[str] = set()  # intervals that the person has chosen
        self._fields: dict[str, Field] = make_fields(self._edited)
        self._make_widgets()
        self._arrange()
        self._picker = DataPicker(self._data, session, sources)
        session.data_changed.connect(self.use_preset)
        session.schedule_changed.connect(self._show_schedule)
        session.device_changed.connect(self._show_device)
        self.use_preset()
        self._show_schedule(session.schedule)

    def config(self) -> TrainConfig:
        """The run that the fields describe.

        Raises:
            UserError: a value is not possible.
        """
        values = {name: field.value() for name, field in self._fields.items()}
        made = self._preset.changed(
            **values,
            data=self._session.data.source,
            network=self._network.name,
            network_options=self._network.values(),
            timesteps=self._session.schedule.T,
            schedule=name_of(self._session.schedule),
        )
        check_validation(made, self._session.data)
        return resolved(made, self._session.data.shape)

    @property
    def steps(self) -> int:
        return self._fields["steps"].value()

    def check(self) -> TrainConfig | None:
        """The run, or None with the reason shown and the field marked."""
        for field in self._fields.values():
            mark_wrong(field.widget, False)
        try:
            found = self.config()
        except UserError as error:
            self.say(f"{error.problem}: {error.remedy}")
            named = re.match(r"the network option (\w+)|(\w+) = ", error.problem)
            if named is not None and named[1]:
                widget = self._network.widget(named[1])
            else:
                field = self._fields.get(named[2]) if named is not None else None
                widget = None if field is None else field.widget
            if widget is not None:
                mark_wrong(widget, True)
            return None
        self.say("")
        return found

    def say(self, problem: str) -> None:
        """Why the run is not possible, or nothing."""
        self.error.setText(problem)
        self.error.setVisible(bool(problem))

    def offer_again(self, record: TrainingRecord | None) -> None:
        """Let the person repeat a run."""
        self._record = record
        self._fill_presets()

    @Slot()
    def use_preset(self) -> None:
        """Fill the fields with what trains well on the session's data."""
        self._fill_presets()
        self._show(self._presets[0][1])

    def _fill_presets(self) -> None:
        self._presets = presets_for(self._session.data, self._record)
        with QSignalBlocker(self._preset_choice):
            self._preset_choice.clear()
            for place, (title, _) in enumerate(self._presets):
                self._preset_choice.addItem(title, place)

    @Slot()
    def _preset_chosen(self) -> None:
        preset = self._presets[self._preset_choice.currentData()][1]
        self._show(preset)
        try:
            schedule = find_schedule(preset.schedule, preset.timesteps)
        except UserError as error:  # the file of a schedule may be gone
            self._session.notice(Notice.refusing(error, About.SCHEDULE))
            return
        self._session.set_schedule(schedule)

    def _show(self, preset: TrainConfig) -> None:
        data = self._session.data
        self._preset, self._own = preset, set()
        self._fields["batch_size"].widget.setMaximum(max(1, min(4096, len(data.train))))
        for name, field in self._fields.items():
            field.show(getattr(preset, name))
        self._show_device(self._session.device)
        self._network.begin(data.shape, preset.network, preset.network_options)
        self._fields["conditional"].widget.setEnabled(bool(data.num_classes))
        self._fields["flip"].widget.setEnabled(not data.is_points)
        self._adapt_intervals()
        self._network_changed()

    def _adapt_intervals(self) -> None:
        """Even a short run gets some looks, unless the person said when to look."""
        often = max(1, self._fields["steps"].value() // LOOKS)
        for name in AT_INTERVALS:
            wanted = getattr(self._preset, name)
            if name not in self._own and wanted > 0:
                self._fields[name].show(min(wanted, often))

    @Slot()
    def _edited(self) -> None:
        for name in AT_INTERVALS:
            if self.sender() is self._fields[name].widget:
                self._own.add(name)
        self._adapt_intervals()
        self.check()
        self.changed.emit()

    @Slot()
    def _network_changed(self) -> None:
        self.about.setText(self._network.about)
        self.check()
        self.changed.emit()

    @Slot(str)
    def _show_device(self, device: str) -> None:
        self._fields["device"].show(device)

    # --- its parts --------------------------------------------------------------------------

    def _make_widgets(self) -> None:
        self._preset_choice = combo(
            "training.preset", "Preset", tip="Fills all fields with a set-up that is known to work"
        )
        self._preset_choice.activated.connect(self._preset_chosen)
        self._data = combo("training.data", "Data", tip="What the network learns")
        self._network = NetworkOptions()
        self._network.changed.connect(self._network_changed)
        self.about = label("", "hint")
        self.about.setObjectName("training.network_about")
        self.about.setWordWrap(True)
        self.error = label("", "warning")
        self.error.setObjectName("training.form_error")
        self.error.setWordWrap(True)
        self.error.hide()
        self._schedule = combo(
            "training.schedule",
            "Kind of schedule",
            [(kind, kind) for kind in SCHEDULE_KINDS],
            "The schedule of the whole window; Schedules shows it",
        )
        self._schedule.activated.connect(self._schedule_chosen)
        self._timesteps = spin(
            "training.timesteps", "Number of timesteps T", 1, MAX_T, 1, "How many timesteps"
        )
        self._timesteps.valueChanged.connect(self._schedule_chosen)
        self._choice = ScheduleChoice(self._schedule, self._timesteps)

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(labelled("Preset", self._preset_choice))
        column.addLayout(two_columns([labelled("Data", self._data),
                                labelled("Network", self._network.choice)]))  # fmt: skip
        column.addWidget(self.about)
        column.addWidget(Group("Network options", self._network, False))
        for group in GROUPS:
            cells: list = []
            if group == "Diffusion":
                cells += [labelled("Schedule", self._schedule),
                          labelled("Timesteps T", self._timesteps)]  # fmt: skip
            for field in self._fields.values():
                if field.says.group == group:
                    alone = isinstance(field.widget, QCheckBox)
                    cells.append(
                        field.widget if alone else labelled(field.says.label, field.widget)
                    )
            content = QWidget()
            content.setLayout(two_columns(cells))
            column.addWidget(Group(group, content, group in OPEN_GROUPS))
        column.addStretch(1)

    @Slot()
    def _schedule_chosen(self) -> None:
        try:
            schedule = self._choice.wanted()
        except ValueError as error:
            refused = UserError("This schedule cannot be made", str(error))
            self._session.notice(Notice.refusing(refused, About.SCHEDULE))
            self._show_schedule(self._session.schedule)
            return
        self._session.set_schedule(schedule)

    @Slot(object)
    def _show_schedule(self, schedule: NoiseSchedule) -> None:
        self._choice.show(schedule)
        self.check()
        self.changed.emit()
