"""A run that a worker trains, and the record that the window looks at."""

import time
from collections.abc import Iterator, Sequence

import numpy as np
import torch

from diffvis.bugs.training import fault_of
from diffvis.errors import UserError
from diffvis.training.memory import process_bytes
from diffvis.training.progress import Progress, Step
from diffvis.training.run import RunFolder, create_run, train_run
from diffvis.viewing.film import TrainingFrame
from diffvis.viewing.run_reading import read_past
from diffvis.viewing.training_record import TrainingRecord, memory_text

READ_SECONDS = 0.05  # between looks at losses: reading one waits for a GPU


class Going:
    """Keeps the record as far as its run is.

    Raises:
        UserError: the run cannot begin, or not go on.
    """

    def __init__(self, record: TrainingRecord) -> None:
        self.record = record
        self.looking = False  # a preview is made although the run is paused
        self.over = False  # it has made all its steps, or stopped early
        self.pace, self.left = 0.0, 0.0  # steps a second, and seconds to come, of this run alone
        self._unread: list[Step] = []
        self._read_at = 0.0
        if record.resume:
            folder = RunFolder.open(record.path)
        else:
            folder = create_run(record.path, record.config, record.dataset)
        self.run = train_run(
            record.config, folder, record.resume, record.dataset, fault=fault_of(record.config)
        )
        if record.resume:
            self._go_on()
        record.device = _device_text(self.run.state.device)
        record.memory = memory_text(process_bytes())

    def _go_on(self) -> None:
        record, step = self.record, self.run.state.step
        if record.step != step:  # no checkpoint is as new as the losses were
            read_past(record)
            record.step = step
        known = [event.step for event in record.events if event.kind == "resumed"]
        if record.step not in known:
            record.happened(record.step, "resumed")  # not written to the folder yet

    def take(self, item: Progress) -> None:
        """Put what a piece of work has brought into the record."""
        record = self.record
        if item.steps != record.config.steps:  # planned anew
            record.config = record.config.changed(steps=item.steps)
        if item.kind == "step":
            self._unread.append(item)
            self.pace, self.left = item.steps_per_second, item.time_left or 0.0
        elif item.kind == "working":
            what = {"validation": "validating", "preview": "sampling"}.get(item.what, item.what)
            record.doing = f"{what}, {item.fraction:.0%}" if item.fraction else what
        elif item.kind == "validation":
            self.read()
            record.history.append_validation(item.step, item.loss, item.loss_by_t)
        elif item.kind == "preview":
            self.read()
            record.film.append(TrainingFrame(item.step, item.x0, item.chain))
        elif item.kind == "notice":
            record.happened(item.step, "notice", item.problem)
        elif item.kind == "stopped":
            record.happened(item.step, "finished", item.reason)

    @property
    def is_due(self) -> bool:
        """Whether it is time to read the losses."""
        return time.monotonic() - self._read_at > READ_SECONDS

    def read(self) -> None:
        """Put the losses of the steps since last time into the record."""
        self._read_at = time.monotonic()
        unread, self._unread = self._unread, []
        if not unread:
            return
        record, last = self.record, unread[-1]
        record.history.append(
            np.array([step.step for step in unread]),
            _numbers(torch.stack([step.loss for step in unread])),
            _numbers(torch.stack([step.gradient_norm for step in unread])),
            np.array([step.learning_rate for step in unread]),
        )
        record.history.append_by_t(
            torch.cat([step.t for step in unread]).numpy(),
            _numbers(torch.cat([step.loss_by_sample for step in unread])),
            len(unread),
        )
        record.steps_per_second, record.seconds_left = last.steps_per_second, last.time_left
        record.step = last.step
        record.doing = "training"
        record.memory = memory_text(process_bytes())
        record.device = _device_text(self.run.state.device)


def in_turns(runs: Sequence[Going]) -> Iterator[tuple[Going, Progress]]:
    """What the runs do, that which has made fewest steps first: all are at the same step, or one
    apart, whatever slows the machine down. While previews are asked for, no other takes a step.

    Raises:
        UserError: as a run; where there are several, it says which.
    """
    while left := [each for each in runs if not each.over]:
        going = min(
            [each for each in left if each.looking] or left, key=lambda each: each.run.state.step
        )
        try:
            progress = next(going.run)
        except StopIteration:
            going.over, going.looking = True, False
            continue
        except UserError as error:
            if len(runs) == 1:
                raise
            problem = f"{going.record.title}: {error.problem}"
            raise UserError(problem, error.remedy, details=error.details) from error
        yield going, progress


def share_time(runs: Sequence[Going]) -> None:
    """Of runs that take turns, the pace and the time left are those of all together."""
    known = [each for each in runs if each.pace]
    if len(known) < 2:
        return
    pace = 1 / sum(1 / each.pace for each in known)
    for each in known:
        each.record.steps_per_second = pace
        each.record.seconds_left = sum(other.left for other in known)


def _numbers(values: torch.Tensor) -> np.ndarray:
    return values.float().cpu().numpy()


def _device_text(device: torch.device) -> str:
    if device.type != "cuda":
        return str(device)
    return f"{device} · {torch.cuda.memory_allocated(device) / 2**30:.1f} GB"
