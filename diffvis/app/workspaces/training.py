"""Training: a model learns in front of the class, and is then what Reverse steps."""

from enum import Enum

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from diffvis.app.notices import Notice, NoticeKind
from diffvis.app.session import Session
from diffvis.app.sources import Sources
from diffvis.app.theme import Theme
from diffvis.app.training_record import TrainingRecord
from diffvis.app.widgets.fields import Readouts, button, label, panel
from diffvis.app.workers.jobs import Jobs
from diffvis.app.workers.training import TrainingWorker
from diffvis.app.workers.worker import Failure
from diffvis.app.workspaces.training_form import TrainingForm
from diffvis.app.workspaces.training_views import FilmView, LossByTPlot, LossPlot
from diffvis.errors import UserError
from diffvis.training.model import Model, open_model
from diffvis.training.run import new_run_path

DRAW_MS = 100  # curves are drawn at most ten times a second
PROGRESS_PARTS = 1000


class Phase(Enum):
    """Where the workspace is; the words are what the person reads."""

    IDLE = ""
    TRAINING = "training"
    PAUSED = "paused"
    STOPPING = "saving"


class TrainingWorkspace(QWidget):
    """Starts, pauses and stops runs, and shows how the one under way is going."""

    def __init__(self, session: Session, theme: Theme, jobs: Jobs, sources: Sources) -> None:
        super().__init__()
        self._session = session
        self._jobs = jobs
        self._sources = sources
        self._record: TrainingRecord | None = None
        self._phase = Phase.IDLE
        self._worker = TrainingWorker()
        self._worker.finished.connect(self._ended)
        self._worker.failed.connect(self._failed)
        self._worker.noticed.connect(session.notice)
        self._worker.held.connect(self._held)
        self._timer = QTimer(self)
        self._timer.setInterval(DRAW_MS)
        self._timer.timeout.connect(self._draw)
        self._form = TrainingForm(session, sources)
        self._loss = LossPlot(theme)
        self._by_t = LossByTPlot(theme)
        self._film = FilmView(theme)
        self._make_controls()
        self._arrange()
        session.schedule_changed.connect(self._show_schedule)
        self._show_schedule()
        self._enter(Phase.IDLE)

    # --- for the main window ----------------------------------------------------------------

    @property
    def running(self) -> bool:
        """Whether a run is under way, also while it is paused or being saved."""
        return self._phase is not Phase.IDLE

    @property
    def record(self) -> TrainingRecord | None:
        """The run on show: the one under way, or the last one."""
        return self._record

    def ask_to_stop(self) -> None:
        """The run saves a checkpoint, and the worker's thread ends."""
        self._timer.stop()
        self._worker.ask_to_stop()

    def wait(self) -> bool:
        return self._worker.wait()

    # --- widgets ----------------------------------------------------------------------------

    def _make_controls(self) -> None:
        self._title = label("New run", "title")
        self._status = label("", "hint")
        self._status.setObjectName("training.status")
        self._status.setWordWrap(True)
        self._readouts = Readouts(
            (("step", "step"), ("speed", "speed"), ("left", "left"), ("device", "device")),
            columns=1,
        )
        self._progress = QProgressBar()
        self._progress.setObjectName("training.progress")
        self._progress.setAccessibleName("Progress of the run")
        self._progress.setTextVisible(False)
        self._progress.setRange(0, PROGRESS_PARTS)
        self._start = button("Start", "training.start", "Start training", "Train a new model")
        self._pause = button(
            "Pause", "training.pause", "Pause or resume", "Pause the run, or go on"
        )
        self._stop = button(
            "Stop", "training.stop", "Stop training", "Stop and save; Reverse then steps the model"
        )
        self._save = button(
            "Save", "training.save", "Save a checkpoint", "Save a checkpoint now and go on"
        )
        self._start.clicked.connect(self._start_clicked)
        self._pause.clicked.connect(self._pause_clicked)
        self._stop.clicked.connect(self._stop_clicked)
        self._save.clicked.connect(self._worker.save)

    def _arrange(self) -> None:
        losses, by_t, film = QVBoxLayout(), QVBoxLayout(), QVBoxLayout()
        losses.addWidget(self._loss)
        by_t.addWidget(self._by_t)
        film.addWidget(self._film)
        plots = QHBoxLayout()
        plots.setSpacing(8)
        plots.addWidget(panel(losses), 5)
        plots.addWidget(panel(by_t), 2)
        left = QVBoxLayout()
        left.setSpacing(8)
        left.addLayout(plots, 3)
        left.addWidget(panel(film), 2)

        scroll = QScrollArea()
        scroll.setWidget(self._form)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        buttons = QGridLayout()
        buttons.setSpacing(6)
        for place, control in enumerate((self._start, self._pause, self._stop, self._save)):
            buttons.addWidget(control, place // 2, place % 2)
        side = QVBoxLayout()
        side.setSpacing(6)
        side.addWidget(self._title)
        side.addWidget(scroll, 1)
        side.addWidget(self._status)
        side.addWidget(self._readouts)
        side.addWidget(self._progress)
        side.addLayout(buttons)
        side_panel = panel(side)
        side_panel.setMinimumWidth(280)
        side_panel.setMaximumWidth(480)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(8)
        whole.addLayout(left, 5)
        whole.addWidget(side_panel, 2)

    # --- what the person does ---------------------------------------------------------------

    @Slot()
    def _start_clicked(self) -> None:
        if self.running:
            return
        try:
            config = self._form.config()
        except UserError as error:
            self._session.notice(Notice(error.problem, error.remedy, NoticeKind.ERROR))
            return
        data = self._session.data
        self._record = TrainingRecord(config, data, new_run_path(data.name))
        self._loss.begin(self._record, config.steps)
        self._by_t.begin(self._record, config.timesteps)
        self._film.begin(self._record)
        self._title.setText(f"Run on {data.title}")
        self._worker.start(self._record)
        self._enter(Phase.TRAINING)

    @Slot()
    def _pause_clicked(self) -> None:
        pause = self._phase is Phase.TRAINING
        self._worker.pause(pause)
        self._enter(Phase.PAUSED if pause else Phase.TRAINING)

    @Slot()
    def _stop_clicked(self) -> None:
        self._worker.cancel()
        self._enter(Phase.STOPPING)

    # --- what the worker says ---------------------------------------------------------------

    @Slot(object)
    def _held(self, record: TrainingRecord) -> None:
        """The run waits until what is wrong has been put right; Resume tries again."""
        if record is self._record and self._phase is Phase.TRAINING:
            self._enter(Phase.PAUSED)

    @Slot(object)
    def _ended(self, record: TrainingRecord) -> None:
        self._enter(Phase.IDLE)
        if record.step == 0:
            self._status.setText("Stopped before the first step")
            return
        done = record.step == record.config.steps
        self._status.setText(f"{'Done' if done else 'Stopped'}, saved in {record.path.name}")
        self._status.setToolTip(str(record.path))
        device = self._session.device
        self._jobs.run(
            "model", lambda: open_model(record.path, device), self._use, self._not_opened,
            "Opening the trained model",
        )  # fmt: skip

    @Slot(object)
    def _failed(self, failure: Failure) -> None:
        self._enter(Phase.IDLE)
        self._status.setText("The run has ended with an error")
        self._session.notice(Notice.of(failure))

    def _use(self, model: Model) -> None:
        """Let Reverse step the model, unless other data has been put on show meanwhile."""
        if model.shape != self._session.data.shape:
            self._session.notice(
                Notice(
                    f"{model.name} is trained", "open its run folder to step it: " + str(model.path)
                )
            )
            return
        self._session.set_model(model)
        self._session.notice(
            Notice(
                f"Trained for {model.steps:,} steps: Reverse now steps this model",
                f"the run is kept in {model.path}",
            )
        )

    def _not_opened(self, failure: Failure) -> None:
        self._session.notice(Notice.of(failure, "The trained model could not be opened"))

    # --- what is shown ----------------------------------------------------------------------

    def _enter(self, phase: Phase) -> None:
        self._phase = phase
        idle, stopping = phase is Phase.IDLE, phase is Phase.STOPPING
        self._form.setEnabled(idle)
        self._start.setEnabled(idle)
        self._pause.setEnabled(not idle and not stopping)
        self._stop.setEnabled(not idle and not stopping)
        self._save.setEnabled(not idle and not stopping)
        self._pause.setText("Resume" if phase is Phase.PAUSED else "Pause")
        _emphasise(self._start, idle)
        _emphasise(self._pause, not idle)
        if phase in (Phase.TRAINING, Phase.STOPPING):
            self._timer.start()
        else:
            self._timer.stop()
        self._draw()

    @Slot()
    def _show_schedule(self) -> None:
        """Empty plots have the axes that the next run will have."""
        if self._record is None:
            self._by_t.begin(None, self._session.schedule.T)

    @Slot()
    def _draw(self) -> None:
        record = self._record
        if record is None:
            return
        for view in (self._loss, self._by_t, self._film):
            view.draw()
        step, steps = record.step, record.config.steps
        self._progress.setValue(PROGRESS_PARTS * step // steps)
        self._readouts.set("step", f"{step:,} / {steps:,}")
        rate = record.steps_per_second
        self._readouts.set("speed", f"{rate:,.{0 if rate >= 100 else 1}f} steps/s" if rate else "–")
        self._readouts.set("left", _duration(record.seconds_left))
        self._readouts.set("device", record.device or "–")
        if self._phase is Phase.TRAINING:
            self._status.setText(f"{record.doing.capitalize()}…")
        elif self.running:
            self._status.setText(f"{self._phase.value.capitalize()} at step {step:,}")


def _duration(seconds: float | None) -> str:
    if seconds is None:
        return "–"
    whole = round(seconds)
    hours, minutes = divmod(whole // 60, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {whole % 60} s" if minutes else f"{whole} s"


def _emphasise(control: QPushButton, primary: bool) -> None:
    """Make a button the one that stands out, or not."""
    role = "primary" if primary else ""
    if control.property("role") != role:
        control.setProperty("role", role)
        control.style().unpolish(control)
        control.style().polish(control)
