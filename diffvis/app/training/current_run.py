"""The run on show: its record, and what is found out about it, everywhere on the workspace."""

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from diffvis.app.session import Session
from diffvis.app.training.controls import Phase
from diffvis.app.training.panels import TrainingPanels
from diffvis.app.training.run_page import RunPage
from diffvis.app.training.run_selection import RunSelection
from diffvis.app.training.side import TrainingSide
from diffvis.app.training.studies import Studies
from diffvis.app.training.trainer import Trainer
from diffvis.training.floor import Floor
from diffvis.viewing.training_record import TrainingRecord

GOING = 20  # steps after which a run is so far that its floor is worth finding


class CurrentRun(QObject):
    """Draws the run that is trained here, or another that is kept, while somebody looks."""

    drawn = Signal()
    changed = Signal()  # another run is on show, or what can be done with it may have changed

    def __init__(
        self,
        workspace: QWidget,
        session: Session,
        panels: TrainingPanels,
        side: TrainingSide,
        run_page: RunPage,
        trainer: Trainer,
        selection: RunSelection,
        studies: Studies,
    ) -> None:
        super().__init__(workspace)
        self._workspace, self._session = workspace, session
        self._panels, self._side, self._run_page = panels, side, run_page
        self._trainer, self._selection, self._studies = trainer, selection, studies
        self._record: TrainingRecord | None = None
        self._floor_asked = False
        trainer.progressed.connect(self.draw)
        trainer.ended.connect(self._say_how_it_ended)
        selection.changed.connect(self._record_changed)
        selection.others_changed.connect(self._draw_others)
        studies.floor_found.connect(self._floor_found)
        studies.weights_sampled.connect(self._weights_sampled)
        panels.samples.weights_wanted.connect(self._weights_wanted)
        session.schedule_changed.connect(self._show_schedule)
        session.data_changed.connect(self._data_changed)
        self._show_schedule()

    @property
    def record(self) -> TrainingRecord | None:
        return self._record

    @property
    def trains(self) -> bool:
        """Whether it is under way in this window."""
        return self._trainer.running and self._record in self._trainer.records

    def show(self, record: TrainingRecord | None) -> None:
        """Put a run on show, or none."""
        self._record = record
        T = self._session.schedule.T if record is None else record.config.timesteps
        self._panels.begin(record, T)
        self.name_again()
        self._draw_others()
        self._floor_asked = False
        self.changed.emit()
        if record is not None:
            self.draw()

    def name_again(self) -> None:
        """Its folder may have another name now."""
        record = self._record
        self._selection.shows(None if record is None else record.path)
        self._side.set_title("New run" if record is None else record.title)
        self._say_how_it_ended()

    @Slot()
    def draw(self) -> None:
        """Show what the record has by now; while nobody looks, this waits until somebody does."""
        if not self._workspace.isVisible():
            return
        trainer, controls = self._trainer, self._side.controls
        running = trainer.record if trainer.running else None
        if running is not None:
            controls.draw(running, trainer.phase)
        record = self._record
        if record is None:
            return
        self._panels.draw()
        if not self._floor_asked and len(record.history) >= GOING:
            self._floor_asked = True
            self._studies.ask_floor(record)
        mine = record in trainer.records
        self._run_page.draw(record, trainer.phase if mine else Phase.IDLE)
        if running is None:
            controls.draw(record, Phase.IDLE)
        self.drawn.emit()

    @Slot()
    def _say_how_it_ended(self) -> None:
        """Of a run that was trained here, only while it is on show."""
        trainer, record = self._trainer, self._record
        if not trainer.running:
            mine = record is not None and record in trainer.records
            self._side.controls.say(*(trainer.outcome(record) if mine else ("", "")))

    # --- what others say --------------------------------------------------------------------

    @Slot(object)
    def _record_changed(self, record: TrainingRecord) -> None:
        if record is self._record:
            self.changed.emit()  # another process may have begun to train it, or stopped
            self.draw()

    @Slot()
    def _draw_others(self) -> None:
        self._panels.set_others(self._selection.others())

    @Slot()
    def _show_schedule(self) -> None:
        """Empty plots have the axes that the next run will have."""
        if self._record is None:
            self._panels.by_t.begin(None, self._session.schedule.T)

    @Slot()
    def _data_changed(self) -> None:
        self._floor_asked = False

    @Slot(object, object)
    def _floor_found(self, record: TrainingRecord, floor: Floor) -> None:
        if record is self._record:
            self._panels.set_floor(floor)

    @Slot()
    def _weights_wanted(self) -> None:
        if self.trains:
            self._trainer.compare(self._record)
        elif self._record is not None:
            self._studies.compare_stored(self._record)

    @Slot(object, int, object, object)
    def _weights_sampled(self, record: TrainingRecord, step: int, ema: object, raw: object) -> None:
        if record is self._record:
            self._panels.samples.show_weights(step, ema, raw)
