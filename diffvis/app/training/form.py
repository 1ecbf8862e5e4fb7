"""What to train, and how: the fields of the Training workspace."""

from dataclasses import replace
from functools import partial

from PySide6.QtCore import QSignalBlocker, Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from diffvis.app.bug_choice import NONE, BugChoice
from diffvis.app.data_picker import DataPicker
from diffvis.app.notices import About, Notice
from diffvis.app.own_schedule import ScheduleChoice
from diffvis.app.session import Session
from diffvis.app.sources import Sources
from diffvis.app.training.beside_choice import BesideChoice
from diffvis.app.training.folds import Group, cell_of, two_columns
from diffvis.app.training.network import NetworkOptions
from diffvis.app.training.presets import presets_for
from diffvis.app.undo.reading import list_of, plain, table_of
from diffvis.app.widgets.controls import Control, mark_wrong
from diffvis.app.widgets.fields import combo, label, labelled, show_choice
from diffvis.app.widgets.form import Form, control
from diffvis.bugs.catalogue import BUGS
from diffvis.bugs.training import with_bug
from diffvis.diffusion import NoiseSchedule
from diffvis.errors import UserError
from diffvis.models.schedule_file import find_schedule, name_of
from diffvis.settings import settings_of
from diffvis.training.beside import BESIDE, beside
from diffvis.training.config import TrainConfig, bug_of, check_validation, resolved
from diffvis.training.settings import CHECKS, DIFFUSION, GROUPS
from diffvis.viewing.training_record import TrainingRecord

MAX_T = 10_000
ELSEWHERE = ("data", "data_options", "network", "network_options", "timesteps", "schedule")
"""Settings that the window shares, or that have a form of their own."""
ROLES = {"lr": "learning_rate"}
LOOKS = 10  # validations and previews that even a short run should have
OPEN_GROUPS = ("Steps", "Diffusion")
GROUP_NAMES = {CHECKS: "looks_and_checkpoints"}
"""Object names that stay though the title is another one now."""
OF_BUG, OF_BESIDE = "Bug in the code", "Beside it"
AT_INTERVALS = ("validate_every", "preview_every")
SETTINGS = settings_of(TrainConfig)


class TrainingForm(QWidget):
    """Follows the session's data and schedule; its defaults are the preset that suits the data."""

    changed = Signal()  # what ``config`` gives may be another one now

    def __init__(self, session: Session, sources: Sources) -> None:
        super().__init__()
        self._session = session
        self._preset = presets_for(session.data)[0][1]
        self._record: TrainingRecord | None = None
        self._own: set[str] = set()  # intervals that the person has chosen
        self._fields = Form(
            [each for name, each in SETTINGS.items() if name not in ELSEWHERE],
            "training.", roles=ROLES, typed=True,
        )  # fmt: skip
        self._fields.changed.connect(self._edited)
        self._make_widgets()
        self._arrange()
        self._picker = DataPicker(self._data, session, sources)
        self.changed.connect(self._say_folded)
        session.data_changed.connect(self.use_preset)
        session.schedule_changed.connect(self._show_schedule)
        session.device_changed.connect(self._show_device)
        self.use_preset()
        self._show_schedule(session.schedule)
        session.history.add("training", self)
        self.changed.connect(partial(session.history.edited, "training"))

    # --- what can be undone -----------------------------------------------------------------

    def state(self) -> dict[str, object]:
        """Of the preset, what no field says is still in use."""
        return {
            "preset": self._preset,
            "own": frozenset(self._own),
            "fields": self._fields.state(),
            "network": self._network.state(),
            "bug": self._bug.value(),
            "beside": self.beside,
        }

    def restore(self, state: dict[str, object]) -> None:
        if self._preset != state["preset"]:
            self._show(state["preset"])
            known = [place for place, (_, each) in enumerate(self._presets)
                     if each == state["preset"]]  # fmt: skip
            show_choice(self._preset_choice, known[0] if known else 0)
        self._fields.show(state["fields"])
        self._own = set(state["own"])
        self._fields.enable()
        self._bug.show(state["bug"])
        self._beside.show(state["beside"])
        self._network.restore(state["network"])

    def written(self, state: dict[str, object]) -> dict[str, object]:
        """A preset by its title; one of no name is the recommended one, and what was changed."""
        titles = [title for title, each in self._presets if each == state["preset"]]
        return {
            "preset": titles[0] if titles else "",
            "own": sorted(state["own"]),
            "fields": plain(state["fields"]),
            "network": self._network.written(state["network"]),
            "bug": state["bug"],
            "beside": state["beside"],
        }

    def read(self, written: object) -> dict[str, object]:
        found = table_of(written)
        preset, bug = str(found.get("preset", "")), str(found.get("bug", ""))
        other = str(found.get("beside", ""))
        known = [each for title, each in self._presets if title == preset]
        return {
            "preset": known[0] if known else self._presets[0][1],
            "own": frozenset(map(str, list_of(found.get("own", [])))),
            "fields": self._fields.read(found.get("fields", {})),
            "network": self._network.read(found.get("network", {})),
            "bug": bug if bug in BUGS else NONE,
            "beside": other if other in BESIDE else NONE,
        }

    def told(self, before: dict[str, object], after: dict[str, object]) -> tuple[str, str]:
        if before["preset"] != after["preset"]:
            return f"preset: {self._preset_choice.currentText()}", ""
        if before["bug"] != after["bug"]:
            return f"bug in the code: {self._bug.says()}", "training.bug"
        if before["beside"] != after["beside"]:
            return f"run beside it: {self._beside.says()}", "training.beside"
        part = self._fields if before["fields"] != after["fields"] else self._network
        name = "fields" if part is self._fields else "network"
        words, field = part.told(before[name], after[name])
        return words, f"training.{field}"

    def config(self) -> TrainConfig:
        """The run that the fields describe.

        Raises:
            UserError: a value is not possible.
        """
        made = self._preset.changed(
            **self._fields.values(),
            data=self._session.data.source,
            network=self._network.name,
            network_options=self._network.values(),
            timesteps=self._session.schedule.T,
            schedule=name_of(self._session.schedule),
        )
        check_validation(made, self._session.data)
        return with_bug(resolved(made, self._session.data.shape), self._bug.value())

    def configs(self) -> tuple[TrainConfig, ...]:
        """That run, and the one beside it, if there is to be one.

        Raises:
            UserError: a value is not possible, or no run beside it.
        """
        own = self.config()
        return (own, beside(own, self.beside, self._session.data)) if self.beside else (own,)

    @property
    def beside(self) -> str:
        """What is to be trained in turns with it; "" for nothing."""
        return self._beside.value()

    @property
    def steps(self) -> int:
        return self._fields["steps"].value()

    def check(self) -> TrainConfig | None:
        """The run, or None with the reason shown and the field marked."""
        found, field = None, None
        try:
            found = self.configs()[0]
            self.say("")
        except UserError as error:
            field = error.field
            self.say(f"{error.problem}: {error.remedy}")
        self._fields.mark_wrong(field)
        self._network.mark_wrong(field)
        mark_wrong(self._beside.widget, field == "beside")
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

    def use_recommended(self) -> None:
        """The preset that suits the data best, with its schedule, as if the person chose it."""
        show_choice(self._preset_choice, 0)
        self._preset_chosen()

    @Slot()
    def _preset_chosen(self) -> None:
        title, preset = self._presets[self._preset_choice.currentData()]
        with self._session.history.changing(f"preset: {title}"):
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
        self._bug.show(bug_of(preset))
        self._beside.show(NONE)
        self._fields["batch_size"].limit(max(1, min(4096, len(data.train))))
        self._fields.show(preset.model_dump())
        self._show_device(self._session.device)
        self._network.begin(data.shape, preset.network, preset.network_options)
        self._fields.never("conditional", not data.num_classes)
        self._fields.never("flip", data.is_points)
        self._fields.enable()
        self._adapt_intervals()
        self._network_changed()

    def _adapt_intervals(self) -> None:
        """Even a short run gets some looks, unless the person said when to look."""
        often = max(1, self._fields["steps"].value() // LOOKS)
        for name in AT_INTERVALS:
            wanted = getattr(self._preset, name)
            if name not in self._own and wanted > 0:
                self._fields[name].show(min(wanted, often))

    @Slot(str)
    def _edited(self, name: str) -> None:
        self._own |= {name} & set(AT_INTERVALS)
        self._fields.enable()
        self._adapt_intervals()
        self.check()
        self.changed.emit()

    @Slot()
    def _say_folded(self) -> None:
        """Also where the choices are folded away."""
        for group, title, choice in (
            (self._of_bug, OF_BUG, self._bug), (self._of_beside, OF_BESIDE, self._beside),
        ):  # fmt: skip
            group.call(f"{title}: {choice.says()}" if choice.value() else title)

    @Slot()
    def _folded_chosen(self) -> None:
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
        self._bug = BugChoice(
            "training.bug", OF_BUG,
            ((bug, bug.tip) for bug in BUGS.values() if bug.training),
            "Train with an error that real code has had: the run is marked wherever it is shown",
        )  # fmt: skip
        self._beside = BesideChoice()
        for choice in (self._bug, self._beside):
            choice.changed.connect(self._folded_chosen)
        self.error = label("", "warning")
        self.error.setObjectName("training.form_error")
        self.error.setWordWrap(True)
        self.error.hide()
        self._schedule = control(replace(SETTINGS["schedule"], free=""), "training.schedule")
        self._timesteps = control(replace(SETTINGS["timesteps"], high=MAX_T), "training.timesteps")
        for each in (self._schedule, self._timesteps):
            each.changed.connect(self._schedule_chosen)
        self._choice = ScheduleChoice(self._schedule.widget, self._timesteps.widget)

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(labelled("Preset", self._preset_choice))
        column.addLayout(two_columns([labelled("Data", self._data),
                                labelled("Network", self._network.choice)]))  # fmt: skip
        column.addWidget(self.about)
        column.addWidget(Group("Network options", self._network, False))
        self._of_beside = Group(OF_BESIDE, self._beside.widget, False)
        controls = [self._schedule, self._timesteps, *self._fields]
        controls.sort(key=lambda each: not each.setting.group)  # those are the last of the last
        for group in GROUPS:
            cells = [cell_of(each) for each in controls if _group(each) == group]
            content = QWidget()
            content.setLayout(two_columns(cells))
            name = GROUP_NAMES.get(group, "")
            column.addWidget(Group(group, content, group in OPEN_GROUPS, name))
            if group == DIFFUSION:
                column.addWidget(self._of_beside)
        self._of_bug = Group(OF_BUG, self._bug.widget, False)
        column.addWidget(self._of_bug)
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


def _group(control: Control) -> str:
    """A setting that belongs to none of them is among the last."""
    own = control.setting.group
    return own if own in GROUPS else GROUPS[-1]
