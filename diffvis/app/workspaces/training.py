"""Training: a model learns in front of the class, and is then what Reverse steps."""

from pathlib import Path

from PySide6.QtCore import QTimer, Slot
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from diffvis.app.notices import Notice, NoticeKind
from diffvis.app.run_reading import is_run
from diffvis.app.session import Session
from diffvis.app.sources import Sources
from diffvis.app.theme import Theme
from diffvis.app.training_record import TrainingRecord
from diffvis.app.workers.aside import Aside
from diffvis.app.workers.jobs import Jobs
from diffvis.app.workers.worker import Failure
from diffvis.app.workspaces.training_book import RunBook
from diffvis.app.workspaces.training_controls import Phase
from diffvis.app.workspaces.training_form import TrainingForm
from diffvis.app.workspaces.training_readings import Readings
from diffvis.app.workspaces.training_run_page import RunPage
from diffvis.app.workspaces.training_runs import RunsPage
from diffvis.app.workspaces.training_setup_page import SetupPage
from diffvis.app.workspaces.training_side import TrainingSide
from diffvis.app.workspaces.training_stage import Stage
from diffvis.app.workspaces.training_studies import Studies
from diffvis.app.workspaces.training_trainer import Trainer
from diffvis.errors import UserError
from diffvis.training.config import TrainConfig
from diffvis.training.floor import Floor
from diffvis.training.model import Model
from diffvis.training.run import new_run_path

DRAW_MS = 100  # curves are drawn at most ten times a second
SETUP, RUN = 0, 1  # pages beside the plots
GOING = 20  # steps after which a run is so far that its floor is worth finding


class TrainingWorkspace(QWidget):
    """Shows how a run goes: the one that is trained here, or another that is kept."""

    def __init__(self, session: Session, theme: Theme, jobs: Jobs, sources: Sources) -> None:
        super().__init__()
        self._session = session
        self._record: TrainingRecord | None = None  # the run on show
        self._floor_asked = False
        self._trainer = Trainer(session, jobs, self)
        self._aside = Aside(self)
        self._studies = Studies(session, self._aside, self)
        self._readings = Readings(self._aside, self)
        self._timer = QTimer(self)
        self._timer.setInterval(DRAW_MS)
        self._timer.timeout.connect(self._draw)
        self._form = TrainingForm(session, sources)
        self._run_page, self._runs = RunPage(), RunsPage()
        self._setup = SetupPage(self._form, self._studies)
        self._book = RunBook(self._runs, self._readings, self._trainer)
        self._side = TrainingSide(self._setup, self._run_page, self._runs)
        self._controls = self._side.controls
        self._stage = Stage(theme, self)
        self._stage.arrange(self, self._side)
        self._listen_to_the_person()
        self._listen_to_the_rest()
        self._show_schedule()
        self._offer()

    def _listen_to_the_person(self) -> None:
        self._controls.start.clicked.connect(self._start_clicked)
        self._controls.pause.clicked.connect(self._trainer.toggle_pause)
        self._controls.stop.clicked.connect(self._trainer.stop)
        self._controls.save.clicked.connect(self._trainer.worker.save)
        self._run_page.preview.clicked.connect(self._trainer.worker.preview)
        self._run_page.rate_wanted.connect(self._trainer.worker.change_learning_rate)
        self._run_page.use_now.clicked.connect(self._use_now_clicked)
        self._run_page.go_on.clicked.connect(self._continue_clicked)
        self._runs.refused.connect(self._refused)
        self._stage.samples.weights_wanted.connect(self._weights_wanted)

    def _listen_to_the_rest(self) -> None:
        session = self._session
        self._trainer.phase_changed.connect(self._phase_changed)
        self._trainer.progressed.connect(self._draw)
        self._trainer.said.connect(self._controls.say)
        self._trainer.snapshot_taken.connect(self._studies.compare)
        self._book.show_wanted.connect(self._show_kept)
        self._book.changed.connect(self._changed)
        self._book.others_changed.connect(self._draw_others)
        self._book.renamed.connect(self._renamed)
        self._book.failed.connect(self._say_failed)
        self._studies.floor_found.connect(self._floor_found)
        self._studies.weights_sampled.connect(self._weights_sampled)
        self._studies.weights_failed.connect(self._say_failed)
        self._form.changed.connect(self._offer)
        session.schedule_changed.connect(self._show_schedule)
        session.data_changed.connect(self._data_changed)
        session.model_changed.connect(self._model_changed)

    # --- for the main window ----------------------------------------------------------------

    @property
    def running(self) -> bool:
        """Whether a run is under way, also while it is paused or being saved."""
        return self._trainer.running

    @property
    def record(self) -> TrainingRecord | None:
        """The run on show: the one under way, the last one, or one that was opened."""
        return self._record

    def export_options(self) -> dict[str, object]:
        """What the export dialog needs: the folder of the run on show."""
        return {"run": None if self._record is None else self._record.path}

    @Slot(object)
    def open_run(self, path: Path) -> None:
        """Show a run that is kept, and follow it if another process trains it."""
        self._book.open(path)

    @Slot()
    def reset(self) -> None:
        """The form and the views as on the first day; a run under way goes on."""
        if not self.running:
            self._form.use_preset()
            self._side.show_page(SETUP)
        self._stage.reset()

    def ask_to_stop(self) -> None:
        """The run saves a checkpoint, and the workers' threads end."""
        self._timer.stop()
        self._readings.watch(False)
        self._studies.stop()
        self._aside.ask_to_stop()
        self._trainer.worker.ask_to_stop()

    def wait(self) -> bool:
        return all([self._aside.wait(), self._trainer.worker.wait()])

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._runs.refresh()
        self._readings.watch(True)
        self._draw()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._readings.watch(False)

    # --- what the person does ---------------------------------------------------------------

    @Slot()
    def _start_clicked(self) -> None:
        try:
            config = self._form.config()
        except UserError as error:
            self._refused(error)
            return
        data = self._session.data
        self._begin(TrainingRecord(config, data, new_run_path(data.name)))

    @Slot()
    def _continue_clicked(self) -> None:
        config = self._config_to_go_on()
        if config is not None:
            data, path = self._session.data, self._record.path
            self._begin(TrainingRecord(config, data, path, resume=True))

    def _begin(self, record: TrainingRecord) -> None:
        self._trainer.begin(record)
        self._show(record)
        self._form.offer_again(record)
        self._side.show_page(RUN)

    def _config_to_go_on(self) -> TrainConfig | None:
        """What the run on show would go on with; None where it cannot."""
        record = self._record
        if record is None or self.running or record.is_live or not is_run(record.path):
            return None
        if record.config.data != self._session.data.source:
            return None
        steps = max(record.config.steps, self._form.steps)
        return record.config.changed(steps=steps) if record.step < steps else None

    @Slot()
    def _use_now_clicked(self) -> None:
        if self._record is not None:
            self._trainer.use_now(self._record)

    @Slot(object, object)
    def _renamed(self, before: Path, now: Path) -> None:
        for record in (self._record, self._trainer.record):
            if record is not None and record.path == before:
                record.path = now
        self._book.shows(None if self._record is None else self._record.path)
        self._show_title()

    @Slot(object)
    def _refused(self, error: UserError) -> None:
        self._session.notice(Notice(error.problem, error.remedy, NoticeKind.ERROR))

    # --- what the rest of the window says ---------------------------------------------------

    @Slot()
    def _phase_changed(self) -> None:
        phase, running = self._trainer.phase, self.running
        self._setup.set_free(not running)
        self._controls.enter(phase)
        self._runs.set_ours(self._trainer.record.path if running else None)
        if phase in (Phase.TRAINING, Phase.STOPPING):
            self._timer.start()
        else:
            self._timer.stop()
        self._offer()
        self._draw()

    @Slot(object)
    def _show_kept(self, record: TrainingRecord | None) -> None:
        self._show(record)
        if record is not None and not self._runs.isVisible():
            self._side.show_page(RUN)

    @Slot(object)
    def _changed(self, record: TrainingRecord) -> None:
        if record is self._record:
            self._draw()

    @Slot(object)
    def _say_failed(self, failure: Failure) -> None:
        self._session.notice(Notice.of(failure))

    @Slot(object)
    def _model_changed(self, model: Model) -> None:
        """A run that was opened as a model shows here how it was trained."""
        path = model.path
        shown = None if self._record is None else self._record.path
        if path is not None and path != shown and not self.running and is_run(path):
            self.open_run(path)

    @Slot()
    def _data_changed(self) -> None:
        self._floor_asked = False
        self._offer()

    @Slot()
    def _show_schedule(self) -> None:
        """Empty plots have the axes that the next run will have."""
        if self._record is None:
            self._stage.by_t.begin(None, self._session.schedule.T)

    @Slot(object, object)
    def _floor_found(self, record: TrainingRecord, floor: Floor) -> None:
        if record is self._record:
            self._stage.set_floor(floor)

    @Slot()
    def _weights_wanted(self) -> None:
        if self.running and self._record is self._trainer.record:
            self._trainer.compare()
        elif self._record is not None:
            self._studies.compare_stored(self._record)

    @Slot(object, int, object, object)
    def _weights_sampled(self, record: TrainingRecord, step: int, ema: object, raw: object) -> None:
        if record is self._record:
            self._stage.samples.show_weights(step, ema, raw)

    # --- what is shown ----------------------------------------------------------------------

    def _show(self, record: TrainingRecord | None) -> None:
        """Put a run on show."""
        self._record = record
        T = self._session.schedule.T if record is None else record.config.timesteps
        self._stage.begin(record, T)
        self._book.shows(None if record is None else record.path)
        self._show_title()
        self._offer()
        self._draw_others()
        self._floor_asked = False
        if record is not None:
            self._draw()

    def _show_title(self) -> None:
        record = self._record
        self._side.set_title("New run" if record is None else record.name)

    @Slot()
    def _draw_others(self) -> None:
        self._stage.curves.set_others(self._book.others())

    @Slot()
    def _offer(self) -> None:
        on_show = self._record is not None
        mine = self.running and self._record is self._trainer.record
        steering = mine and self._trainer.phase is not Phase.STOPPING
        self._run_page.offer(steering, on_show, self._config_to_go_on() is not None)

    @Slot()
    def _draw(self) -> None:
        """Show what the record has by now; while nobody looks, this waits for ``showEvent``."""
        if not self.isVisible():
            return
        running = self._trainer.record if self.running else None
        if running is not None:
            self._controls.draw(running, self._trainer.phase)
        if self._record is not None:
            self._stage.draw()
            if not self._floor_asked and len(self._record.history) >= GOING:
                self._floor_asked = True
                self._studies.ask_floor(self._record)
            mine = self._record is self._trainer.record
            self._run_page.draw(self._record, self._trainer.phase if mine else Phase.IDLE)
            if running is None:
                self._controls.draw(self._record, Phase.IDLE)
