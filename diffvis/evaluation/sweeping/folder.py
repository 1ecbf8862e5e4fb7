"""The folder of a sweep: a recipe, and a table that grows by a row as each chain is measured."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

from diffvis.data.dataset import Dataset
from diffvis.errors import UserError
from diffvis.evaluation.evaluate import Evaluation, Working
from diffvis.evaluation.sweeping.found import Found
from diffvis.evaluation.sweeping.sweep import Measured, evaluate_each
from diffvis.files import atomic_write, read_small
from diffvis.models.model import Model
from diffvis.training.lock import Lock

RECIPE, TABLE = "sweep.json", "sweep.csv"
MOST_BYTES = 16 * 2**20


class SweepFolder:
    """``found`` and its files, which are whole at any moment."""

    def __init__(self, path: Path, found: Found) -> None:
        self.path, self.found = path, found

    @classmethod
    def begin(cls, path: Path, asked: Found) -> "SweepFolder":
        """The folder of a new sweep, or one that goes on with the rows that are there.

        Raises:
            UserError: it holds another sweep or something else, or cannot be written.
        """
        if (path / RECIPE).exists():
            there = cls.open(path)
            if other := there.found.other_than(asked):
                raise UserError(
                    f"{path} holds another sweep: {other}",
                    "choose another folder, or give the settings that it has",
                )
            return there
        try:
            path.mkdir(parents=True, exist_ok=True)
            if any(path.iterdir()):
                raise UserError(f"{path} holds something else", "choose a new folder")
            made = cls(path, asked)
            made._write()
        except OSError as error:
            raise UserError(
                f"{path} cannot be written ({error.strerror})", "choose another folder"
            ) from error
        return made

    @classmethod
    def open(cls, path: str | Path) -> "SweepFolder":
        """The sweep that a folder holds, as far as it is.

        Raises:
            UserError: it holds none, or its files are not sound.
        """
        path = Path(path)
        if not (path / RECIPE).is_file():
            raise UserError(f"{path} holds no sweep", "give a folder that diffvis sweep has made")
        try:
            told = json.loads(read_small(path / RECIPE, MOST_BYTES))
            rows = []
            if (path / TABLE).is_file():
                rows = _rows(read_small(path / TABLE, MOST_BYTES).decode())
            axes = set(told["axes"])
            found = Found.from_json(told, [_numbers(row, axes) for row in rows])
            if len(rows) > len(found.grid):
                raise ValueError("the table has more rows than the grid")
            _check_order(found, rows)
        except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
            raise UserError(
                f"the sweep in {path} cannot be read", f"{type(error).__name__}: {error}"
            ) from error
        return cls(path, found)

    def run(self, model: Model, dataset: Dataset, device: str) -> Iterator[Working]:
        """Measure what is left, a row of the table after the other; ``close()`` loses no row.

        Raises:
            UserError: as ``evaluate``, or another process goes on with it.
        """
        lock = Lock(self.path, "sweep", "process")
        try:
            for piece in measure_rest(self.found, model, dataset, device):
                if isinstance(piece, Measured):
                    self._add(piece.evaluation)
                else:
                    yield piece
        finally:
            lock.release()

    def _add(self, evaluation: Evaluation) -> None:
        """Keep the next row."""
        new = set(evaluation.figures) - set(self.found.measures)
        self.found.add(evaluation)
        if new:
            self._write()
        with atomic_write(self.path / TABLE) as file:
            file.write(_lines(self.found).encode())

    def _write(self) -> None:
        with atomic_write(self.path / RECIPE) as file:
            file.write(json.dumps(self.found.to_json(), indent=1).encode())


def measure_rest(
    found: Found, model: Model, dataset: Dataset, device: str
) -> Iterator[Working | Measured]:
    """The chains that ``found`` has no row of yet."""
    chains = found.grid.chains()
    return evaluate_each(model, dataset, chains, found.plan, device, skip=len(found.rows))


def _lines(found: Found) -> str:
    table, made = found.table(), io.StringIO()
    writer = csv.writer(made, lineterminator="\n")
    writer.writerow(table)
    for row in zip(*table.values(), strict=True):
        writer.writerow("" if value is None else value for value in row)
    return made.getvalue()


def _rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def _numbers(row: dict[str, str], axes: set[str]) -> dict[str, float]:
    return {name: float(value) for name, value in row.items() if name not in axes and value}


def _check_order(found: Found, rows: list[dict[str, str]]) -> None:
    """Rows belong to chains by their order alone: one that was sorted or cut would be drawn in the
    place of another.
    """
    table = found.table()
    for name in found.grid.axes:
        if table[name] != [row.get(name) for row in rows]:
            raise ValueError(f"the rows of {TABLE} are not in the order in which they were written")
