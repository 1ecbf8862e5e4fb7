"""``diffvis train``: a run in its folder, with a bar; Ctrl+C stops it without losing anything."""

import math
import signal
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import typer

from diffvis.bugs.training import fault_of, with_bug
from diffvis.cli.opening import open_with_bar
from diffvis.cli.output import with_bar
from diffvis.errors import UserError
from diffvis.stopping import SAME_SECONDS, leave_lost_terminal, obeyed
from diffvis.training.chosen import settings_for, with_given, with_schedule_file
from diffvis.training.config import TrainConfig, bug_of
from diffvis.training.helper import help_run
from diffvis.training.progress import Progress
from diffvis.training.ranks import Ranks, joined
from diffvis.training.run import RunFolder, create_run, train_run

READ_EVERY = 20  # steps between two readings of the loss, which wait for the device
RETRY_SECONDS = 3.0  # between two tries to write where writing failed
STOPPED_BY_SIGNAL = 128


def train_command(
    data: str, out: Path, given: dict[str, Any], preset: str | None, resume: bool, bug: str = ""
) -> int:
    """Train ``data`` into ``out``, as one of several processes if torchrun started it; returns the
    exit status.
    """
    with joined() as ranks:
        if ranks.alone:
            return _train(data, out, given, preset, resume, ranks, bug)
        with stop_signals():  # torchrun ends all when one has ended, but each should say why
            if ranks.first:
                return _train(data, out, given, preset, resume, ranks, bug)
            help_run(ranks)
            return 0


def _train(
    data: str, out: Path, given: dict[str, Any], preset: str | None, resume: bool, ranks: Ranks,
    bug: str,
) -> int:  # fmt: skip
    dataset = open_with_bar(data)
    if resume:
        if preset is not None:
            raise UserError("a run keeps its settings when it is resumed", "leave out --preset")
        if "start_from" in given:
            raise UserError("a run keeps its weights when it is resumed", "leave out --from")
        if bug:
            raise UserError("a run keeps its bug when it is resumed", "leave out --bug")
        folder = RunFolder.open(out)
        config = with_given(folder.config, {**with_schedule_file(given), "data": dataset.source})
    else:
        config = with_bug(settings_for(dataset, preset, given), bug)
        folder = create_run(out, config, dataset, ranks)
    fault = fault_of(config)
    run = train_run(config, folder, resume=resume, dataset=dataset, ranks=ranks, fault=fault)
    if name := bug_of(config):
        typer.echo(
            f"note: this run has the bug {name} in its code: see diffvis bugs {name}", err=True
        )
    described = f"{dataset.title}: {dataset.description}; {config.network}, T = {config.timesteps}"
    where = f"on {run.state.device}" if ranks.alone else f"by {ranks.size} processes"
    schedule = run.state.blueprint.schedule
    typer.echo(f"{described}, {schedule.kind} schedule, {where}")
    for warning in schedule.warnings():
        typer.echo(f"note: {warning}", err=True)
    try:
        with stop_signals() as stopped:
            status = _drive(run, config, stopped)
    finally:
        run.close()
    if status:
        typer.echo(f"stopped at step {run.state.step:,}; {run.saved} holds it, --resume goes on")
    else:
        typer.echo(f"{folder.path} is trained for {run.state.step:,} steps")
    return status


def _drive(run: Iterator[Progress], config: TrainConfig, stopped: list[int]) -> int:
    last_said = ""
    with closing(_with_bar(run, config)) as bar:
        for piece in bar:
            if piece.kind == "notice":
                said = f"{piece.problem}: {piece.remedy}"
                if said != last_said:
                    typer.echo(said, err=True)
                last_said = said
                if piece.paused:  # nothing is lost; what failed is tried again
                    time.sleep(RETRY_SECONDS)
            if piece.kind == "validation":
                typer.echo(f"step {piece.step:,}: validation loss {piece.loss:.4f}")
            if piece.kind == "stopped" and piece.step < piece.steps:
                typer.echo(f"stopped early: {piece.reason}")
            if stopped and piece.kind != "stopped":
                return STOPPED_BY_SIGNAL + stopped[0]
    return 0


def _with_bar(run: Iterator[Progress], config: TrainConfig) -> Iterator[Progress]:
    """Of so many steps as the run has by now, which may plan them by its pace."""
    return with_bar(
        run, "training", config.steps, lambda piece: piece.step, Words(), lambda piece: piece.steps
    )


class Words:
    """What stands beside the bar. The loss is read seldom, for reading it waits for the device."""

    def __init__(self) -> None:
        self._loss = math.nan
        self._read_at = -READ_EVERY

    def __call__(self, piece: Progress) -> str:
        if piece.kind != "step":
            return f"loss {self._loss:.4f}  {piece.kind}"
        if piece.step - self._read_at >= READ_EVERY:
            loss = float(piece.loss)
            if math.isfinite(loss):  # a step may have been skipped
                self._loss = loss if math.isnan(self._loss) else 0.8 * self._loss + 0.2 * loss
            self._read_at = piece.step
        return f"loss {self._loss:.4f}  {piece.steps_per_second:,.0f} steps/s"


@contextmanager
def stop_signals() -> Iterator[list[int]]:
    """A list that gets the number of a signal to stop, so that the step in work is finished.

    A second one interrupts at once, unless it is the same one.
    """
    received: list[int] = []
    first_at = math.inf

    def note(number: int, _frame: FrameType | None) -> None:
        nonlocal first_at
        leave_lost_terminal()
        if received and time.monotonic() - first_at > SAME_SECONDS:
            raise KeyboardInterrupt
        if not received:
            first_at = time.monotonic()
        received.append(number)

    before = {number: signal.signal(number, note) for number in obeyed()}
    try:
        yield received
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
