"""Points in a text file: two columns of numbers, and perhaps one of labels."""

import csv
import math
from pathlib import Path

import numpy as np

from diffvis.errors import UserError

_LONGEST = 40  # of a cell in an error
_REMEDY = "give two columns of numbers, and a third with a label if there are classes"


def read_table(path: Path) -> tuple[np.ndarray, np.ndarray | None, tuple[str, ...]]:
    """Points float64 (N, 2), and the index of each into the names of the classes, if there are any.

    Columns are separated by commas, semicolons, tabs or spaces; a first line without numbers is
    their names; empty lines and lines that begin with # are passed over.

    Raises:
        UserError: names the line that is wrong.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(f"{path} is not a text file", "save it as CSV in UTF-8") from error
    lines = [
        (number, line.strip())
        for number, line in enumerate(text.splitlines(), start=1)
        if line.strip() and not line.lstrip().startswith("#")
    ]
    if not lines:
        raise UserError(f"{path} is empty", _REMEDY)
    separator = next((mark for mark in ";\t," if mark in lines[0][1]), None)
    rows = [(number, _cells(path, number, line, separator)) for number, line in lines]
    if len(rows) > 1 and all(_number(cell) is None for cell in rows[0][1][:2]):
        rows = rows[1:]
    columns = len(rows[0][1])
    if columns not in (2, 3):
        raise UserError(f"{path} has {columns} columns in line {rows[0][0]}", _REMEDY)
    points = np.array([_point(path, number, cells, columns) for number, cells in rows])
    if columns == 2:
        return points, None, ()
    labels = [cells[2] for _, cells in rows]
    names = sorted(set(labels), key=lambda name: (_number(name) or 0.0, name))
    if len(names) > 1000:
        raise UserError(f"{path} has {len(names):,} different labels", "use at most 1,000 classes")
    index = {name: i for i, name in enumerate(names)}
    return points, np.array([index[label] for label in labels], np.int64), tuple(names)


def _cells(path: Path, number: int, line: str, separator: str | None) -> list[str]:
    if separator is None:
        return line.split()
    try:
        return [cell.strip() for cell in next(csv.reader([line], delimiter=separator))]
    except csv.Error as error:
        raise UserError(f"line {number} of {path} cannot be read ({error})", _REMEDY) from error


def _point(path: Path, number: int, cells: list[str], columns: int) -> tuple[float, float]:
    if len(cells) != columns:
        raise UserError(f"{path} has {len(cells)} columns in line {number}, not {columns}", _REMEDY)
    x, y = _number(cells[0]), _number(cells[1])
    if x is None or y is None:
        shown = ", ".join(repr(c if len(c) <= _LONGEST else f"{c[:_LONGEST]}…") for c in cells[:2])
        raise UserError(f"{path} has {shown} in line {number}", _REMEDY)
    if not (math.isfinite(x) and math.isfinite(y)):
        raise UserError(f"{path} has NaN or infinity in line {number}", "remove or replace it")
    return x, y


def _number(cell: str) -> float | None:
    """Decimal commas count where commas do not separate columns."""
    try:
        return float(cell.replace(",", "."))
    except ValueError:
        return None
