"""Training: a model learns in front of the class, and is then what Reverse steps."""

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

from PySide6.QtCore import Slot
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from diffvis.app.failure import Failure
from diffvis.app.left import note_unfinished
from diffvis.app.notices import About, Notice
from diffvis.app.pacing import PacedTimer
from diffvis.app.recent import remember
from diffvis.app.session import Session
from diffvis.app.shown import TrainingShown
from diffvis.app.sources import Sources
from diffvis.app.theme import Theme
from diffvis.app.training.clock import TrainingClock
from diffvis.app.training.controls import Phase
from diffvis.app.training.current_run import CurrentRun
from diffvis.app.training.form import TrainingForm
from diffvis.app.training.launch import Launch
from diffvis.app.training.panels import TrainingPanels
from diffvis.app.training.readings import Readings
from diffvis.app.training.run_page import RunPage
from diffvis.app.training.run_selection import RunSelection
from diffvis.app.training.runs import RunsPage
from diffvis.app.training.samples import Look
from diffvis.app.training.setup_page import SetupPage
from diffvis.app.training.side import TrainingSide
from diffvis.app.training.studies import Studies
from diffvis.app.training.thumbnails import Thumbnails
from diffvis.app.training.trainer import Trainer
from diffvis.app.undo.reading import table_of
from diffvis.app.workers.aside import Aside
from diffvis.app.workers.jobs import Jobs
from diffvis.errors import UserError
from diffvis.lectures.places import PATH
from diffvis.models.model import Model
from diffvis.models.run_files import is_run
from diffvis.training.config import TrainConfig
from diffvis.viewing.training_record import TrainingRecord

DRAW_MS = 100  # curves are drawn at most ten times a second
DRAW_SHARE = 0.05  # of the window's time that goes into drawing them, since the run waits meanwhile
SETUP, RUN = 0, 1  # pages beside the plots


class TrainingWorkspace(QWidget):
    """Shows how a run goes: the one that is trained here, or another that is kept."""

    def __init__(self, session: Session, theme: Theme, jobs: Jobs, sources: Sources) -> None:
        super().__init__()
        self._session = session
        self._trainer = Trainer(session, jobs, sources, self)
        self._aside = Aside(self)
        self._studies = Studies(session, self._aside, self)
        self._readings = Readings(self._aside, self)
        self._form = TrainingForm(session, sources)
        self._run_page, self._runs = RunPage(), RunsPage()
        self._setup = SetupPage(self._form, self._studies)
        self._thumbnails = Thumbnails(self._runs, self._aside, theme)
        self._selection = RunSelection(self._runs, self._readings, self._trainer)
        self._side = TrainingSide(self._setup, self._run_page, self._runs)
        self._controls = self._side.controls
        self._panels = TrainingPanels(theme, self)
        self.stage_views = self._panels.arrange(self, self._side)
        self._shown = CurrentRun(
            self, session, self._panels, self._side, self._run_page, self._trainer, self._selection,
            self._studies,
        )  # fmt: skip
        self._launch = Launch(session, sources, self._form, self._trainer, self._shown)
        self.clock = TrainingClock(self._launch, self._panels.samples, self)
        self._to_go_on: Path | None = None  # as soon as it is on show
        self._lesson: tuple[TrainingRecord, Callable[[], object]] | None = None
        self._timer = PacedTimer(self, self._shown.draw, DRAW_MS, DRAW_SHARE)
        self._listen_to_the_person()
        self._listen_to_the_rest()
        self._offer()
        self._show_choice()

    def _listen_to_the_person(self) -> None:
        self._controls.start.clicked.connect(self._launch.start)
        self._controls.pause.clicked.connect(self._launch.do_next)
        self._controls.stop.clicked.connect(self._trainer.stop)
        self._controls.stop.clicked.connect(partial(note_unfinished, None))
        self._controls.save.clicked.connect(self._trainer.worker.save)
        self._run_page.preview.clicked.connect(self._trainer.worker.preview)
        self._run_page.rate_wanted.connect(self._trainer.worker.change_learning_rate)
        self._run_page.use_now.clicked.connect(self._use_now_clicked)
        self._run_page.go_on.clicked.connect(self._launch.go_on)
        self._launch.began.connect(self._began)
        self._launch.refused.connect(self._refused)
        self._runs.refused.connect(self._refused)
        self._runs.named.connect(self._named)

    def _listen_to_the_rest(self) -> None:
        session = self._session
        self._trainer.phase_changed.connect(self._phase_changed)
        self._shown.changed.connect(self._offer)
        self._shown.drawn.connect(self.clock.refresh)
        self.clock.lent.connect(self._panels.samples.leave_slider)
        self.clock.lent.connect(self._controls.leave_pause)
        self._trainer.ended.connect(self._ended)
        self._trainer.handed_over.connect(self._handed_over)
        self._trainer.snapshot_taken.connect(self._studies.compare)
        self._selection.show_wanted.connect(self._show_kept)
        self._selection.renamed.connect(self._renamed)
        self._selection.failed.connect(self._say_failed)
        self._studies.weights_failed.connect(self._say_failed)
        self._form.changed.connect(self._offer)
        self._form.changed.connect(self._show_choice)
        session.data_changed.connect(self._offer)
        session.model_changed.connect(self._model_changed)

    # --- for the main window ----------------------------------------------------------------

    @property
    def running(self) -> bool:
        """Whether a run is under way, also while it is paused or being saved."""
        return self._trainer.running

    @property
    def settled(self) -> bool:
        """Whether all that was asked beside a run is known: what it costs, its curves."""
        return self._aside.idle and not self._studies.costing

    @property
    def record(self) -> TrainingRecord | None:
        """The run on show: the one under way, the last one, or one that was opened."""
        return self._shown.record

    def config(self) -> TrainConfig:
        """That of the run on show, or of the one that the form describes.

        Raises:
            UserError: what the form asks for is not possible.
        """
        return self._form.config() if self.record is None else self.record.config

    def shown(self) -> TrainingShown:
        """What the export dialog needs: the run on show, and which of its samples."""
        run = None if self.record is None else self.record.path
        panels = self._panels
        floor = None if panels.floor is None else panels.floor.mean
        return TrainingShown(run, panels.samples.step, panels.curves.log, floor)

    def look(self) -> dict[str, object]:
        """Which run is on show, by its folder."""
        return {} if self.record is None else {"run": {PATH: str(self.record.path)}}

    def show_look(self, look: dict[str, object]) -> None:
        """Raises UserError where the run is gone."""
        run = look.get("run")
        if run is None:
            return
        path = Path(str(table_of(run).get(PATH, "")))
        if not is_run(path):
            raise UserError(f"the run {path.name} is not there any more", "open where it is now")
        if self.record is None or self.record.path != path:
            self.open_run(path)

    @Slot(object)
    def open_run(self, path: Path, go_on: bool = False) -> None:
        """Show a run that is kept, and follow it if another process trains it; or let it go on."""
        self._to_go_on = path if go_on else None
        self._selection.open(path)

    def learn(self, then: Callable[[], object]) -> None:
        """Train the preset that suits the data on show; ``then``, as soon as Reverse steps it, if
        the person is still here.
        """
        if self.running:
            hint = "stop it, then press Start: it learns the data on show"
            self._refused(UserError("Another run is under way", hint))
            return
        with self._session.history.changing("set-up of the run"):
            self._session.use_exact_denoiser()  # without a word: another model is wanted
            self._form.use_recommended()
        self._launch.start()
        self._session.settle(About.DATA)  # what is said of the data would cover the samples
        if self.running and self.record is not None:
            self._lesson = self.record, then

    @Slot()
    def reset(self) -> None:
        """The form and the views as on the first day; a run under way goes on."""
        if not self.running:
            self._form.use_preset()
            self._side.show_page(SETUP)
        self._panels.reset()

    def ask_to_stop(self) -> None:
        """The run saves a checkpoint, and the workers' threads end."""
        self._timer.stop()
        self._readings.watch(False)
        self._studies.stop()
        self._aside.ask_to_stop()
        self._trainer.worker.ask_to_stop()

    def wait(self) -> bool:
        return all([self._aside.wait(), self._trainer.worker.wait()])

    def keep(self) -> None:
        """Save the run under way, and wait until it is; it goes on."""
        self._trainer.worker.save_and_wait()

    @property
    def failure(self) -> Failure | None:
        """How the last run has failed, if it has."""
        return self._trainer.worker.failure

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._runs.refresh()
        self._readings.watch(True)
        self._shown.draw()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._readings.watch(False)

    # --- what the person does ---------------------------------------------------------------

    @Slot(object)
    def _began(self, record: TrainingRecord) -> None:
        remember("run", str(record.path))
        note_unfinished(record.path)
        self._runs.lay_together({each.path for each in record.together})
        self._shown.show(record)
        if record.together:
            self._panels.samples.show_look(Look.BESIDE)
        self._form.offer_again(record)
        self._side.show_page(RUN)

    @Slot()
    def _use_now_clicked(self) -> None:
        if self.record is not None:
            self._trainer.use_now(self.record)

    @Slot(object, object)
    def _renamed(self, before: Path, now: Path) -> None:
        for record in (self.record, *self._trainer.records):
            if record is not None and record.path == before:
                record.path = now
        self._session.move_models(before, now)
        if self.running:
            note_unfinished(now)
        self._shown.name_again()

    @Slot(object, object)
    def _named(self, before: Path, now: Path) -> None:
        """That is undone by its name before."""
        self._session.history.did(
            f"name of the run: {now.name}",
            partial(self._runs.rename, now, before.name),
            partial(self._runs.rename, before, now.name),
        )

    @Slot(object)
    def _refused(self, error: UserError) -> None:
        self._session.notice(Notice.refusing(error, About.RUN))

    # --- what the rest of the window says ---------------------------------------------------

    @Slot()
    def _phase_changed(self) -> None:
        phase, running = self._trainer.phase, self.running
        self._setup.set_free(not running)
        self._runs.set_ours({each.path for each in self._trainer.records} if running else set())
        if phase in (Phase.TRAINING, Phase.STOPPING):
            self._timer.start()
        else:
            self._timer.stop()
        self._offer()
        self._shown.draw()

    @Slot()
    def _ended(self) -> None:
        if self._trainer.record.has_ended:
            note_unfinished(None)

    @Slot(object)
    def _handed_over(self, record: TrainingRecord) -> None:
        lesson, self._lesson = self._lesson, None
        if lesson is not None and lesson[0] is record and self.isVisible():
            lesson[1]()

    @Slot(object)
    def _show_kept(self, record: TrainingRecord | None) -> None:
        go_on, self._to_go_on = self._to_go_on, None
        self._session.settle(About.RUN)
        self._shown.show(record)
        if record is None:
            return
        remember("run", str(record.path))
        if not self._runs.isVisible():
            self._side.show_page(RUN)
        if record.path == go_on:
            self._launch.go_on()

    @Slot(object)
    def _say_failed(self, failure: Failure) -> None:
        self._session.notice(Notice.of(failure, About.RUN))

    @Slot(object)
    def _model_changed(self, model: Model) -> None:
        """A run that was opened as a model shows here how it was trained. One that has just ended
        takes the place of no other that was chosen meanwhile.
        """
        if self._trainer.hands_over:
            return
        path = model.path
        shown = None if self.record is None else self.record.path
        if path is not None and path != shown and not self.running and is_run(path):
            self.open_run(path)

    @Slot()
    def _show_choice(self) -> None:
        with suppress(UserError):  # the form says what is not possible
            self._panels.curves.set_choice(self._form.config())

    @Slot()
    def _offer(self) -> None:
        """Only what can be done with the run on show."""
        steering = self._shown.trains and self._trainer.phase is not Phase.STOPPING
        on_show = self.record is not None
        self._run_page.offer(steering, on_show, self._launch.resumption)
        self._controls.offer(self._trainer.phase, self._launch.next)
        self.clock.refresh()
