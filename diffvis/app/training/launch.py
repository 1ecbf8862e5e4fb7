"""Beginning a run, going on with one, and the one button that does what comes next."""

from functools import partial

from PySide6.QtCore import QObject, Signal, Slot

from diffvis.app.notices import About, Notice
from diffvis.app.session import Session
from diffvis.app.sources import Sources
from diffvis.app.training.controls import START, Next, Phase
from diffvis.app.training.current_run import CurrentRun
from diffvis.app.training.form import TrainingForm
from diffvis.app.training.resumption import Resumption, resumption
from diffvis.app.training.trainer import Trainer
from diffvis.errors import UserError
from diffvis.training.config import TrainConfig, bug_of
from diffvis.viewing.training_record import TrainingRecord


class Launch(QObject):
    """Knows which run is on show, for that is the one to go on with."""

    began = Signal(object)  # TrainingRecord
    refused = Signal(object)  # UserError

    def __init__(
        self,
        session: Session,
        sources: Sources,
        form: TrainingForm,
        trainer: Trainer,
        shown: CurrentRun,
    ) -> None:
        super().__init__(shown)
        self._session, self._sources = session, sources
        self._form, self._trainer, self._shown = form, trainer, shown

    @property
    def record(self) -> TrainingRecord | None:
        """The run on show."""
        return self._shown.record

    @property
    def steps(self) -> int:
        """Of the run that the form describes."""
        return self._form.steps

    @property
    def resumption(self) -> Resumption:
        """How the run on show can go on."""
        source = self._session.data.source
        return resumption(self.record, self._trainer.running, source, self._form.steps)

    @property
    def next(self) -> Next:
        """Pause or resume the run under way, else go on with the one on show, else begin one."""
        phase = self._trainer.phase
        if phase is Phase.TRAINING:
            return Next("Pause", "Hold the run between two steps")
        if phase is Phase.PAUSED:
            return Next("Resume", "Go on with the run from where it was held")
        if phase is Phase.STOPPING:
            return Next("Saving", "The run is being saved", False)
        record, found = self.record, self.resumption
        if record is not None and record.is_live:
            return Next(START, found.says, False)
        if record is not None and not record.has_ended and found.config is not None:
            return Next("Continue", found.says)
        return Next(START, "Train a new model")

    @Slot()
    def do_next(self) -> None:
        """What ``next`` says."""
        now = self.next
        if not now.possible:
            return
        if now.word in ("Pause", "Resume"):
            self._trainer.toggle_pause()
        elif now.word == "Continue":
            self.go_on()
        else:
            self.start()

    @Slot()
    def start(self) -> None:
        """Begin the run that the form describes; where other data are being opened, with them."""
        if self._sources.after_opening(self._start_late):
            title = "The run begins when its data are open"
            self._session.notice(Notice(title, about=About.DATA | About.RUN))
            return
        try:
            configs = self._form.configs()
        except UserError as error:
            self.refused.emit(error)
            return
        data = self._session.data
        bug = bug_of(configs[0])
        name = f"{data.name}-bug-{bug}" if bug else data.name
        self._begin(TrainingRecord.of_new(configs, data, name))

    def _start_late(self) -> None:
        """The data are there; unless the person has gone on with a run meanwhile."""
        if not self._trainer.running:
            self.start()

    @Slot()
    def go_on(self) -> None:
        """Go on with the run on show, with its own data, which are opened where they are not."""
        record, found = self.record, self.resumption
        if record is None or found.config is None:
            return
        resume = partial(self._resume, record, found.config)
        if found.data:
            self._sources.open_data(found.data, then=resume, named_by_a_file=True)
        else:
            resume()

    def _resume(self, record: TrainingRecord, config: TrainConfig) -> None:
        """The data are there; unless the person has turned to another run meanwhile."""
        if record is self.record and not self._trainer.running:
            self._begin(record.going_on(config, self._session.data))

    def _begin(self, record: TrainingRecord) -> None:
        self._trainer.begin(record)
        self.began.emit(record)
