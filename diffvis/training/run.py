"""A training run in its folder: what the window's worker and the command line both drive."""

import math
import time
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

from diffvis.data.catalogue import NAMED_BY_A_FILE, open_dataset
from diffvis.data.dataset import Dataset
from diffvis.errors import UserError
from diffvis.training.config import TrainConfig, bug_of, check_here, check_validation, resolved
from diffvis.training.fault import Fault
from diffvis.training.folder import RunFolder, new_run_path, read_preview, runs_folder
from diffvis.training.loop import learning_rate_at
from diffvis.training.memory import check_memory
from diffvis.training.progress import Checkpoint, Progress
from diffvis.training.ranks import ALONE, Ranks
from diffvis.training.reflow import check_reflow
from diffvis.training.resume import changes
from diffvis.training.run_loop import RunLoop
from diffvis.training.run_writer import RunWriter
from diffvis.training.start_from import check_start
from diffvis.training.state import TrainState, new_state
from diffvis.training.threads import Threads, using_threads

__all__ = [
    "RunFolder",
    "TrainingRun",
    "check_new",
    "create_run",
    "new_run_path",
    "read_preview",
    "runs_folder",
    "train_run",
]


def create_run(
    path: str | Path, config: TrainConfig, dataset: Dataset, ranks: Ranks = ALONE
) -> RunFolder:
    """Make the folder of a new run, once it is known that the run can begin.

    Raises:
        UserError: as ``check_new``, or there cannot be a folder.
    """
    check_new(config, dataset, ranks)
    return RunFolder.create(path, config)


def check_new(config: TrainConfig, dataset: Dataset, ranks: Ranks = ALONE) -> None:
    """Whether a new run can begin.

    Raises:
        UserError: this machine, its memory, the data, the model to begin with or the number of
            processes does not allow it.
    """
    check_here(config)
    check_validation(config, dataset)
    _check_minutes(config, ranks)
    ranks.check(config.batch_size)
    check_memory(config, dataset.shape)
    check_start(config, dataset)
    check_reflow(config, dataset)
    if config.reflow and not ranks.alone:
        raise UserError(
            "the pairs of a reflow are made by one process", "train it with one", field="reflow"
        )


def train_run(
    config: TrainConfig,
    folder: RunFolder,
    resume: bool = False,
    dataset: Dataset | None = None,
    ranks: Ranks = ALONE,
    fault: Fault | None = None,
    clock: Callable[[], float] = time.perf_counter,
) -> "TrainingRun":
    """Train into ``folder``, from the start or from its newest sound checkpoint.

    Args:
        config: for a new run, the folder's own; to resume, it may ask for another number of steps,
            which are then taken whatever the ``minutes`` say.
        dataset: the one that ``config.data`` names, if it is open already.
        ranks: the processes that train together; the others call ``help_run``.
        fault: the error that a ``FaultyConfig`` names.
        clock: the seconds that count, for the ``minutes`` as well.

    Raises:
        UserError: the data or the device is not there, the folder is in use, or the configuration
            or the data is not the one the run began with.
    """
    return TrainingRun(config, folder, resume, dataset, ranks, fault, clock)


class TrainingRun(Iterator[Progress]):
    """An iterator of ``Progress``. Each ``next`` is one bounded piece of work.

    Pausing is not calling ``next``; stopping is ``close()``, which saves. All methods belong to
    the thread that calls ``next``.
    """

    def __init__(
        self,
        config: TrainConfig,
        folder: RunFolder,
        resume: bool,
        dataset: Dataset | None,
        ranks: Ranks,
        fault: Fault | None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        how: dict[str, Any] = {**config.data_options}
        if resume:
            how |= NAMED_BY_A_FILE  # which is that of the run
        self.dataset = dataset or open_dataset(config.data, **how)
        self.folder = folder
        config = folder.with_its_schedule(config)
        if resume and config.steps != folder.config.steps:  # so many are asked for, by no time
            config = config.changed(minutes=0.0)
        if resume and folder.data_fingerprint() not in (None, self.dataset.fingerprint):
            raise UserError(
                f"the data {config.data} is not what {folder.path} was trained on",
                "bring back the same data, or start a new run",
            )
        changed = changes(folder.config, config, self.dataset.shape) if resume else ""
        config = resolved(config, self.dataset.shape)
        check_here(config)
        _check_minutes(config, ranks)
        _check_fault(config, fault, ranks)
        self.state: TrainState = new_state(config, self.dataset, ranks, fault)
        self._writer = RunWriter(folder, self.state)
        self._threads = Threads(small=self.dataset.is_points, lends=True)
        self._loop = RunLoop(self._writer, self.dataset, clock)
        try:
            if resume:
                news = self._writer.go_on(self.dataset, changed)
            else:
                self._writer.begin(self.dataset)
                news = []
        except BaseException:
            self._writer.release()
            raise
        self._pieces = self._loop.pieces(news)

    def __next__(self) -> Progress:
        self._loop.throughput.resume()
        started = time.perf_counter()
        try:
            count = self._threads.count
            with using_threads(count):
                progress = next(self._pieces)
        finally:
            self._loop.throughput.pause()
        if progress.kind == "step":
            self._threads.took(count, time.perf_counter() - started)
        return progress

    def close(self) -> None:
        """Stop: save a checkpoint and let go of the folder. Later calls do nothing.

        Raises:
            UserError: the steps since the last checkpoint could not be saved.
        """
        self._pieces.close()
        # After an error in the middle of a step, the state may be neither before nor after it.
        self._writer.finish(sound=not self._loop.in_step)

    def checkpoint_now(self) -> Checkpoint:
        """Save a checkpoint between two calls of ``next``.

        Raises:
            UserError: it could not be saved; the run goes on as if nothing had been asked. Or a
                loss was not finite; the run has ended then, and ``next`` says the same.
        """
        try:
            saved = self._writer.save()
        except OSError as error:
            raise self._writer.cannot_write(error) from error
        except UserError as error:
            self._end_with(error)
            raise
        self._changed("checkpoint", "asked for")
        return saved

    def preview_now(self) -> None:
        """Ask for a preview: the coming calls of ``next`` make it before any further step."""
        self._loop.preview_asked = True

    def change_learning_rate(self, lr: float) -> None:
        """Take the steps to come at ``lr``, scaled from here on by the schedule of the run.

        Raises:
            UserError: it is not a number above 0.
        """
        if not (math.isfinite(lr) and lr > 0):
            raise UserError(f"the learning rate {lr} is not possible", "give a number above 0")
        before, self.state.lr_factor = self.learning_rate, lr / max(self._planned_rate, 1e-12)
        self._changed("learning rate", f"{before:.6g} -> {lr:.6g}")

    @property
    def config(self) -> TrainConfig:
        """With the steps that are planned by now."""
        return self.state.config

    @property
    def saved(self) -> Path:
        """The newest checkpoint."""
        return self._writer.newest

    @property
    def learning_rate(self) -> float:
        """Of the next step."""
        return self._planned_rate * self.state.lr_factor

    @property
    def _planned_rate(self) -> float:
        return learning_rate_at(self.config, self.state.step)

    def pause(self) -> None:
        """Write down that ``next`` will not be called for a while, for whoever follows the run."""
        self._changed("paused")

    def go_on(self) -> None:
        """Write down that a pause is over."""
        self._changed("continued")

    def _changed(self, event: str, note: str = "") -> None:
        """Write down what the user did, at once: ``next`` may not be called for a while."""
        self._writer.event(event, note)
        try:
            self._writer.flush()
        except OSError:  # nothing is lost, it is tried again
            pass
        except UserError as error:
            self._end_with(error)

    def _end_with(self, error: UserError) -> None:
        """The run has ended: let ``next`` say so too."""
        self._pieces.close()
        self._pieces = _raising(error)


def _check_minutes(config: TrainConfig, ranks: Ranks) -> None:
    """Raises UserError where several processes would have to agree on the steps that fit."""
    if config.minutes and not ranks.alone:
        raise UserError(
            f"minutes = {config.minutes:g} is not possible with several processes",
            "set minutes to 0 and give the steps, or leave out torchrun",
            field="minutes",
        )


def _check_fault(config: TrainConfig, fault: Fault | None, ranks: Ranks) -> None:
    """Raises UserError unless a run has exactly the bug that its configuration names."""
    bug = bug_of(config)
    if bool(bug) != (fault is not None):
        raise UserError(
            f"the run has the bug {bug} in its code" if bug else "the run has no bug",
            "train it with diffvis train --resume or in the window",
        )
    if bug and not ranks.alone:
        raise UserError("a run with a bug is trained by one process", "leave out torchrun")


def _raising(error: UserError) -> Generator[Progress, None, None]:
    raise error
    yield
