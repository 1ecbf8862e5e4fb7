"""A training run in its folder: what the window's worker and the command line both drive."""

import contextlib
import dataclasses
import math
import time
from collections.abc import Callable, Iterator

from diffvis.data.batches import batches
from diffvis.data.catalogue import open_dataset
from diffvis.data.dataset import Dataset
from diffvis.errors import UserError
from diffvis.training import checks
from diffvis.training.config import TrainConfig, resolved
from diffvis.training.folder import RunFolder, new_run_path, read_preview, runs_folder
from diffvis.training.keeper import Keeper
from diffvis.training.loop import learning_rate_at, train
from diffvis.training.pace import Pace
from diffvis.training.progress import (
    Checkpoint,
    Notice,
    Preview,
    Progress,
    Step,
    Stopped,
    Validation,
    Working,
)
from diffvis.training.resume import changes
from diffvis.training.state import TrainState, new_state
from diffvis.training.threads import Threads, using_threads

__all__ = ["RunFolder", "TrainingRun", "new_run_path", "read_preview", "runs_folder", "train_run"]

FLUSH_SECONDS = 0.5  # between writes of the metrics; also how late a NaN is found


def train_run(
    config: TrainConfig, folder: RunFolder, resume: bool = False, dataset: Dataset | None = None
) -> "TrainingRun":
    """Train into ``folder``, from the start or from its newest sound checkpoint.

    Args:
        config: for a new run, the folder's own; to resume, it may ask for another number of steps.
        dataset: the one that ``config.data`` names, if it is open already.

    Raises:
        UserError: the data or the device is not there, the folder is in use, or the configuration
            or the data is not the one the run began with.
    """
    return TrainingRun(config, folder, resume, dataset)


class TrainingRun(Iterator[Progress]):
    """An iterator of ``Progress``. Each ``next`` is one bounded piece of work.

    Pausing is not calling ``next``; stopping is ``close()``, which saves. All methods belong to
    the thread that calls ``next``.
    """

    def __init__(
        self, config: TrainConfig, folder: RunFolder, resume: bool, dataset: Dataset | None
    ) -> None:
        self.dataset = dataset or open_dataset(config.data, **config.data_options)
        self.folder = folder
        self.config = config = resolved(config, self.dataset.shape)
        begun = resolved(folder.config, self.dataset.shape)
        changed = changes(begun, config) if resume else ""
        if resume and folder.data_fingerprint() not in (None, self.dataset.fingerprint):
            raise UserError(
                f"the data {config.data} is not what {folder.path} was trained on",
                "bring back the same data, or start a new run",
            )
        self.state: TrainState = new_state(config, self.dataset)
        self._keeper = Keeper(folder, self.state)
        self._pace = Pace()
        self._threads = Threads(math.prod(self.dataset.shape))
        self._preview_asked = False
        self._previewed_at = -1
        self._in_step = False
        try:
            if resume:
                self._news = self._keeper.go_on(self.dataset, changed)
            else:
                self._keeper.begin(self.dataset)
                self._news = []
        except BaseException:
            self._keeper.release()
            raise
        self._work = self._run()

    def __next__(self) -> Progress:
        self._pace.resume()
        started = time.perf_counter()
        try:
            with using_threads(self._threads.count):
                progress = next(self._work)
        finally:
            self._pace.pause()
        if progress.kind == "step":
            self._threads.took(time.perf_counter() - started)
        return progress

    def close(self) -> None:
        """Stop: save a checkpoint and let go of the folder. Later calls do nothing.

        Raises:
            UserError: the steps since the last checkpoint could not be saved.
        """
        self._work.close()
        # After an error in the middle of a step, the state may be neither before nor after it.
        self._keeper.finish(sound=not self._in_step)

    def checkpoint_now(self) -> Checkpoint:
        """Save a checkpoint between two calls of ``next``.

        Raises:
            UserError: it could not be saved; the run goes on as if nothing had been asked. Or a
                loss was not finite; the run has ended then, and ``next`` says the same.
        """
        try:
            saved = self._keeper.save()
        except OSError as error:
            raise self._keeper.cannot_write(error) from error
        except UserError as error:
            self._end_with(error)
            raise
        self._changed("checkpoint", "asked for")
        return saved

    def preview_now(self) -> None:
        """Ask for a preview: the coming calls of ``next`` make it before any further step."""
        self._preview_asked = True

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
        self._keeper.event(event, note)
        try:
            self._keeper.flush()
        except OSError:  # nothing is lost, it is tried again
            pass
        except UserError as error:
            self._end_with(error)

    def _end_with(self, error: UserError) -> None:
        """The run has ended: let ``next`` say so too."""
        self._work.close()
        self._work = _raising(error)

    # --- the run itself -------------------------------------------------------------------

    def _run(self) -> Iterator[Progress]:
        yield from self._news
        reason = "all steps are done"
        source = batches(
            self.dataset,
            self.config.batch_size,
            self.state.generators.data,
            self.state.device,
            start=self.state.step,
            flip=self.config.flip,
        )
        steps = train(self.state, source, self.config)
        while True:
            yield from self._looks()
            if self._stops_early():
                reason = f"no better validation loss since step {self.state.validated.best_step}"
                break
            micro_batch = self.state.micro_batch
            self._in_step = True
            step = next(steps, None)
            self._in_step = False
            if step is None:
                break
            if self.state.micro_batch < micro_batch:
                yield self._keeper.notice(
                    f"not enough memory for {micro_batch} samples at once",
                    f"going on with {self.state.micro_batch} at once; the result is the same",
                )
            yield self._record(step)
        self._keeper.event("finished", reason)
        yield from self._written(self._keeper.save)
        self.folder.note(f"stopped at step {self.state.step}: {reason}")
        self._keeper.release()
        yield Stopped(self.state.step, self.config.steps, reason)

    def _record(self, step: Step) -> Step:
        """Complete a step with what only the run knows, and put it in the metrics."""
        self._pace.step()
        self.state.seconds += self._pace.last
        rate = self._pace.per_second
        left = (step.steps - step.step) / rate if rate else None
        step = dataclasses.replace(step, steps_per_second=rate, time_left=left)
        self._keeper.metrics.add_step(step, self.state.seconds)
        return step

    def _looks(self) -> Iterator[Progress]:
        """What is due between two steps: preview, validation, checkpoint, metrics."""
        config, state, now = self.config, self.state, time.monotonic()
        validation_due = (
            config.validate_every > 0
            and len(self.dataset.validation) > 0
            and state.validated.at != state.step
            and (state.step % config.validate_every == 0 or state.step == config.steps)
        )
        preview_due = self._preview_asked or (
            self._previewed_at != state.step and checks.preview_is_due(config, state.step)
        )
        checkpoint_due = now - self._keeper.saved_at >= config.checkpoint_seconds
        if now - self._keeper.flushed_at >= FLUSH_SECONDS or validation_due or preview_due:
            yield from self._written(self._keeper.flush)
        if validation_due:
            yield from self._validate()
        if preview_due:
            yield from self._preview()
        if checkpoint_due:
            yield from self._written(self._keeper.save)

    def _validate(self) -> Iterator[Progress]:
        state, validated = self.state, self.state.validated
        for part in checks.validate(state, self.dataset):
            if isinstance(part, Working):
                yield part
                continue
            loss = float(part.mean())
            if not math.isfinite(loss):
                self._keeper.diverged(state.step)
            is_best = validated.add(state.step, loss)
            by_t = checks.loss_by_t(part)
            self._keeper.metrics.add_validation(state.step, loss, by_t, state.seconds, is_best)
            if is_best and self.config.patience:
                yield from self._written(self._keeper.save_best)
            yield Validation(state.step, self.config.steps, loss, by_t, validated.best, is_best)

    def _preview(self) -> Iterator[Progress]:
        self._preview_asked, self._previewed_at = False, self.state.step
        for part in checks.preview(self.state):
            if isinstance(part, Working):
                yield part
                continue
            (x0, chain), path = part, None
            with contextlib.suppress(OSError):  # it can be made again, so it is no reason to stop
                path = self.folder.write_preview(self.state.step, x0, chain)
            self._keeper.event("preview")
            yield Preview(self.state.step, self.config.steps, x0, path, chain)

    def _stops_early(self) -> bool:
        patience = self.config.patience
        return patience > 0 and self.state.validated.without_best >= patience

    def _written(self, write: Callable[[], Progress | None]) -> Iterator[Progress]:
        """Call ``write`` until it succeeds; while it fails, the run waits and says so."""
        notice: Notice | None = None
        while True:
            try:
                done = write()
            except OSError as error:
                if notice is None:  # said again at every attempt, but written down once
                    trouble = self._keeper.cannot_write(error)
                    notice = self._keeper.notice(trouble.problem, trouble.remedy, paused=True)
                yield notice
                with contextlib.suppress(OSError):
                    self.folder.write_config()  # a folder that vanished is made again
                continue
            if done is not None:
                yield done
            return


def _raising(error: UserError) -> Iterator[Progress]:
    raise error
    yield
