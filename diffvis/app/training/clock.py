"""The transport while Training is in front: it starts and pauses the run, and goes back in it."""

from PySide6.QtCore import QObject, Slot

from diffvis.app.training.launch import Launch
from diffvis.app.training.samples import SamplesView
from diffvis.app.transport.clock import Clock, Does
from diffvis.sampling.timeline import Timeline

STATES = {
    "Start": "ready", "Pause": "training", "Resume": "paused", "Continue": "stopped",
    "Saving": "saving",
}  # fmt: skip
"""What is being done while the large button says this."""


class TrainingClock(Clock):
    """Its values are the steps of the run on show. The handle goes along with the newest, unless
    somebody has gone back to the samples of an earlier one.
    """

    symbol = "step "
    name = "Training step"
    tip = (
        "The steps of the run on show: drag back to what the network made at an earlier one."
        " The run goes on meanwhile. Thin is what it has still to do, dots are its samples."
    )
    words = tuple(STATES)

    def __init__(self, launch: Launch, samples: SamplesView, parent: QObject) -> None:
        super().__init__(parent)
        self._launch, self._samples = launch, samples
        samples.moment_changed.connect(self.refresh)

    @property
    def value(self) -> int:
        record, back = self._launch.record, self._samples.step
        if record is None:
            return 0
        return record.step if back is None else back

    @property
    def last(self) -> int:
        record = self._launch.record
        return self._launch.steps if record is None else max(record.step, record.config.steps)

    @property
    def timeline(self) -> Timeline:
        """The steps of which there are samples; the newest samples stand for the newest step."""
        record = self._launch.record
        step = 0 if record is None else record.step
        moments = () if record is None else record.film.moments[:-1]
        earlier = sorted({moment.step for moment in moments if moment.step < step})
        return Timeline((*earlier, step), frontier=step)

    @property
    def does(self) -> Does:
        does = self._launch.next
        going = does.word == "Pause"
        return Does(does.word, does.says, STATES[does.word], going, does.possible)

    @Slot()
    def toggle(self) -> None:
        self._launch.do_next()

    def go_to(self, value: int) -> None:
        self._samples.go_to(value)
