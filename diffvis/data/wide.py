"""Tables whose rows are long enough to be pictures, such as MNIST as CSV."""

import math
from pathlib import Path
from typing import NamedTuple

import numpy as np

from diffvis.data.columns import LABELS, Column, asked
from diffvis.data.inferred import Inferred
from diffvis.data.labels import are_classes
from diffvis.data.layout import square_of
from diffvis.data.table import Table, is_number
from diffvis.errors import UserError

WIDE = 64  # columns: 8 × 8 pixels


class Rows(NamedTuple):
    """Pixels float32 (N, D), and the labels as they are stored, if there are any."""

    pixels: np.ndarray
    labels: np.ndarray | None
    label: str
    """What the labels are called."""
    inferred: tuple[Inferred, ...]


def read_wide(
    path: Path, lines: list[str], head: Table, shape: str | None, label: str | None
) -> Rows:
    """The pixels and labels in the lines of a table, of which ``head`` has the first rows.

    A column of words, one called so, or the first or last that is one too many has the labels.

    Raises:
        UserError: a cell is no number.
    """
    body = lines[head.first_line - 1 :]
    cells = head.rows[0][1]
    numbers = [place for place, cell in enumerate(cells) if is_number(cell)]
    words = [place for place in range(len(cells)) if place not in set(numbers)]
    matrix = _load(path, body, head, numbers, np.float32)
    columns = [Column(n + 1, head.names[n], None) for n in range(len(cells))]

    if label is None:
        named = [n for n in range(len(cells)) if head.names[n].lower() in LABELS]
        chosen = next(iter([*named, *words]), None)
    else:
        chosen = None if label == "none" else asked(columns, path, label, "label").place - 1
    kept = [i for i, place in enumerate(numbers) if place != chosen]
    inferred = []
    if not _is_picture(len(kept), shape) and _counts_rows(matrix[:, kept[0]]):
        inferred.append(Inferred(f"{columns[numbers[kept[0]]].called} counts the rows"))
        kept = kept[1:]
    if chosen is None and label is None and _is_picture(len(kept) - 1, shape):
        end = _label_at_an_end(matrix, kept)
        if end is not None:
            kept.remove(end)
            chosen = numbers[end]
    if chosen is None:
        labels = None
    elif chosen in numbers:
        labels = matrix[:, numbers.index(chosen)]
    else:
        labels = _load(path, body, head, [chosen], np.str_)[:, 0]
    unused = [columns[place].called for place in words if place != chosen]
    if unused:
        inferred.append(Inferred(f"not used, as it has words: {', '.join(unused)}"))
    pixels = matrix if len(kept) == matrix.shape[1] else matrix[:, kept]
    called = "" if chosen is None else columns[chosen].called
    return Rows(pixels, labels, called, tuple(inferred))


def _load(
    path: Path, body: list[str], head: Table, places: list[int], kind: type[np.generic]
) -> np.ndarray:
    try:
        return np.loadtxt(
            body, kind, delimiter=head.separator, usecols=places, ndmin=2, quotechar='"'
        )
    except ValueError as error:
        raise UserError(
            f"{path} cannot be read ({error}, counted from line {head.first_line})",
            "give rows that are pixels, and one label if there are classes",
        ) from error


def _is_picture(numbers: int, shape: str | None) -> bool:
    if shape is not None:
        return numbers == math.prod(map(int, shape.split("x")))
    return square_of(numbers) is not None


def _counts_rows(column: np.ndarray) -> bool:
    return len(column) > 2 and column[0] in (0, 1) and bool((np.diff(column) == 1).all())


def _label_at_an_end(matrix: np.ndarray, kept: list[int]) -> int | None:
    """The first or the last column, if it can tell classes: that in which one value prevails less,
    as the pixel in a corner has the colour of the ground nearly everywhere.
    """
    prevails = {}
    for end in (kept[0], kept[-1]):
        values, counts = np.unique(matrix[:, end], return_counts=True)
        if len(values) > 1 and are_classes(values, len(matrix)):
            prevails[end] = counts.max()
    return min(prevails, key=lambda end: prevails[end], default=None)
