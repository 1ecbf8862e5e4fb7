"""The metrics of a run: a CSV file that grows as the run goes on, for spreadsheets and windows."""

import contextlib
import csv
import io
import math
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from diffvis.files import atomic_write
from diffvis.training.memory import memory_columns
from diffvis.training.progress import Step
from diffvis.training.skipping import Outcome

COLUMNS = (
    "step",
    # step, validation, preview, and what happened: checkpoint (asked for), learning rate, paused,
    # continued, resumed, planned (other steps), notice, stopped, finished
    "event",
    "loss",
    "gradient_norm",
    "learning_rate",
    "steps_per_second",
    "seconds",  # spent training, without pauses
    "seconds_left",
    "memory_mb",  # of the process
    "device_memory_mb",  # the most that was ever allocated on a GPU
    "loss_by_t",  # of a validation: means over equal parts of 1..T, separated by spaces
    "note",
)
Row = list[Any]  # a number or text for each of COLUMNS, "" where there is none


class Metrics:
    """Rows are kept in memory until ``flush``, and their tensors are read there all at once, so
    that training waits for its device seldom.
    """

    def __init__(self, path: Path, device: torch.device) -> None:
        self.path = path
        self._device = device
        self._memory = memory_columns(device)  # read again at every flush
        self._rows: list[Row] = []
        # Rows that wait for their loss and norm, with these and whether the step was taken.
        self._waiting: list[tuple[Row, Tensor, Tensor, Tensor]] = []

    def add_step(self, step: Step, seconds: float) -> None:
        rate = f"{step.steps_per_second:.4g}" if step.steps_per_second else ""
        left = "" if step.time_left is None else f"{step.time_left:.4g}"
        lr, spent = f"{step.learning_rate:.6g}", f"{seconds:.3f}"
        row = [step.step, "step", None, None, lr, rate, spent, left, *self._memory, "", ""]
        self._rows.append(row)
        self._waiting.append((row, step.loss, step.gradient_norm, step.taken))

    def add_event(self, step: int, event: str, note: str = "") -> None:
        self._rows.append([step, event, *[""] * (len(COLUMNS) - 3), note])

    def add_validation(
        self, step: int, loss: float, by_t: Sequence[float], seconds: float, is_best: bool
    ) -> None:
        bins = " ".join(f"{value:.5g}" for value in by_t)
        note = "best" if is_best else ""
        spent = f"{seconds:.3f}"
        self._rows.append(
            [step, "validation", f"{loss:.8g}", "", "", "", spent, "", "", "", bins, note]
        )

    def read_tensors(self) -> list[Outcome]:
        """Read the losses that wait on the device; returns what became of their steps."""
        if not self._waiting:
            return []
        rows, *tensors = zip(*self._waiting, strict=True)
        self._waiting = []
        read = torch.stack([torch.stack(column).float() for column in tensors]).tolist()
        found = []
        for row, loss, norm, taken in zip(rows, *read, strict=True):
            row[2:4] = [f"{loss:.8g}", f"{norm:.6g}"]
            found.append(Outcome(row[0], loss, bool(taken)))
        return found

    def forget(self, step: int) -> None:
        """Forget what was not flushed of this step and of all later ones."""
        self._rows = [row for row in self._rows if row[0] < step]

    def flush(self) -> list[Row]:
        """Append the rows to the file: all of them, or none if that fails.

        Returns:
            The rows, in the order of ``COLUMNS``.

        Raises:
            OSError: the file cannot be written; the rows stay in memory.
        """
        if not self._rows:
            return []
        with self.path.open("ab") as file:
            size = file.seek(0, os.SEEK_END)
            content = _csv([COLUMNS, *self._rows] if size == 0 else self._rows)
            try:
                file.write(content)
                file.flush()
            except OSError:
                with contextlib.suppress(OSError):  # what went wrong first is what to tell
                    os.truncate(self.path, size)
                raise
        written, self._rows = self._rows, []
        self._memory = memory_columns(self._device)
        return written


def rewind(path: Path, step: int) -> None:
    """Forget the rows after ``step``: a run that was killed takes those steps again.

    A file of an earlier diffvis gets the columns of this one.

    Raises:
        OSError: the file cannot be rewritten.
    """
    if not path.is_file():
        return
    rows, _ = read_metrics(path)
    kept = [[row.get(name, "") for name in COLUMNS] for row in rows if int(row["step"]) <= step]
    with atomic_write(path) as file:
        file.write(_csv([COLUMNS, *kept]))


def read_metrics(
    path: Path, offset: int = 0, limit: int | None = None
) -> tuple[list[dict[str, str]], int]:
    """The complete rows after byte ``offset``, and the offset to go on from.

    What watches a run calls it again and again; a row that is half written is left for the next
    time. An ``offset`` beyond the end (the run was rewound) starts over from 0. The keys are the
    columns that the file itself names; a row that is damaged is passed over.

    Args:
        limit: bytes to read at most; more than a row has.

    Raises:
        OSError: the file is there and cannot be read.
    """
    if not path.is_file():
        return [], 0
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(0)
        header = file.readline()
        if not header.endswith(b"\n"):
            return [], 0
        if 0 < offset <= size:
            file.seek(offset)
        start = file.tell()
        content = file.read(limit)
    complete = content[: content.rfind(b"\n") + 1]
    names = next(_rows(header.decode("utf-8-sig", errors="replace")), [])
    after = start + len(complete)
    if "step" not in names:
        return [], after
    place, many = names.index("step"), len(names)
    rows = _rows(complete.decode(errors="replace"))
    whole = [row for row in rows if len(row) == many and _is_step(row[place])]
    return [dict(zip(names, row, strict=True)) for row in whole], after


def _rows(text: str) -> Iterator[list[str]]:
    """The rows of CSV; those that are no CSV at all are passed over."""
    reader = csv.reader(text.splitlines())
    while True:
        try:
            yield next(reader)
        except csv.Error:
            continue
        except StopIteration:
            return


def _is_step(text: str) -> bool:
    return text.isdecimal() and len(text) <= 15  # int64 has room for it


def number(text: str) -> float:
    """A value of a row; NaN where there is none, or where somebody wrote something else there."""
    try:
        return float(text)
    except ValueError:
        return math.nan


def _csv(rows: Iterable[Sequence[object]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()
