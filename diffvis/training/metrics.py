"""The metrics of a run: a CSV file that grows as the run goes on, for spreadsheets and windows."""

import csv
import io
import math
import os
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor

from diffvis.files import atomic_write
from diffvis.training.progress import Step

COLUMNS = (
    "step",
    "event",  # step, validation, preview, checkpoint, learning rate, resumed, notice, stopped
    "loss",
    "gradient_norm",
    "learning_rate",
    "steps_per_second",
    "seconds",  # spent training, without pauses
    "loss_by_t",  # of a validation: means over equal parts of 1..T, separated by spaces
    "note",
)


class Metrics:
    """Rows are kept in memory until ``flush``, and their tensors are read there all at once, so
    that training waits for its device seldom.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._rows: list[list[object]] = []
        self._losses: list[Tensor] = []
        self._norms: list[Tensor] = []
        self._steps: list[int] = []  # which rows wait for their loss and norm

    def add_step(self, step: Step, seconds: float) -> None:
        self._steps.append(len(self._rows))
        self._losses.append(step.loss)
        self._norms.append(step.gradient_norm)
        rate = f"{step.steps_per_second:.4g}" if step.steps_per_second else ""
        lr = f"{step.learning_rate:.6g}"
        self._rows.append([step.step, "step", None, None, lr, rate, f"{seconds:.3f}", "", ""])

    def add_event(self, step: int, event: str, note: str = "") -> None:
        self._rows.append([step, event, *[""] * 6, note])

    def add_validation(
        self, step: int, loss: float, by_t: Sequence[float], seconds: float, is_best: bool
    ) -> None:
        bins = " ".join(f"{value:.5g}" for value in by_t)
        note = "best" if is_best else ""
        row = [step, "validation", f"{loss:.8g}", "", "", "", f"{seconds:.3f}", bins, note]
        self._rows.append(row)

    def read_tensors(self) -> int | None:
        """Read the losses that wait on the device.

        Returns:
            The first step with a loss or gradient that is not finite, if there is one; its row
            and all later ones are then forgotten.
        """
        if not self._steps:
            return None
        losses, norms = torch.stack([torch.stack(self._losses), torch.stack(self._norms)]).tolist()
        waiting, self._steps, self._losses, self._norms = self._steps, [], [], []
        for row, loss, norm in zip(waiting, losses, norms, strict=True):
            if not (math.isfinite(loss) and math.isfinite(norm)):
                step = self._rows[row][0]
                del self._rows[row:]
                return step
            self._rows[row][2:4] = [f"{loss:.8g}", f"{norm:.6g}"]
        return None

    def flush(self) -> None:
        """Append the rows to the file: all of them, or none if that fails.

        Raises:
            OSError: the file cannot be written; the rows stay in memory.
        """
        if not self._rows:
            return
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        with self.path.open("ab") as file:
            size = file.seek(0, os.SEEK_END)
            if size == 0:
                writer.writerow(COLUMNS)
            writer.writerows(self._rows)
            try:
                file.write(text.getvalue().encode())
                file.flush()
            except OSError:
                os.truncate(self.path, size)
                raise
        self._rows.clear()


def rewind(path: Path, step: int) -> None:
    """Forget the rows after ``step``: a run that was killed takes those steps again.

    Raises:
        OSError: the file cannot be rewritten.
    """
    if not path.is_file():
        return
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines[1:] if line.endswith("\n") and int(line.split(",")[0]) <= step]
    with atomic_write(path) as file:
        file.write("".join(lines[:1] + kept).encode())


def read_metrics(path: Path, offset: int = 0) -> tuple[list[dict[str, str]], int]:
    """The complete rows after byte ``offset``, and the offset to go on from.

    A window that watches a run calls it again and again; a row that is half written is left for
    the next time. An ``offset`` beyond the end (the run was rewound) starts over from 0.
    """
    if not path.is_file():
        return [], 0
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(offset if offset <= size else 0)
        start = file.tell()
        content = file.read()
    complete = content[: content.rfind(b"\n") + 1]
    names: Sequence[str] = COLUMNS
    rows = [row for row in csv.reader(complete.decode().splitlines()) if row != list(COLUMNS)]
    return [dict(zip(names, row, strict=True)) for row in rows], start + len(complete)
