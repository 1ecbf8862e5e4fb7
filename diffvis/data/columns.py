"""Which columns of a table are coordinates and which one has the classes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from diffvis.data.inferred import Inferred, listed
from diffvis.data.labels import are_classes
from diffvis.errors import UserError

_AXES = (
    ("x", "y", "z"), ("x1", "x2", "x3"), ("x0", "x1", "x2"), ("x_1", "x_2", "x_3"),
    ("longitude", "latitude"), ("lon", "lat"), ("lng", "lat"),
)  # fmt: skip
LABELS = (
    "label", "labels", "class", "classes", "target", "targets", "dataset", "species", "category",
    "cluster", "group", "y",
)  # fmt: skip
ORIGIN = "origin"  # as the drawings of the window have it
_INDICES = frozenset(
    (
        "",
        "index",
        "id",
        "no",
        "no.",
        "nr",
        "row",
        "#",
        "unnamed: 0",
        "rownames",
        "__index_level_0__",
    )
)
_NAMED = 3  # columns left out that are named


@dataclass(frozen=True, eq=False)
class Column:
    """What is below one name."""

    place: int
    """From 1."""
    name: str
    numbers: np.ndarray | None
    """float64 (N,), NaN where no number is; None for a column of words."""
    gaps: np.ndarray | None = None
    """bool (N,): where nothing is; None where something is everywhere."""
    words: Sequence[str] = ()
    """The cells as they were written, (N,), or none where there are numbers."""

    @property
    def called(self) -> str:
        """As people find it: by its name, or else its place."""
        return self.name or f"column {self.place}"

    @property
    def written(self) -> str:
        """As it is written in an option."""
        return self.name if self.name and "," not in self.name else str(self.place)

    @cached_property
    def different(self) -> np.ndarray:
        """The values there are, without repetition, NaN and empty words left out."""
        if self.numbers is None:
            return np.unique([word for word in self.words if word])
        return np.unique(self.numbers[~np.isnan(self.numbers)])

    @property
    def tells_classes(self) -> bool:
        size = len(self.words) if self.numbers is None else len(self.numbers)
        return len(self.different) > 0 and are_classes(self.different, size)

    @property
    def counts_rows(self) -> bool:
        """Whether it is 0, 1, 2 ... or 1, 2, 3 ..., of three rows at least."""
        if self.numbers is None or len(self.numbers) < 3 or self.numbers[0] not in (0, 1):
            return False
        return bool((np.diff(self.numbers) == 1).all())


@dataclass(frozen=True, eq=False)
class Roles:
    """``axes`` are one, two or three columns of numbers."""

    axes: tuple[Column, ...]
    label: Column | None
    inferred: tuple[Inferred, ...]
    origin: Column | None = None
    """Where a point stands in the colours, 0 to 1."""


def roles_of(
    found: Sequence[Column], path: Path, columns: str | None, label: str | None
) -> Roles | None:
    """What each column is, by the options, by its name, by what is in it, and by its place.

    None where fewer than two columns have numbers, unless it is the only one.

    Raises:
        UserError: a column that was asked for is not there, or is of another kind.
    """
    axes = None if columns is None else _asked_axes(found, path, columns)
    chosen = None if label in (None, "none") else asked(found, path, label, "label")
    free = [column for column in found if column is not chosen]
    said: list[Inferred] = []
    if axes is None:
        axes = _named_axes(free) or _other_axes(free, labelled=chosen is not None)
        if axes is None and len(found) == 1 and found[0].numbers is not None:
            said.append(Inferred(f"{found[0].called} is the only column: points on a line"))
            return Roles((found[0],), None, tuple(said))
        if axes is None:
            return None
        other = axes[:2] if len(axes) == 3 else axes[::-1]
        named = listed([axis.called for axis in axes])
        said.append(Inferred(f"{named} are the coordinates", f"columns={_written(other)}"))
    rest = [column for column in free if column not in axes]
    origin = None
    if columns is None:
        origin = next((column for column in rest if _is_origin(column)), None)
    if origin is not None:
        rest.remove(origin)
        said.append(Inferred("origin has the colours of the points", f"columns={_written(axes)}"))
    if label is None:
        chosen = _label(rest)
        if chosen is not None:
            said.append(Inferred(f"{chosen.called} has the classes", "label=none"))
    left = [column for column in rest if column is not chosen]
    if left and columns is None:
        said.append(_left_out(left))
    return Roles(axes, chosen, tuple(said), origin)


def _written(axes: Sequence[Column]) -> str:
    return ",".join(axis.written for axis in axes)


def _is_origin(column: Column) -> bool:
    """Whether it is called so, and has a place in the colours for every point."""
    if column.name.lower() != ORIGIN or column.numbers is None:
        return False
    return bool(((column.numbers >= 0) & (column.numbers <= 1)).all())


def asked(found: Sequence[Column], path: Path, wanted: str, option: str) -> Column:
    """By name, or else by number."""
    wanted = wanted.strip()
    for fits in (
        lambda column: column.name == wanted,
        lambda column: column.name.lower() == wanted.lower(),
        lambda column: str(column.place) == wanted,
    ):
        match = next(filter(fits, found), None)
        if match is not None:
            return match
    there = ", ".join(column.name for column in found if column.name)
    raise UserError(
        f"{path} has no column {wanted}", f"give {option} one of {there or f'1 to {len(found)}'}"
    )


def _asked_axes(found: Sequence[Column], path: Path, columns: str) -> tuple[Column, ...]:
    axes = tuple(asked(found, path, name, "columns") for name in columns.split(","))
    if not 1 <= len(axes) <= 3:
        raise UserError(f"columns = {columns} is not possible", "give one to three, as in x,y")
    for axis in axes:
        if axis.numbers is None:
            raise UserError(f"{axis.called} of {path} has words", "choose columns of numbers")
    return axes


def _named_axes(found: Sequence[Column]) -> tuple[Column, ...] | None:
    """``x`` and ``y``, and ``z`` where it is there and of numbers; or a place on a map."""
    named = {column.name.lower(): column for column in found if column.numbers is not None}
    for names in _AXES:
        if names[0] in named and names[1] in named:
            return tuple(named[name] for name in names if name in named)
    return None


def _other_axes(found: Sequence[Column], labelled: bool) -> tuple[Column, ...] | None:
    """Two or three columns of numbers that neither count the rows nor tell classes.

    Args:
        labelled: whether it is known which column has the classes.
    """
    axes = [column for column in found if column.numbers is not None]
    if not labelled:
        label = _label_among(axes, any(c.numbers is None and c.tells_classes for c in found))
        axes = [column for column in axes if column is not label]
    if len(axes) > 2 and axes[0].counts_rows and axes[0].name.lower() in _INDICES:
        axes = axes[1:]
    if len(axes) < 2:
        return None
    return tuple(axes if len(axes) == 3 else axes[:2])


def _label_among(numbers: Sequence[Column], words: bool) -> Column | None:
    """The column of numbers that has the classes, where no column of words does."""
    named = [column for column in numbers if column.name.lower() in LABELS]
    if named:
        return named[0]
    if words or len(numbers) < 3:
        return None
    if numbers[-1].tells_classes:
        return numbers[-1]
    whole = any((column.different == np.rint(column.different)).all() for column in numbers[1:])
    return numbers[0] if numbers[0].tells_classes and not whole else None


def _label(rest: Sequence[Column]) -> Column | None:
    """The column with the classes among those that are no coordinates."""
    telling = [
        column
        for column in rest
        if column.tells_classes and not (column.counts_rows and column.name.lower() in _INDICES)
    ]
    preferences: tuple[Callable[[Column], bool], ...] = (
        lambda column: column.name.lower() in LABELS,
        lambda column: column.numbers is None,
        lambda column: column is telling[-1],
    )
    return next((c for prefers in preferences for c in telling if prefers(c)), None)


def _left_out(left: Sequence[Column]) -> Inferred:
    shown = [
        f"{column.called} ({'counts the rows' if column.counts_rows else _values(column)})"
        for column in left[:_NAMED]
    ]
    more = f" and {len(left) - _NAMED:,} more" if len(left) > _NAMED else ""
    return Inferred(f"not used: {', '.join(shown)}{more}", "columns=A,B&label=C")


def _values(column: Column) -> str:
    return f"{len(column.different):,} different " + (
        "words" if column.numbers is None else "numbers"
    )
