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
from diffvis.training.checkpoint import restore, save_checkpoint
from diffvis.training.config import TrainConfig
from diffvis.training.device import threads
from diffvis.training.folder import RunFolder, new_run_path, read_preview, runs_folder
from diffvis.training.lock import Lock
from diffvis.training.loop import learning_rate_at, train
from diffvis.training.metrics import Metrics, rewind
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
from diffvis.training.state import TrainState, new_state

__all__ = ["RunFolder", "TrainingRun", "new_run_path", "read_preview", "runs_folder", "train_run"]

FLUSH_SECONDS = 0.5  # between writes of the metrics; also how late a NaN is found
_FIXED = (  # settings that cannot change when a run is resumed: its weights depend on them
    "data_options",
    "network",
    "network_options",
    "timesteps",
    "schedule",
    "predict",
    "loss",
    "conditional",
    "batch_size",
    "optimizer",
    "seed",
)


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
        changes = _changes(folder.config, config) if resume else ""
        self.config, self.folder = config, folder
        self.dataset = dataset or open_dataset(config.data, **config.data_options)
        if resume and folder.data_fingerprint() not in (None, self.dataset.fingerprint):
            raise UserError(
                f"the data {config.data} is not what {folder.path} was trained on",
                "bring back the same data, or start a new run",
            )
        self._lock = self._take_lock()
        self._metrics = Metrics(folder.metrics)
        self._pace = Pace()
        self._threads = 1 if self.dataset.is_points else None
        self._saved_step = -1
        self._saved_at = self._flushed_at = time.monotonic()
        self._preview_asked = False
        self._previewed_at = -1
        self._in_step = False
        self._found: list[Notice] = []  # while beginning, to be told first
        try:
            self.state: TrainState = new_state(config, self.dataset)
            self._begin(resume, changes)
        except BaseException:
            self._lock.release()
            raise
        self._work = self._run()

    def __next__(self) -> Progress:
        self._pace.resume()
        try:
            with threads(self._threads):
                return next(self._work)
        finally:
            self._pace.pause()

    def close(self) -> None:
        """Stop: save a checkpoint and let go of the folder. Later calls do nothing.

        Raises:
            UserError: the steps since the last checkpoint could not be saved.
        """
        self._work.close()
        self._finish()

    def checkpoint_now(self) -> Checkpoint:
        """Save a checkpoint between two calls of ``next``.

        Raises:
            UserError: it could not be saved; the run goes on as if nothing had been asked.
        """
        try:
            return self._save()
        except OSError as error:
            raise self._cannot_write(error) from error

    def preview_now(self) -> None:
        """Ask for a preview: the coming calls of ``next`` make it before any further step."""
        self._preview_asked = True

    def set_learning_rate(self, lr: float) -> None:
        """Take the steps to come at ``lr``, scaled from here on by the schedule of the run."""
        if not (math.isfinite(lr) and lr > 0):
            raise UserError(f"the learning rate {lr} is not possible", "give a number above 0")
        planned = learning_rate_at(self.config, self.state.step)
        before, self.state.lr_factor = self.state.lr_factor, lr / max(planned, 1e-12)
        self._event("learning rate", f"{planned * before:.6g} -> {lr:.6g}")

    # --- the run itself -------------------------------------------------------------------

    def _take_lock(self) -> Lock:
        try:
            return Lock(self.folder.path / "lock", f"the run folder {self.folder.path}")
        except OSError as error:
            raise self._cannot_write(error) from error

    def _begin(self, resume: bool, changes: str) -> None:
        if resume:
            self._restore_newest()
        elif self.folder.checkpoints():
            raise UserError(f"{self.folder.path} holds a run already", "resume it")
        try:
            if resume:
                rewind(self.folder.metrics, self.state.step)
                self._event("resumed", changes)
            self.folder.config = self.config
            self.folder.write_config()
            self.folder.write_environment(
                self.dataset, self.state.device, str(self.state.autocast or "float32")
            )
            self.folder.note(f"{'resumed' if resume else 'started'} at step {self.state.step}")
            if self._saved_step < 0:
                self._save()
        except OSError as error:
            raise self._cannot_write(error) from error

    def _restore_newest(self) -> None:
        """Go on from the newest checkpoint that is whole."""
        broken = []
        for path in self.folder.checkpoints():
            try:
                restore(self.state, path)
            except UserError as error:
                broken.append(error)
                continue
            for error in broken:
                self._found.append(
                    self._notice(error.problem, f"going on from step {self.state.step}")
                )
            self._saved_step = self.state.step
            return
        if broken:
            raise broken[0]
        # The process was killed before it wrote its first checkpoint: begin again.

    def _run(self) -> Iterator[Progress]:
        yield from self._found
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
                yield self._notice(
                    f"not enough memory for {micro_batch} samples at once",
                    f"going on with {self.state.micro_batch} at once; the result is the same",
                )
            yield self._record(step)
        self._event("stopped", reason)
        yield from self._written(self._save)
        self.folder.note(f"stopped at step {self.state.step}: {reason}")
        self._lock.release()
        yield Stopped(self.state.step, self.config.steps, reason)

    def _record(self, step: Step) -> Step:
        """Complete a step with what only the run knows, and put it in the metrics."""
        self._pace.step()
        self.state.seconds += self._pace.last
        rate = self._pace.per_second
        left = (step.steps - step.step) / rate if rate else None
        step = dataclasses.replace(step, steps_per_second=rate, time_left=left)
        self._metrics.add_step(step, self.state.seconds)
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
        checkpoint_due = now - self._saved_at >= config.checkpoint_seconds
        if now - self._flushed_at >= FLUSH_SECONDS or validation_due or preview_due:
            yield from self._written(self._flush)
        if validation_due:
            yield from self._validate()
        if preview_due:
            yield from self._preview()
        if checkpoint_due:
            yield from self._written(self._save)

    def _validate(self) -> Iterator[Progress]:
        state, validated = self.state, self.state.validated
        for part in checks.validate(state, self.dataset):
            if isinstance(part, Working):
                yield part
                continue
            loss = float(part.mean())
            if not math.isfinite(loss):
                self._diverged(state.step)
            validated.at = state.step
            is_best = loss < validated.best
            if is_best:
                validated.best, validated.best_step, validated.without_best = loss, state.step, 0
            else:
                validated.without_best += 1
            by_t = checks.loss_by_t(part)
            self._metrics.add_validation(state.step, loss, by_t, state.seconds, is_best)
            if is_best and self.config.patience:
                yield from self._written(lambda: save_checkpoint(self.folder.best, state))
            yield Validation(state.step, self.config.steps, loss, by_t, validated.best, is_best)

    def _preview(self) -> Iterator[Progress]:
        self._preview_asked, self._previewed_at = False, self.state.step
        for part in checks.preview(self.state):
            if isinstance(part, Working):
                yield part
                continue
            x0, path = part, None
            with contextlib.suppress(OSError):  # it can be made again, so it is no reason to stop
                path = self.folder.write_preview(self.state.step, x0)
            self._metrics.add_event(self.state.step, "preview")
            yield Preview(self.state.step, self.config.steps, x0, path)

    def _stops_early(self) -> bool:
        patience = self.config.patience
        return patience > 0 and self.state.validated.without_best >= patience

    # --- writing, and what can go wrong ---------------------------------------------------

    def _written(self, write: Callable[[], Progress | None]) -> Iterator[Progress]:
        """Call ``write`` until it succeeds; while it fails, the run waits and says so."""
        notice: Notice | None = None
        while True:
            try:
                done = write()
            except OSError as error:
                if notice is None:  # said again at every attempt, but written down once
                    trouble = self._cannot_write(error)
                    notice = self._notice(trouble.problem, trouble.remedy, paused=True)
                yield notice
                with contextlib.suppress(OSError):
                    self.folder.write_config()  # a folder that vanished is made again
                continue
            if done is not None:
                yield done
            return

    def _flush(self) -> None:
        diverged_at = self._metrics.read_tensors()
        if diverged_at is not None:
            self._diverged(diverged_at)
        self._metrics.flush()
        self._flushed_at = time.monotonic()

    def _save(self) -> Checkpoint:
        self._flush()
        path = self.folder.checkpoint_path(self.state.step)
        save_checkpoint(path, self.state)
        self._saved_at, self._saved_step = time.monotonic(), self.state.step
        self.folder.prune()
        return Checkpoint(self.state.step, self.config.steps, path)

    def _finish(self) -> None:
        """Save what is not saved, when the run is stopped before its end."""
        if self._lock.released:
            return
        try:
            # After an error in the middle of a step, the state may be neither before nor after it.
            if self.state.step != self._saved_step and not self._in_step:
                self._save()
            self._flush()
            self.folder.note(f"stopped at step {self.state.step}")
        except OSError as error:
            lost = self.state.step - max(self._saved_step, 0)
            trouble = self._cannot_write(error)
            raise UserError(f"{trouble.problem}; {lost} steps are lost", trouble.remedy) from error
        finally:
            self._lock.release()

    def _diverged(self, step: int) -> None:
        """Go back to the last checkpoint, which is sound, and end the run."""
        for path in self.folder.checkpoints():
            with contextlib.suppress(UserError):
                restore(self.state, path)
                break
        self._saved_step = self.state.step
        message = f"the loss at step {step} is not a number"
        self.folder.note(f"{message}; back at step {self.state.step}")
        self._event("notice", message)
        with contextlib.suppress(OSError):
            self._metrics.flush()
        self._lock.release()
        raise UserError(
            f"{message}, so training stopped; the run is back at step {self.state.step}",
            f"try a learning rate below {self.config.lr:g}, a longer warm-up, gradient clipping, "
            "or float32",
        )

    def _cannot_write(self, error: OSError) -> UserError:
        return UserError(
            f"the run folder {self.folder.path} cannot be written ({error.strerror or error})",
            "free some space or bring the folder back, then resume; nothing is lost until then",
        )

    def _notice(self, problem: str, remedy: str, paused: bool = False) -> Notice:
        self.folder.note(f"{problem}: {remedy}")
        self._event("notice", problem)
        return Notice(self.state.step, self.config.steps, problem, remedy, paused)

    def _event(self, event: str, note: str = "") -> None:
        self._metrics.add_event(self.state.step, event, note)


def _changes(begun: TrainConfig, asked: TrainConfig) -> str:
    """What is different when a run is resumed, in words.

    Raises:
        UserError: something that has to stay as it was.
    """
    changes = []
    for name in TrainConfig.model_fields:
        old, new = getattr(begun, name), getattr(asked, name)
        if old != new:
            if name in _FIXED:
                raise UserError(
                    f"the run was begun with {name} = {old}, not {new}",
                    "resume it without changing that, or start a new run",
                )
            changes.append(f"{name}: {old} -> {new}")
    return "; ".join(changes)
