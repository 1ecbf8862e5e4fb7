"""Names and paths to data sets: the one place that knows what there is."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from torch import Generator, Tensor

from diffvis.data.dataset import Dataset
from diffvis.data.digits import open_digits
from diffvis.data.idx import holds_idx, is_idx, open_idx
from diffvis.data.options import join_source, parse_options, split_source
from diffvis.data.points import TOYS, draw, open_toy
from diffvis.errors import UserError

DEFAULT = "swiss-roll"
_TOY_OPTIONS = ("n", "noise", "seed")


@dataclass(frozen=True)
class Entry:
    """A data set that can be opened by its name."""

    name: str
    title: str
    description: str
    kind: Literal["points", "images"]
    options: tuple[str, ...]


def entries() -> tuple[Entry, ...]:
    """What can be opened by name, in the order to show it."""
    toys = (Entry(t.name, t.title, t.description, "points", _TOY_OPTIONS) for t in TOYS.values())
    digits = Entry(
        "digits",
        "Digits",
        "1,797 handwritten digits of 8 × 8 from scikit-learn",
        "images",
        ("size",),
    )
    return (*toys, digits)


def open_dataset(source: str | os.PathLike[str], **options: object) -> Dataset:
    """Open a data set by its name in the catalogue, or by the path of a folder or file.

    Options can stand in the source as well: ``open_dataset("digits?size=16")`` and
    ``open_dataset("digits", size=16)`` are the same. The source of the result has them all.

    Raises:
        UserError: there is no such set, an option is wrong, or a file cannot be used.
    """
    text = os.fspath(source)
    path = Path(text).expanduser()
    if not path.exists():
        text, in_source = split_source(text)
        options = {**in_source, **options}
        path = Path(text).expanduser()
    names = {entry.name: entry for entry in entries()}
    if text in names:
        entry = names[text]
        parsed = parse_options(entry.name, options, entry.options)
        full = join_source(entry.name, parsed)
        if text in TOYS:
            return open_toy(TOYS[text], full, **parsed)
        return open_digits(full, **parsed)
    if not path.exists():
        raise UserError(
            f"there is no data set {text}",
            f"give the path of a folder or file that exists, or one of {', '.join(names)}",
        )
    return _open_path(path.absolute(), options)


def fresh_points(name: str, n: int, generator: Generator) -> Tensor:
    """``n`` new points (n, 2) of a toy in data units, for comparison with samples.

    Args:
        name: a toy's name, or the source of a data set made from one.

    Raises:
        UserError: the name is of no toy.
    """
    name, options = split_source(name)
    if name not in TOYS:
        raise UserError(
            f"no fresh points can be drawn from {name}", f"choose one of {', '.join(TOYS)}"
        )
    noise = parse_options(name, options, _TOY_OPTIONS).get("noise")
    return draw(TOYS[name], n, generator, noise).x


def _open_path(path: Path, options: dict[str, object]) -> Dataset:
    opener, known = _opener(path)
    parsed = parse_options(str(path), options, known)
    try:
        return opener(path, join_source(str(path), parsed), **parsed)
    except PermissionError as error:
        raise UserError(
            f"{error.filename or path} may not be read", "change its permissions"
        ) from error


def _opener(path: Path) -> tuple[Callable[..., Dataset], tuple[str, ...]]:
    """What opens a path, and the options it takes."""
    try:
        if is_idx(path) if path.is_file() else holds_idx(path):
            return open_idx, ("size",)
    except PermissionError as error:
        raise UserError(f"{path} may not be read", "change its permissions") from error
    raise UserError(
        f"{path} is nothing that diffvis can learn from",
        "give a folder of IDX files such as MNIST's, or one IDX file of images",
    )
