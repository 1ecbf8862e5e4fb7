"""What to train, and how: the fields of the Training workspace."""

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Slot
from PySide6.QtWidgets import QComboBox, QGridLayout, QScrollArea, QWidget

from diffvis.app.header import DataPicker
from diffvis.app.notices import Notice, NoticeKind
from diffvis.app.session import Session
from diffvis.app.sources import Sources
from diffvis.app.widgets.fields import MAX_INT, combo, labelled, show_choice, show_value, spin
from diffvis.diffusion import SCHEDULE_KINDS, NoiseSchedule, make_schedule
from diffvis.networks.registry import networks_for
from diffvis.training.config import TrainConfig, preset_for

MAX_T = 10_000
LEARNING_RATES = ("1e-4", "2e-4", "5e-4", "1e-3", "2e-3", "3e-3", "5e-3", "1e-2")
TARGETS = (("ε  (noise)", "eps"), ("x_0  (data)", "x0"), ("v  (velocity)", "v"))
LOOKS = 10  # validations and previews that even a short run should have
TOOLTIP = Qt.ItemDataRole.ToolTipRole


class TrainingForm(QWidget):
    """Follows the session's data and schedule; its defaults are the preset that suits the data."""

    def __init__(self, session: Session, sources: Sources) -> None:
        super().__init__()
        self._session = session
        self._make_widgets()
        self._arrange()
        self._picker = DataPicker(self._data, session, sources)
        session.data_changed.connect(self.use_preset)
        session.schedule_changed.connect(self._show_schedule)
        self.use_preset()
        self._show_schedule(session.schedule)

    def config(self) -> TrainConfig:
        """The run that the fields describe.

        Raises:
            UserError: a value is not possible.
        """
        preset, steps = preset_for(self._session.data), self._steps.value()
        often = max(1, steps // LOOKS)
        return preset.changed(
            network=self._network.currentData(),
            network_options=self._network_options(preset),
            predict=self._predict.currentData(),
            timesteps=self._session.schedule.T,
            schedule=self._session.schedule.kind,
            steps=steps,
            batch_size=self._batch_size.value(),
            lr=self._learning_rate.currentText().strip(),
            seed=self._seed.value(),
            device=self._session.device,
            validate_every=min(preset.validate_every, often),
            preview_every=min(preset.preview_every, often),
        )

    @Slot()
    def use_preset(self) -> None:
        """Fill the fields with what trains well on the session's data."""
        data = self._session.data
        preset = preset_for(data)
        self._network.clear()
        for entry in networks_for(data.shape):
            self._network.addItem(entry.name, entry.name)
            last = self._network.count() - 1
            self._network.setItemData(last, entry.description, TOOLTIP)
        show_choice(self._network, preset.network)
        show_choice(self._predict, preset.predict)
        self._batch_size.setMaximum(max(1, min(4096, len(data.train))))
        show_value(self._steps, preset.steps)
        show_value(self._batch_size, preset.batch_size)
        show_value(self._seed, preset.seed)
        self._learning_rate.setCurrentText(_short(preset.lr))

    def _network_options(self, preset: TrainConfig) -> dict[str, object]:
        """The preset's, which are for its own network only."""
        return preset.network_options if self._network.currentData() == preset.network else {}

    def _make_widgets(self) -> None:
        self._data = combo("training.data", "Data", tip="What the network learns")
        self._network = combo("training.network", "Network", tip="What predicts")
        self._predict = combo(
            "training.predict",
            "What the network predicts",
            TARGETS,
            "ε: Ho et al. 2020, eq. 14\nx_0: the data itself\nv: Salimans & Ho 2022, appendix D",
        )
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
        self._steps = spin(
            "training.steps", "Training steps", 1, 1_000_000_000, 1, "How many batches", 500
        )
        self._batch_size = spin(
            "training.batch_size", "Batch size", 1, 4096, 1, "Samples in each step", 32
        )
        self._learning_rate = combo(
            "training.learning_rate",
            "Learning rate",
            [(rate, float(rate)) for rate in LEARNING_RATES],
            "Of the optimiser at the beginning; any number above 0 can be typed",
        )
        self._learning_rate.setEditable(True)
        self._learning_rate.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self._seed = spin(
            "training.seed", "Seed", 0, MAX_INT, 0, "The same seed trains the same network"
        )

    def _arrange(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(6)
        pairs = (
            (("Data", self._data), ("Network", self._network)),
            (("Predict", self._predict), ("Learning rate", self._learning_rate)),
            (("Schedule", self._schedule), ("Timesteps T", self._timesteps)),
            (("Steps", self._steps), ("Batch", self._batch_size)),
        )
        for row, pair in enumerate(pairs):
            for column, (text, control) in enumerate(pair):
                grid.addLayout(labelled(text, control), row, column)
        grid.addLayout(labelled("Seed", self._seed), len(pairs), 0)
        for column in (0, 1):
            grid.setColumnStretch(column, 1)

    @Slot()
    def _schedule_chosen(self) -> None:
        try:
            schedule = make_schedule(self._schedule.currentData(), self._timesteps.value())
        except ValueError as error:
            notice = Notice("This schedule cannot be made", str(error), NoticeKind.ERROR)
            self._session.notice(notice)
            self._show_schedule(self._session.schedule)
            return
        self._session.set_schedule(schedule)

    @Slot(object)
    def _show_schedule(self, schedule: NoiseSchedule) -> None:
        if not show_choice(self._schedule, schedule.kind):
            self._schedule.setCurrentIndex(-1)  # a schedule of given betas
        show_value(self._timesteps, schedule.T)


class FormScroll(QScrollArea):
    """Scrolls a form up and down where it is too high; it is never too narrow for the form."""

    def __init__(self, form: QWidget) -> None:
        super().__init__()
        self.setWidget(form)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def minimumSizeHint(self) -> QSize:
        width = self.widget().minimumSizeHint().width()
        return QSize(width + self.verticalScrollBar().sizeHint().width(), 60)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The scroll area watches its form, and so learns when that becomes wider or narrower."""
        if event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)


def _short(rate: float) -> str:
    """A learning rate as people write it: 3e-3, 2.5e-4."""
    mantissa, exponent = f"{rate:.3e}".split("e")
    return f"{float(mantissa):g}e{int(exponent)}"
