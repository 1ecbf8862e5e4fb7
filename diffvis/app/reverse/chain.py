"""The chain that Reverse shows: its recording, the one it is compared with, and its branches."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import NamedTuple

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from torch import Tensor

from diffvis.app.failure import Failure
from diffvis.app.workers.reverse import ReverseWorker, Walk
from diffvis.bugs.chains import chain_with
from diffvis.models.model import Model
from diffvis.sampling.beginning import Beginning, branch_settings, freeze, with_noise
from diffvis.sampling.recording import Recording
from diffvis.sampling.settings import ChainSettings
from diffvis.sampling.timeline import Timeline

LOOK_MS = 30  # how often the window looks how far the chains have got


class Plan(NamedTuple):
    """A chain that is to be walked, with a bug of ``diffvis/bugs`` in its code or none."""

    model: Model
    settings: ChainSettings
    bug: str = ""


class Chain(QObject):
    """The panels of Reverse look at this and listen to it.

    Every run is a new recording, walked by one worker, which drops what it was walking before: two
    runs never mix. All recordings together stay within ``limit()`` bytes.
    """

    changed = Signal()  # another recording, rival or set of branches, or none
    progressed = Signal()  # what is there has grown, or has come to its end
    state_changed = Signal()  # idle, paused
    selected_changed = Signal()
    failed = Signal(object)  # Failure

    def __init__(
        self, limit: Callable[[], int], device_of: Callable[[Model], str], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._limit = limit
        self._device_of = device_of
        self.main: Recording | None = None
        self.rival: Recording | None = None
        self.bug = ""  # in the code of the rival
        self.branches: Recording | None = None
        self._ahead: tuple[Recording, ...] = ()  # that somebody may ask for
        self.selected = 0
        self.paused = False  # the main chain waits, and its rival with it
        self._until = 0  # steps after which it does
        self._walk: Walk | None = None
        self._walk_ahead: Walk | None = None
        self._worker = ReverseWorker()
        self._worker.finished.connect(self._ended)
        self._worker.failed.connect(self._fail)
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self._look)

    # --- what there is -------------------------------------------------------------------

    @property
    def idle(self) -> bool:
        """Whether nothing is being walked: all is complete, or waits."""
        return self._walk is None

    @property
    def recordings(self) -> tuple[Recording, ...]:
        return tuple(each for each in (self.main, self.rival, self.branches) if each is not None)

    @property
    def bytes(self) -> int:
        """Memory of all that has been recorded so far."""
        return sum(each.bytes for each in self.recordings)

    @property
    def prepared(self) -> bool:
        """Whether all that was to be walked ahead is there."""
        return all(each.complete for each in self._ahead)

    @property
    def timeline(self) -> Timeline | None:
        """The times that the main chain visits, and its rival where they share one t."""
        if self.main is None:
            return None
        own = self.main.timeline
        rival = self.rival
        if rival is None or rival.model.schedule.T != self.main.model.schedule.T:
            return own
        times = tuple(sorted({*own.times, *rival.times}))
        return replace(own, times=times)  # a rival that is behind does not hold t back

    # --- what can be done ----------------------------------------------------------------

    def run(
        self,
        plan: Plan,
        rival: Plan | None = None,
        beginning: Beginning | None = None,
        paused: bool = False,
    ) -> None:
        """Walk a chain from its beginning, and a rival beside it from the same noise.

        ``paused``: only as far as ``advance`` says.

        Raises:
            UserError: the settings do not fit the model, or the memory; what was there stays.
        """
        share = self._limit() if rival is None else self._limit() // 2
        main = self._recording(plan, share, beginning)
        other = None if rival is None else self._beside(main, rival, share)
        self.main, self.rival, self.branches = main, other, None
        self.bug = "" if rival is None else rival.bug
        self.selected = min(self.selected, plan.settings.count - 1)
        self.paused, self._until = paused, 0
        self._start()
        self.changed.emit()

    def compare(self, rival: Plan | None) -> None:
        """Walk another rival of the chain that is there, or none any more.

        Raises:
            UserError: as ``run``.
        """
        if self.main is None:
            return
        left = self._left(self.main, self.branches)
        self.rival = None if rival is None else self._beside(self.main, rival, left)
        self.bug = "" if rival is None else rival.bug
        self._start()
        self.changed.emit()

    def branch(self, t: int, sample: int, count: int, seed: int, noisy: bool = False) -> None:
        """Go on ``count`` times from where a sample was at ``t``, with the noise of ``seed``;
        ``noisy``: by a sampler that adds some, where that of the chain adds none.

        Raises:
            UserError: as ``run``.
        """
        if self.main is None:
            return
        x = self.main.x_at(t)
        if x is None or t < 1:
            return
        t = self.main.shown_time(t)
        model = self.main.model
        settings = branch_settings(model, self.main.settings, sample, count, seed)
        plan = Plan(model, with_noise(settings) if noisy else settings)
        left = self._left(self.main, self.rival)
        self.branches = self._recording(plan, left, freeze(x, sample, t))
        self._start()
        self.changed.emit()

    def prepare(self, recordings: Iterable[Recording]) -> None:
        """Walk these as long as nothing else is walked: ``run`` takes them as far as they are."""
        self._ahead = tuple(recordings)
        self._go_ahead()

    def forget(self) -> None:
        """Stop what is being walked and keep nothing."""
        had_any = self.main is not None
        self.main = self.rival = self.branches = None  # before anybody hears that it has stopped
        self._stop()
        if had_any:
            self.changed.emit()
        self.selected = 0

    def forget_branches(self) -> None:
        if self.branches is not None:
            self.branches = None
            self._start()
            self.changed.emit()

    def pause(self, paused: bool) -> None:
        """Let the main chain wait where it is, or go on; one that is complete: what is beside it.

        A rival still comes to where the main chain waits. What is begun later is walked at once.
        """
        if self.main is None or paused == self.paused or (paused and self.idle):
            return
        self.paused, self._until = paused, self.main.walked
        if paused and self.main.complete:
            self._rest()
        else:
            self._start()

    def advance(self, steps: int = 1) -> None:
        """Take steps of a paused chain; its rival comes along."""
        if self.main is not None and self.paused:
            self._until = max(self._until, self.main.walked) + steps
            self._start()

    def select(self, sample: int) -> None:
        if sample != self.selected:
            self.selected = sample
            self.selected_changed.emit()

    def ask_to_stop(self) -> None:
        self._timer.stop()
        self._worker.ask_to_stop()

    def wait(self) -> bool:
        return self._worker.wait()

    # --- how it is done ------------------------------------------------------------------

    def _recording(self, plan: Plan, limit: int, beginning: Beginning | None) -> Recording:
        model, settings, bug = plan
        for kept in self._ahead if not bug else ():
            if kept.walks(model, settings, beginning):
                return kept
        return Recording(
            model, settings, self._device_of(model),
            limit=limit, beginning=beginning, run=chain_with(bug), hurried=True,
        )  # fmt: skip

    def _beside(self, main: Recording, rival: Plan, limit: int) -> Recording:
        """The rival from the noise of the main chain, and from the same part of its own way."""
        model, settings, bug = rival
        mine, beginning = main.settings, main.beginning
        if beginning is not None:
            t = same_part(beginning.t, main.model.schedule.T, model.schedule.T)
            beginning = replace(beginning, t=t)
        settings = settings.changed(seed=mine.seed, count=mine.count, noise=mine.noise)
        return self._recording(Plan(model, settings, bug), limit, beginning)

    def _left(self, *staying: Recording | None) -> int:
        """Bytes of the limit that these leave to what takes the place of the others."""
        taken = sum(each.bytes_at_most for each in staying if each is not None)
        return max(0, self._limit() - taken)

    def _start(self) -> None:
        """Walk all that is not complete and does not wait."""
        until = self._until if self.paused else None
        self._walk = Walk(self.main, self.rival, self.branches, until)
        self._worker.start(self._walk)
        self._timer.start()
        self.state_changed.emit()

    def _stop(self) -> None:
        self.paused = False
        self._rest()

    def _rest(self) -> None:
        self._walk = None
        self._timer.stop()
        self._worker.cancel()
        self.state_changed.emit()

    def _go_ahead(self) -> None:
        """Another walk, as soon as there is one, takes the place of this."""
        if not self.idle or self._worker.asked_to_stop:
            return
        waiting = next((each for each in self._ahead if not each.complete), None)
        self._walk_ahead = None if waiting is None else Walk(waiting)
        if self._walk_ahead is None:
            self._worker.cancel()
        else:
            self._worker.start(self._walk_ahead)

    @Slot()
    def _look(self) -> None:
        self.progressed.emit()

    @Slot(object)
    def _ended(self, walk: Walk) -> None:
        if walk is self._walk:
            self._walk = None
            self.paused = self.paused and not all(each.complete for each in self.recordings)
            self._timer.stop()
            self.progressed.emit()
            self.state_changed.emit()
            self._go_ahead()
        elif walk is self._walk_ahead:
            self._go_ahead()

    @Slot(object)
    def _fail(self, failure: Failure) -> None:
        if failure.request is self._walk_ahead:  # whoever asks for it will hear why
            failed = self._walk_ahead.main
            self.prepare(each for each in self._ahead if each is not failed)
        elif failure.request is self._walk:
            self._walk = None
            self.paused = False
            self._timer.stop()
            self.state_changed.emit()
            self.failed.emit(failure)


def moment_of(recording: Recording | None, t: int, T: int) -> Tensor | None:
    """The samples of a recording at the time that ``t`` of T is on its own schedule."""
    return None if recording is None else recording.x_at(own_time(recording, t, T))


def own_time(recording: Recording, t: int, T: int) -> int:
    """``t`` of T as a time of the recording's schedule: the same part of the way."""
    return same_part(t, T, recording.model.schedule.T)


def same_part(t: int, T: int, own: int) -> int:
    """The time of ``own`` that is the same part of the way as ``t`` of T, or just above it."""
    return -(-t * own // T)
