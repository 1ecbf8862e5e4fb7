"""Drawings on the disk: their points as a table like any other, their strokes to draw on."""

import json
import math
from itertools import count
from pathlib import Path
from typing import Any

from diffvis.data.drawing import (
    CLASSES,
    DECIMALS,
    LEAST_POINTS,
    MOST_POINTS,
    TOOLS,
    Drawing,
    Drawn,
    Place,
    Stroke,
)
from diffvis.errors import UserError
from diffvis.files import atomic_write, home, read_small

SUFFIX = ".csv"
FOLDER, DRAFT = "drawings", "draft.json"
_VERSION = 1
_MOST_BYTES = 32 * 2**20
_WIDEST, _FURTHEST = 2.0, 10.0  # data units: what a pad can have made


def as_csv(drawn: Drawn) -> bytes:
    """A row for each point: x, y, its class where there are several, and its colour of origin."""
    names, columns = ["x", "y"], [f"{value:.{DECIMALS}f}" for value in drawn.cloud.x.flatten()]
    cells = [columns[0::2], columns[1::2]]
    if drawn.cloud.labels is not None:
        names.append("class")
        cells.append([drawn.classes[label] for label in drawn.cloud.labels.tolist()])
    if drawn.cloud.origin is not None:
        names.append("origin")
        cells.append([f"{place:.{DECIMALS}f}" for place in drawn.cloud.origin.tolist()])
    rows = [names, *zip(*cells, strict=True)]
    return "".join(f"{','.join(row)}\n" for row in rows).encode()


def save_points(drawn: Drawn, path: Path) -> None:
    """Write the points as CSV, which ``open_dataset`` opens with the same classes and colours.

    Raises:
        UserError: the file cannot be written.
    """
    _write(path, as_csv(drawn))


def keep_points(drawn: Drawn) -> Path:
    """Write them into the user's own folder, under the next number; where they are kept already,
    that file.

    Raises:
        UserError: they cannot be written.
    """
    content = as_csv(drawn)
    folder = _folder()
    for number in count(1):
        path = folder / f"drawing-{number}{SUFFIX}"
        try:
            if path.exists():
                if path.stat().st_size == len(content) and path.read_bytes() == content:
                    return path
                continue
            path.touch(exist_ok=False)  # the number is taken: another window may be drawing as well
        except FileExistsError:
            continue
        except OSError as error:
            raise _unwritten(path, error) from error
        try:
            _write(path, content)
        except UserError:
            path.unlink(missing_ok=True)
            raise
        return path
    raise AssertionError("numbers never end")


def keep_draft(drawing: Drawing, points: int) -> None:
    """Keep the strokes, and how many points are wanted, for the next pad.

    Raises:
        UserError: they cannot be written.
    """
    strokes = [
        {"tool": s.tool, "class": s.of_class, "width": s.width, "path": s.path}
        for s in drawing.strokes
    ]
    kept = {"version": _VERSION, "points": points, "strokes": strokes}
    _write(_folder() / DRAFT, json.dumps(kept).encode())


def last_draft() -> tuple[Drawing, int] | None:
    """What ``keep_draft`` has kept; None where nothing was.

    Raises:
        UserError: it cannot be read; it then lies beside, under another name.
    """
    path = home() / FOLDER / DRAFT
    try:
        kept = json.loads(read_small(path, _MOST_BYTES))
        return Drawing(tuple(map(_stroke, kept["strokes"]))), _points(kept["points"])
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
        beside = path.with_suffix(".unread")
        try:
            path.replace(beside)
        except OSError:
            beside = path
        raise UserError(
            "The drawing of last time cannot be read", f"it is kept as {beside}"
        ) from error


def _stroke(kept: dict[str, Any]) -> Stroke:
    """Raises ValueError, TypeError or KeyError where it is none."""
    tool, of_class, width = kept["tool"], kept["class"], float(kept["width"])
    path = tuple(_place(*pair) for pair in kept["path"])
    if tool not in TOOLS or of_class not in range(1, CLASSES + 1) or not path:
        raise ValueError("it is no stroke")
    if not 0 <= width <= _WIDEST:
        raise ValueError("no pen is so wide")
    return Stroke(tool, int(of_class), width, path)


def _place(x: float, y: float) -> Place:
    place = float(x), float(y)
    if not all(math.isfinite(value) and abs(value) <= _FURTHEST for value in place):
        raise ValueError("it is no place on a pad")
    return place


def _points(kept: object) -> int:
    if not isinstance(kept, int) or not LEAST_POINTS <= kept <= MOST_POINTS:
        raise ValueError("it is no number of points")
    return kept


def _folder() -> Path:
    folder = home() / FOLDER
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritten(folder, error) from error
    return folder


def _write(path: Path, content: bytes) -> None:
    try:
        with atomic_write(path) as file:
            file.write(content)
    except OSError as error:
        raise _unwritten(path, error) from error


def _unwritten(path: Path, error: OSError) -> UserError:
    return UserError(f"{path} cannot be written: {error.strerror}", "choose another folder")
