"""Training: a model learns in front of the class, and is then what Reverse steps."""

from PySide6.QtCore import QTimer, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from diffvis.app.notices import Notice, NoticeKind
from diffvis.app.session import Session
from diffvis.app.sources import Sources
from diffvis.app.theme import Theme
from diffvis.app.training_record import TrainingRecord
from diffvis.app.widgets.fields import beside, label, panel
from diffvis.app.workers.jobs import Jobs
from diffvis.app.workers.training import TrainingWorker
from diffvis.app.workers.worker import Failure
from diffvis.app.workspaces.training_controls import Phase, RunControls
from diffvis.app.workspaces.training_form import FormScroll, TrainingForm
from diffvis.app.workspaces.training_views import FilmView, LossByTPlot, LossPlot
from diffvis.errors import UserError
from diffvis.training.model import Model, open_model
from diffvis.training.run import new_run_path

DRAW_MS = 100  # curves are drawn at most ten times a second


class TrainingWorkspace(QWidget):
    """Starts, pauses and stops runs, and shows how the one under way is going."""

    def __init__(self, session: Session, theme: Theme, jobs: Jobs, sources: Sources) -> None:
        super().__init__()
        self._session = session
        self._jobs = jobs
        self._record: TrainingRecord | None = None
        self._phase = Phase.IDLE
        self._worker = TrainingWorker()
        self._worker.finished.connect(self._ended)
        self._worker.failed.connect(self._failed)
        self._worker.noticed.connect(session.notice)
        self._worker.held.connect(self._held)
        self._worker.caught_up.connect(self._draw)
        self._timer = QTimer(self)
        self._timer.setInterval(DRAW_MS)
        self._timer.timeout.connect(self._draw)
        self._title = label("New run", "title")
        self._form = TrainingForm(session, sources)
        self._loss = LossPlot(theme)
        self._by_t = LossByTPlot(theme)
        self._film = FilmView(theme)
        self._controls = RunControls()
        self._controls.start.clicked.connect(self._start_clicked)
        self._controls.pause.clicked.connect(self._pause_clicked)
        self._controls.stop.clicked.connect(self._stop_clicked)
        self._controls.save.clicked.connect(self._worker.save)
        self._arrange()
        session.schedule_changed.connect(self._show_schedule)
        self._show_schedule()

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

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._draw()

    def _arrange(self) -> None:
        losses, by_t, film, side = QVBoxLayout(), QVBoxLayout(), QVBoxLayout(), QVBoxLayout()
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
        side.setSpacing(6)
        side.addWidget(self._title)
        side.addWidget(FormScroll(self._form), 1)
        side.addWidget(self._controls)
        beside(self, left, panel(side), 0, 560)

    # --- what the person does ---------------------------------------------------------------

    @Slot()
    def _start_clicked(self) -> None:
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
            self._controls.say("Stopped before the first step")
            return
        how = "Done" if record.step == record.config.steps else "Stopped"
        self._controls.say(f"{how}, saved in {record.path.name}", str(record.path))
        device = self._session.device
        self._jobs.run(
            "model", lambda _: open_model(record.path, device), self._use, self._not_opened,
            "Opening the trained model",
        )  # fmt: skip

    @Slot(object)
    def _failed(self, failure: Failure) -> None:
        self._enter(Phase.IDLE)
        self._controls.say("The run has ended with an error")
        self._session.notice(Notice.of(failure))

    def _use(self, model: Model) -> None:
        """Let Reverse step the model, unless other data has been put on show meanwhile."""
        if model.shape != self._session.data.shape:
            hint = f"open its run folder to step it: {model.path}"
            self._session.notice(Notice(f"{model.name} is trained", hint))
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
        self._form.setEnabled(phase is Phase.IDLE)
        self._controls.enter(phase)
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
        """Show what the record has by now; while nobody looks, this waits for ``showEvent``."""
        if self._record is None or not self.isVisible():
            return
        for view in (self._loss, self._by_t, self._film):
            view.draw()
        self._controls.draw(self._record, self._phase)
