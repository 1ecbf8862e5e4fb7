"""What a run leaves in its folder: checkpoints, metrics and its log, also when things go wrong."""

import contextlib
import time
from pathlib import Path

from diffvis.data.dataset import Dataset
from diffvis.errors import UserError
from diffvis.leftovers import tidy_folder
from diffvis.training.board import Board
from diffvis.training.checkpoint import restore, save_checkpoint
from diffvis.training.folder import FOLDERS, RunFolder
from diffvis.training.lock import Lock
from diffvis.training.loop import learning_rate_at
from diffvis.training.metrics import Metrics, rewind
from diffvis.training.progress import Checkpoint, Notice
from diffvis.training.skipping import Skipped
from diffvis.training.start_from import take_weights
from diffvis.training.state import TrainState


class RunWriter:
    """Holds the folder of a run for this process, until ``finish`` or ``diverged``.

    Raises:
        UserError: another process holds it, or it cannot be written.
    """

    def __init__(self, folder: RunFolder, state: TrainState) -> None:
        self.folder, self.state = folder, state
        self.metrics = Metrics(folder.metrics, state.device)
        self.skipped = Skipped(ends=state.config.nonfinite == "stop")
        self._news: list[Notice] = []
        self.board: Board | None = None  # for TensorBoard, from the beginning on
        self.saved_step = -1
        self.saved_at = self.flushed_at = time.monotonic()
        try:
            self._lock = Lock(folder.path)
            for place in FOLDERS:
                tidy_folder(folder.path / place)
        except OSError as error:
            raise self.cannot_write(error) from error

    @property
    def released(self) -> bool:
        return self._lock.released

    @property
    def newest(self) -> Path:
        """The checkpoint that was written, or gone on from, last."""
        return self.folder.checkpoint_path(self.saved_step)

    def release(self) -> None:
        if self.board is not None:
            self.board.close()
        self._lock.release()

    # --- beginning ------------------------------------------------------------------------

    def begin(self, dataset: Dataset) -> None:
        """Begin a new run with a checkpoint of its first weights.

        Raises:
            UserError: the folder has checkpoints already or cannot be written, or the model to
                start from is not there or does not fit.
        """
        if self.folder.checkpoints():
            raise UserError(f"{self.folder.path} holds a run already", "resume it")
        try:
            self._describe(dataset)
            self._begin_weights()
            self.save()
        except OSError as error:
            raise self.cannot_write(error) from error

    def go_on(self, dataset: Dataset, changes: str) -> list[Notice]:
        """Bring the state to the newest checkpoint that is whole, and forget what came after it.

        Returns:
            What the user should know.

        Raises:
            UserError: no checkpoint is whole, or the folder cannot be written.
        """
        broken = self._restore_newest()
        if self.state.lr_factor != 1 and self._planned_rate_changed():
            self.state.lr_factor = 1.0
            changes = f"{changes}, learning rate as planned"
        try:
            rewind(self.folder.metrics, self.state.step)
            self.event("resumed", changes)
            self._describe(dataset)
            self.folder.note(f"resumed at step {self.state.step} {changes}".rstrip())
            if self.saved_step < 0:
                self._begin_weights()
                self.save()
        except OSError as error:
            raise self.cannot_write(error) from error
        return [
            self.notice(error.problem, f"going on from step {self.state.step}") for error in broken
        ]

    def _planned_rate_changed(self) -> bool:
        """Whether the rate that a factor was chosen for is another one in the plan of now."""
        before, now = (
            learning_rate_at(config, self.state.step)
            for config in (self.folder.config, self.state.config)
        )
        return before != now

    def _begin_weights(self) -> None:
        taken = take_weights(self.state)
        self.folder.note("started" if taken is None else f"started from {taken}")

    def _describe(self, dataset: Dataset) -> None:
        if self.state.config.tensorboard:
            self.board = Board(self.folder.events, self.state.step)
        self.folder.config = self.state.config
        self.folder.write_config()
        precision = str(self.state.autocast or "float32")
        self.folder.write_environment(dataset, self.state.device, precision)

    def _restore_newest(self) -> list[UserError]:
        broken = []
        for path in self.folder.checkpoints():
            try:
                restore(self.state, path)
            except UserError as error:
                broken.append(error)
            else:
                self.saved_step = self.state.step
                return broken
        if broken:
            raise broken[0]
        return []  # it was killed before it wrote its first checkpoint, and begins again

    # --- while it runs --------------------------------------------------------------------

    def event(self, event: str, note: str = "") -> None:
        self.metrics.add_event(self.state.step, event, note)

    def plan(self, steps: int) -> None:
        """Let the run have so many steps, and tell those who follow it."""
        before = self.state.config.steps
        if steps == before:
            return
        self.state.config = self.folder.config = self.state.config.changed(steps=steps)
        self.event("planned", f"{before} -> {steps} steps")
        with contextlib.suppress(OSError):  # the next plan or the end writes it
            self.folder.write_config()

    def notice(self, problem: str, remedy: str, paused: bool = False) -> Notice:
        """Write down something the user should read."""
        self.folder.note(f"{problem}: {remedy}")
        self.event("notice", problem)
        return Notice(self.state.step, self.state.config.steps, problem, remedy, paused)

    def news(self) -> list[Notice]:
        """What was written down since last time and nobody was told yet."""
        news, self._news = self._news, []
        return news

    def flush(self) -> None:
        """Append what is new to the metrics.

        Raises:
            UserError: a loss or gradient that is not finite ends the run, which went back; or
                another process holds the folder by now, and nothing is written any more.
            OSError: the file cannot be written; nothing is lost.
        """
        self._lock.renew()
        for outcome in self.metrics.read_tensors():
            trouble = self.skipped.take(outcome, scaled=self.state.scaler is not None)
            if trouble is not None:
                self.metrics.forget(outcome.step)
                self.diverged(trouble)
        if (said := self.skipped.news()) is not None:
            self._news.append(self.notice(said, self._calmer("training goes on; if it recurs, ")))
        written = self.metrics.flush()
        if self.board is not None:
            self.board.add(written)
        self.flushed_at = time.monotonic()

    def save(self) -> Checkpoint:
        """Write a checkpoint, of a state that is known to be sound. Raises as ``flush``."""
        self.flush()
        path = self.folder.checkpoint_path(self.state.step)
        save_checkpoint(path, self.state)
        self.saved_at, self.saved_step = time.monotonic(), self.state.step
        self.folder.prune()
        return Checkpoint(self.state.step, self.state.config.steps, path)

    def save_best(self) -> None:
        """Write the state as the best so far. Raises OSError where it cannot."""
        save_checkpoint(self.folder.best, self.state)

    # --- ends -----------------------------------------------------------------------------

    def finish(self, sound: bool) -> None:
        """Save what is not saved, if the state is ``sound``, and let go of the folder.

        Raises:
            UserError: it could not be saved.
        """
        if self.released:
            return
        try:
            if sound and self.state.step != self.saved_step:
                self.save()
            self.event("stopped", "by the user" if sound else "by an error")
            self.flush()
            self.folder.note(f"stopped at step {self.state.step}")
        except OSError as error:
            kept = max(self.saved_step, 0)
            raise UserError(
                f"{self.cannot_write(error).problem}; {self.state.step - kept} steps are lost",
                f"free some space or bring the folder back, then resume from step {kept:,}",
            ) from error
        finally:
            self.release()

    def diverged(self, trouble: str) -> None:
        """Go back to the last checkpoint, which is sound, and end the run.

        Raises:
            UserError: always; it says the ``trouble``, and what to try.
        """
        for path in self.folder.checkpoints():
            with contextlib.suppress(UserError):
                restore(self.state, path)
                break
        self.saved_step = self.state.step
        self.folder.note(f"{trouble}; back at step {self.state.step}")
        self.event("stopped", trouble)
        with contextlib.suppress(OSError):
            self.metrics.flush()
        self.release()
        raise UserError(
            f"{trouble}, so training stopped; the run is back at step {self.state.step}",
            self._calmer(),
        )

    def _calmer(self, before: str = "") -> str:
        """What keeps losses and gradients finite."""
        return (
            f"{before}try a learning rate below {self.state.config.lr:g}, a longer warm-up, "
            "gradient clipping, or float32"
        )

    def cannot_write(self, error: OSError) -> UserError:
        return UserError(
            f"the run folder {self.folder.path} cannot be written ({error.strerror or error})",
            "free some space or bring the folder back, then resume; nothing is lost until then",
        )
