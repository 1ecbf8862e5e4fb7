"""A text file as columns: what separates them, where they begin, and how they are called."""

import csv
import gzip
import re
import zlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from diffvis.data.inferred import Inferred
from diffvis.errors import UserError

REMEDY = "give two or three columns of numbers, and one with a label if there are classes"
SEPARATORS = {"tab": "\t", "space": None}
"""Words for separators; None stands for any white space."""
_CANDIDATES = (";", "\t", ",", "|", None)
_MOST_BYTES = 2 << 30
_PIECE = 1 << 20
_LOOKED_AT = 200  # lines
_MOST_TITLES = 20
_LONGEST = 40  # of words from the file in a message
_SURE = 0.8  # of the lines looked at that must agree
_KNOWN_NAMES = frozenset("x y z x0 x1 x2 label class target dataset index id".split())  # noqa: SIM905
_MISSING = frozenset(("", "na", "n/a", "null", "none", "?"))
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?")
_INTEGER = re.compile(r"[+-]?\d+")


@dataclass(frozen=True)
class Table:
    """Rows of cells, all of one length."""

    path: Path
    separator: str | None
    names: tuple[str, ...]
    """Of the columns; empty where a column has none."""
    rows: tuple[tuple[int, list[str]], ...]
    """The number of the line in the file, and its cells."""
    inferred: tuple[Inferred, ...]

    @property
    def first_line(self) -> int:
        """The number of the line with the first row."""
        return self.rows[0][0]


def is_missing(cell: str) -> bool:
    """Whether a cell says that there is nothing in it."""
    return cell.lower() in _MISSING


def number(cell: str) -> float | None:
    """The number in a cell, with a decimal point or comma; None where there is none."""
    try:
        return float(cell)
    except ValueError:
        pass
    try:
        if "." in cell and "," in cell and cell.rindex(",") > cell.rindex("."):
            cell = cell.replace(".", "")  # 1.234,5
        elif _THOUSANDS.fullmatch(cell) and (cell.count(",") > 1 or "." in cell):
            cell = cell.replace(",", "")  # 1,234.5
        return float(cell.replace(",", "."))
    except ValueError:
        return None


def read_text(path: Path) -> list[str]:
    """The lines of a file of text, plain or gzipped.

    Raises:
        UserError: it is none, or too long.
    """
    try:
        with path.open("rb") as plain:
            opener = gzip.open if plain.read(2) == b"\x1f\x8b" else Path.open
        with opener(path, "rb") as file:
            raw = bytearray()  # in pieces: a buffered file takes room for all that it is asked for
            while len(raw) <= _MOST_BYTES and (piece := file.read(_PIECE)):
                raw += piece
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise UserError(f"{path} cannot be read ({error})", "download the file again") from error
    if len(raw) > _MOST_BYTES:
        raise UserError(f"{path} has more than {_MOST_BYTES >> 30} GiB of text", "give fewer rows")
    try:
        return raw.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise UserError(f"{path} is not a text file", "save it as CSV in UTF-8") from error


def read_table(path: Path, lines: list[str], sep: str | None, most: int | None = None) -> Table:
    """The table in ``lines``: without empty lines, lines that begin with #, and titles above it.

    Args:
        sep: the option; None has the separator found out.
        most: read so many lines at most.

    Raises:
        UserError: names the line that is wrong.
    """
    there = [(n, line.strip("\r\n")) for n, line in enumerate(lines, start=1) if line.strip()]
    comments = [(n, line) for n, line in there if line.lstrip().startswith("#")]
    there = [(n, line) for n, line in there if not line.lstrip().startswith("#")][:most]
    if not there:
        raise UserError(f"{path} is empty", REMEDY)
    some = [line for _, line in there[:_LOOKED_AT]]
    separator = SEPARATORS.get(sep, sep) if sep is not None else _separator(some)
    rows = [(n, _cells(path, n, line, separator)) for n, line in there]
    columns = _strip_empty_ends(rows)
    rows, names, inferred = _head(rows, columns)
    if not names and comments:
        names = _names_in_comment(comments, rows[0][0], columns, separator)
    for n, cells in rows:
        if len(cells) != columns:
            raise UserError(f"{path} has {len(cells)} columns in line {n}, not {columns}", REMEDY)
    if separator not in (",", "\t", None) and sep is None:
        inferred.append(Inferred(f"columns are separated by “{separator}”", "sep=MARK"))
    return Table(path, separator, names or ("",) * columns, tuple(rows), tuple(inferred))


def _separator(lines: list[str]) -> str | None:
    """The mark that gives the lines below any titles the same number of cells, most of numbers."""
    lower = lines[len(lines) // 2 :]
    best, most = next((mark for mark in _CANDIDATES[:-1] if mark in lines[0]), None), 0.0
    for mark in _CANDIDATES:
        try:
            split = [_split(line, mark) for line in lower]
        except csv.Error:  # which reading the rows will tell
            continue
        ((columns, agreeing),) = Counter(map(len, split)).most_common(1)
        if columns < 2 or agreeing < _SURE * len(lower):
            continue
        cells = next(cells for cells in reversed(split) if len(cells) == columns)
        numbers = sum(map(is_number, cells)) / columns
        if numbers > most:
            best, most = mark, numbers
    return best


def is_number(cell: str) -> bool:
    return number(cell) is not None


def _split(line: str, separator: str | None) -> list[str]:
    """
    Raises:
        csv.Error: a cell is too long.
    """
    if separator is None and '"' not in line:
        return line.split()
    mark = " " if separator is None else separator
    cells = next(csv.reader([line], delimiter=mark, skipinitialspace=separator is None))
    return [cell.strip() for cell in cells]


def _cells(path: Path, number_of_line: int, line: str, separator: str | None) -> list[str]:
    try:
        return _split(line, separator)
    except csv.Error as error:
        raise UserError(
            f"line {number_of_line} of {path} cannot be read ({error})", REMEDY
        ) from error


def _strip_empty_ends(rows: list[tuple[int, list[str]]]) -> int:
    """Take away the empty cells that marks at the ends of lines make; how many columns remain."""
    counts = Counter(len(cells) for _, cells in rows[:_LOOKED_AT])
    columns = max(counts, key=lambda n: (counts[n], n))
    while columns > 1 and all(not cells[-1] for _, cells in rows if len(cells) == columns):
        for _, cells in rows:
            if len(cells) == columns:
                cells.pop()
        columns -= 1
    for _, cells in rows:
        while len(cells) > columns and not cells[-1]:
            cells.pop()
    return columns


def _head(
    rows: list[tuple[int, list[str]]], columns: int
) -> tuple[list[tuple[int, list[str]]], tuple[str, ...], list[Inferred]]:
    """The rows below titles and names of columns, those names, and what was inferred."""
    inferred, names = [], ()
    for _ in range(_MOST_TITLES):
        if len(rows) < 2:
            break
        n, cells = rows[0]
        filled = [cell for cell in cells if cell]
        shown = " ".join(filled)[:_LONGEST]
        if len(cells) == columns - 1 >= 2 and not names and not any(map(is_number, cells)):
            cells = ["", *cells]  # R gives its row names no name
            rows = [(n, cells), *rows[1:]]
        if len(cells) != columns or len(filled) == 1 < columns:
            if all(map(is_number, filled)):
                break  # which reading the rows will tell
            inferred.append(Inferred(f"line {n} is a title: {shown}"))
        elif _counts_columns(rows):
            names = tuple(cells)
            inferred.append(Inferred(f"line {n}, {shown}, numbers the columns"))
        elif not _is_above_numbers(rows):
            break
        elif any(map(is_number, filled)) and not _KNOWN_NAMES & _lower(cells):
            inferred.append(Inferred(f"line {n} is not a row: {shown}"))
        elif not names or (_KNOWN_NAMES & _lower(cells) and not _KNOWN_NAMES & _lower(names)):
            names = tuple(cells)
        else:
            inferred.append(Inferred(f"line {n} is not of numbers: {shown}"))
        rows = rows[1:]
    return rows, names, inferred


def _is_above_numbers(rows: list[tuple[int, list[str]]]) -> bool:
    """Whether words stand in the first row where numbers stand below it: in two columns, or all."""
    first = rows[0][1]
    below = [cells for _, cells in rows[1:_LOOKED_AT] if len(cells) == len(first)]
    of_numbers = [
        i for i in range(len(first)) if 2 * sum(is_number(c[i]) for c in below) > len(below)
    ]
    words = sum(not is_missing(first[i]) and not is_number(first[i]) for i in of_numbers)
    return words >= max(1, min(2, len(of_numbers)))


def _counts_columns(rows: list[tuple[int, list[str]]]) -> bool:
    """Whether the first row is 0, 1, 2 ..., the names that pandas gives, over other numbers."""
    filled = [(i, cell) for i, cell in enumerate(rows[0][1]) if cell]
    if [cell for _, cell in filled] != [str(i) for i in range(len(filled))]:
        return False
    if len(filled) < len(rows[0][1]):
        return True
    below = [cells for _, cells in rows[1:_LOOKED_AT] if len(cells) == len(rows[0][1])]
    fractions = sum(not any(_INTEGER.fullmatch(c[i]) for c in below) for i, _ in filled)
    return len(below) >= 10 and fractions >= 2


def _names_in_comment(
    comments: list[tuple[int, str]], first: int, columns: int, separator: str | None
) -> tuple[str, ...]:
    """Names of columns from the line that begins with # right above the table, if it has them."""
    above = [line for n, line in comments if n < first]
    if not above:
        return ()
    words = above[-1].lstrip(" #")
    for mark in (separator, ",", None):
        cells = [cell.strip() for cell in words.split(mark)]
        if len(cells) == columns and _KNOWN_NAMES & _lower(cells):
            return tuple(cells)
    return ()


def _lower(cells: Iterable[str]) -> set[str]:
    return {cell.lower() for cell in cells}
