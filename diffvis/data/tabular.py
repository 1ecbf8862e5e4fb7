"""Tables as data sets: rows that are points, or wide ones that are pictures."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from diffvis.data.arrays import check_finite, refuse_for_points
from diffvis.data.cloud import Cloud
from diffvis.data.columns import Column, Roles, roles_of
from diffvis.data.dataset import Dataset
from diffvis.data.images import image_dataset, on_white, resize
from diffvis.data.inferred import Inferred, listed
from diffvis.data.labels import MOST_CLASSES, class_name, classes_of
from diffvis.data.layout import arranged
from diffvis.data.naming import slug, title
from diffvis.data.points import point_dataset
from diffvis.data.ranges import as_bytes
from diffvis.data.table import (
    REMEDY,
    Table,
    is_missing,
    is_number,
    number,
    read_table,
    read_text,
)
from diffvis.data.wide import WIDE, Rows, read_wide
from diffvis.errors import UserError

OPTIONS = ("size", "range", "shape", "columns", "label", "sep")
SUFFIXES = (".csv", ".tsv", ".txt", ".dat", ".data")
_LONGEST = 40  # of a cell in an error
Lines = Callable[[int], str]


def is_table(path: Path) -> bool:
    """Whether a file's name is one of a table, plain or gzipped."""
    name = path.name.lower()
    return name.removesuffix(".gz").endswith(SUFFIXES)


def open_table(
    path: Path,
    source: str,
    *,
    size: int | None = None,
    range: str | None = None,
    shape: str | None = None,
    columns: str | None = None,
    label: str | None = None,
    sep: str | None = None,
) -> Dataset:
    """Points, a row each; or pictures, if rows are as long as those are.

    Columns are separated by commas, semicolons, tabs or spaces. Their names tell what they are,
    and where they have none, what is in them and where they stand.

    Args:
        size, range, shape: of pictures, as of ``open_arrays``.
        columns: one to three columns that are learned, by name or number.
        label: the column with the classes, or ``none``.
        sep: what separates columns.

    Raises:
        UserError: names the line that is wrong.
    """
    lines = read_text(path)
    table = read_table(path, lines, sep, most=WIDE)
    about = {"name": slug(_stem(path)), "title": title(_stem(path)), "source": source}
    if columns is None and (shape is not None or len(table.names) >= WIDE):
        rows = read_wide(path, lines, table, shape, label)
        return pixel_rows(path, rows, about, table.inferred, size=size, range=range, shape=shape)
    refuse_for_points(path, size=size, range=range)
    table = read_table(path, lines, sep)
    roles = roles_of(_columns(table), path, columns, label)
    if roles is None:
        raise _no_points(table)
    return points_in(path, roles, about, table.inferred, lambda row: f"line {table.rows[row][0]}")


def pixel_rows(
    path: Path,
    rows: Rows,
    about: dict[str, str],
    inferred: tuple[Inferred, ...],
    *,
    size: int | None,
    range: str | None,
    shape: str | None,
) -> Dataset:
    """The pictures in the rows of a wide table."""
    check_finite(rows.pixels, path)
    samples = arranged(rows.pixels, path, shape=shape, labels=len(rows.pixels))
    pixels, of_range = as_bytes(samples.values, path, range)
    stored = [] if rows.labels is None else [rows.labels]
    found = classes_of(stored, [len(pixels)] * len(stored), path, rows.label)
    return image_dataset(
        resize(on_white(torch.from_numpy(np.ascontiguousarray(pixels))), size),
        **about,
        labels=found.labels,
        classes=found.names,
        inferred=(
            *inferred,
            *of_range.guesses,
            *samples.inferred,
            *rows.inferred,
            *found.inferred,
            *of_range.facts,
        ),
        ranged=True,
    )


def points_in(
    path: Path, roles: Roles, about: dict[str, str], inferred: tuple[Inferred, ...], lines: Lines
) -> Dataset:
    """The points in the columns that were found, without the rows that lack something.

    Args:
        lines: says which row it is, for messages.
    """
    used = [*roles.axes, *([roles.label] if roles.label is not None else [])]
    gaps = {column.called: column.gaps for column in used if column.gaps is not None}
    keep = np.ones(len(roles.axes[0].numbers), bool)
    for gap in gaps.values():
        keep &= ~gap
    if not keep.any():
        raise UserError(f"{path} has no row with all of {', '.join(gaps)}", REMEDY)
    skipped = tuple(
        f"{lines(row)} of {path.name} has nothing in "
        + ", ".join(name for name, gap in gaps.items() if gap[row])
        for row in np.flatnonzero(~keep).tolist()
    )
    x = np.stack([axis.numbers for axis in roles.axes], axis=1)
    bad = keep & ~np.isfinite(x).all(axis=1)
    if bad.any():
        raise _bad_row(path, roles, int(bad.argmax()), lines)
    names, labels = _classes(roles.label, keep, path)
    origin = None
    if roles.origin is not None and roles.origin.numbers is not None:
        origin = torch.from_numpy(roles.origin.numbers[keep]).float()
    return point_dataset(
        Cloud(torch.from_numpy(x[keep]), origin, labels),
        **about,
        classes=names,
        skipped=skipped,
        inferred=(*inferred, *roles.inferred, *_decimal_commas(roles)),
    )


def _columns(table: Table) -> list[Column]:
    """The columns of a text: of numbers, if half of what is in them is."""
    found = []
    for place, name in enumerate(table.names):
        cells = [row[place] for _, row in table.rows]
        gaps = np.array([is_missing(cell) for cell in cells])
        parsed = [number(cell) for cell in cells]
        numbers = None
        if sum(value is not None for value in parsed) * 2 >= max(1, len(cells) - gaps.sum()):
            numbers = np.array([np.nan if value is None else value for value in parsed])
        found.append(Column(place + 1, name, numbers, gaps if gaps.any() else None, cells))
    return found


def _classes(
    column: Column | None, keep: np.ndarray, path: Path
) -> tuple[tuple[str, ...], Tensor | None]:
    """Names of the classes, ordered as numbers are, and an index into them per row that is kept."""
    if column is None:
        return (), None
    rows = np.flatnonzero(keep).tolist()
    if column.numbers is not None and np.isfinite(column.numbers[keep]).all():
        labels = [class_name(column.numbers[row]) for row in rows]
    else:
        labels = [column.words[row] for row in rows]
    names = sorted(set(labels), key=lambda name: (number(name) or 0.0, name))
    if len(names) > MOST_CLASSES:
        raise UserError(
            f"{path} has {len(names):,} different labels", f"use at most {MOST_CLASSES:,} classes"
        )
    index = {name: i for i, name in enumerate(names)}
    return tuple(names), torch.tensor([index[label] for label in labels])


def _decimal_commas(roles: Roles) -> tuple[Inferred, ...]:
    """How a number with a comma was read, if there is one."""
    cells = (cell for axis in roles.axes for cell in axis.words if "," in cell)
    cell = next(cells, None)
    return () if cell is None else (Inferred(f"{cell} is read as {number(cell):.15g}"),)


def _bad_row(path: Path, roles: Roles, row: int, lines: Lines) -> UserError:
    cells = [axis.words[row] for axis in roles.axes if axis.words]
    if all(number(cell) is not None for cell in cells):
        return UserError(f"{path} has NaN or infinity in {lines(row)}", "remove or replace it")
    return UserError(f"{path} has {_shown(cells)} in {lines(row)}", REMEDY)


def _no_points(table: Table) -> UserError:
    numbers = [column.called for column in _columns(table) if column.numbers is not None]
    if any(table.names) and len(table.names) > 1 and len(numbers) < 2:
        only = f"only one column of numbers, {numbers[0]}" if numbers else "no column of numbers"
        problem = f"{table.path} has {only}, among {listed(table.names)}"
        alone = f", or columns={numbers[0]} for points on a line" if numbers else ""
        return UserError(problem, REMEDY + alone)
    line, cells = next(
        (row for row in table.rows if sum(map(is_number, row[1])) < 2), table.rows[0]
    )
    if len(cells) == 1:
        return UserError(f"{table.path} has 1 columns in line {line}", REMEDY)
    return UserError(f"{table.path} has {_shown(cells[:2])} in line {line}", REMEDY)


def _shown(cells: list[str]) -> str:
    return ", ".join(repr(c if len(c) <= _LONGEST else f"{c[:_LONGEST]}…") for c in cells)


def _stem(path: Path) -> str:
    name = path.name.removesuffix(".gz")
    return Path(name).stem
