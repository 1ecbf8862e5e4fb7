"""The pieces of work of a run, one after the other: steps, and what is due between them."""

import contextlib
import dataclasses
import math
import time
from collections.abc import Callable, Generator, Iterator

from diffvis.data.dataset import Dataset
from diffvis.training import checks, helper
from diffvis.training.compiling import compile_network
from diffvis.training.loop import train
from diffvis.training.pace import Pace
from diffvis.training.progress import Notice, Preview, Progress, Step, Stopped, Validation, Working
from diffvis.training.reflow import check_reflow, pairs_of
from diffvis.training.run_writer import RunWriter
from diffvis.training.state import TrainState
from diffvis.training.throughput import Throughput

FLUSH_SECONDS = 0.5  # between writes of the metrics; also how late a NaN is found


class RunLoop:
    """What ``TrainingRun`` does. ``pieces`` is the whole of it."""

    def __init__(
        self, writer: RunWriter, dataset: Dataset, clock: Callable[[], float] = time.perf_counter
    ) -> None:
        self.preview_asked = False
        self.in_step = False  # then the state may be neither before nor after a step
        self.throughput = Throughput(clock)
        self._writer = writer
        self._dataset = dataset
        self._previewed_at = -1

    @property
    def _state(self) -> TrainState:
        return self._writer.state

    def pieces(self, news: list[Notice]) -> Generator[Progress, None, None]:
        """The run, beginning with what the user should know of its beginning."""
        yield from news
        state, config, ranks = self._state, self._state.config, self._state.ranks
        if config.reflow:
            yield from self._make_pairs()
        else:
            yield from self._looks()  # at what is there, before anything that takes long
        helper.begin(state, self._dataset, self._writer.newest)
        if config.compile and state.step < config.steps:
            yield from self._compile()
        steps, pace = train(state, self._dataset), Pace(state)
        self._writer.plan(pace.steps(state))  # which more minutes than before may have changed
        reason = "all steps are done"
        while True:
            yield from self._looks()
            if self._stops_early():
                reason = f"no better validation loss since step {state.validated.best_step}"
                break
            if state.step >= state.config.steps:
                break
            micro_batch = state.micro_batch
            self.in_step = True
            with ranks.step(state.lr_factor):
                step = next(steps)
            self.in_step = False
            if state.micro_batch < micro_batch:
                yield self._writer.notice(
                    f"not enough memory for {micro_batch} samples at once",
                    f"going on with {state.micro_batch} at once; the result is the same",
                )
            yield self._record(step)
            self._writer.plan(pace.steps(state, self.throughput.per_second))
        self._writer.event("finished", reason)
        yield from self._written(self._writer.save)
        self._writer.folder.note(f"stopped at step {state.step}: {reason}")
        self._writer.release()
        yield Stopped(state.step, state.config.steps, reason)

    def _make_pairs(self) -> Iterator[Progress]:
        model = check_reflow(self._state.config, self._dataset)
        assert model is not None, "there is a reflow"
        for part in pairs_of(model, self._state.config, self._dataset):
            if isinstance(part, Working):
                yield part
            else:
                self._state.pairs = part

    def _compile(self) -> Iterator[Progress]:
        state = self._state
        yield Working(state.step, state.config.steps, "compiling", 0.0)
        trouble = compile_network(state)
        if trouble is not None:
            yield self._writer.notice(
                f"the network cannot be compiled here ({trouble})", "going on without that"
            )

    def _record(self, step: Step) -> Step:
        """Complete a step with what only the run knows, and put it in the metrics."""
        self.throughput.step()
        self._state.seconds += self.throughput.last
        rate = self.throughput.per_second
        left = (step.steps - step.step) / rate if rate else None
        step = dataclasses.replace(step, steps_per_second=rate, time_left=left)
        self._writer.metrics.add_step(step, self._state.seconds)
        return step

    def _looks(self) -> Iterator[Progress]:
        """What is due between two steps: preview, validation, checkpoint, metrics."""
        config, state, now = self._state.config, self._state, time.monotonic()
        validation_due = (
            config.validate_every > 0
            and len(self._dataset.validation) > 0
            and state.validated.at != state.step
            and (state.step % config.validate_every == 0 or state.step == config.steps)
        )
        preview_due = self.preview_asked or (
            self._previewed_at != state.step and checks.preview_is_due(config, state.step)
        )
        checkpoint_due = now - self._writer.saved_at >= config.checkpoint_seconds
        flush_due = now - self._writer.flushed_at >= FLUSH_SECONDS
        if flush_due or validation_due or preview_due or checkpoint_due:
            yield from self._written(self._writer.flush)
        if preview_due:  # first, because a picture says more
            yield from self._preview()
        if validation_due:
            yield from self._validate()
        # While steps are skipped, it would take the place of one from before the trouble.
        if checkpoint_due and not self._writer.skipped.in_a_row:
            yield from self._written(self._writer.save)

    def _validate(self) -> Iterator[Progress]:
        state, config, validated = self._state, self._state.config, self._state.validated
        for part in checks.validate(state, self._dataset):
            if isinstance(part, Working):
                yield part
                continue
            loss = float(part.mean())
            if not math.isfinite(loss):
                self._writer.diverged(f"the loss at step {state.step} is not a number")
            is_best = validated.add(state.step, loss)
            by_t = checks.loss_by_t(part)
            self._writer.metrics.add_validation(state.step, loss, by_t, state.seconds, is_best)
            if is_best and config.patience:
                yield from self._written(self._writer.save_best)
            yield Validation(state.step, config.steps, loss, by_t, validated.best, is_best)

    def _preview(self) -> Iterator[Progress]:
        state = self._state
        self.preview_asked, self._previewed_at = False, state.step
        for part in checks.preview(state):
            if isinstance(part, Working):
                yield part
                continue
            (x0, chain), path = part, None
            with contextlib.suppress(OSError):  # it can be made again, so it is no reason to stop
                path = self._writer.folder.write_preview(state.step, x0, chain)
            self._writer.event("preview")
            if self._writer.board is not None:
                self._writer.board.add_samples(state.step, x0, state.blueprint)
            yield Preview(state.step, state.config.steps, x0, path, chain)

    def _stops_early(self) -> bool:
        patience = self._state.config.patience
        return patience > 0 and self._state.validated.without_best >= patience

    def _written(self, write: Callable[[], Progress | None]) -> Iterator[Progress]:
        """Call ``write`` until it succeeds; while it fails, the run waits and says so."""
        notice: Notice | None = None
        while True:
            try:
                done = write()
            except OSError as error:
                if notice is None:  # said again at every attempt, but written down once
                    trouble = self._writer.cannot_write(error)
                    notice = self._writer.notice(trouble.problem, trouble.remedy, paused=True)
                yield notice
                with contextlib.suppress(OSError):
                    self._writer.folder.write_config()  # a folder that vanished is made again
                continue
            if done is not None:
                yield done
            yield from self._writer.news()
            return
