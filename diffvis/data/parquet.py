"""Parquet: pictures as Hugging Face's datasets keep them, or columns of numbers. Needs pyarrow."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from diffvis.data.columns import LABELS, Column, roles_of
from diffvis.data.dataset import Dataset
from diffvis.data.decoding import Progress
from diffvis.data.folder import dataset_of, decoded
from diffvis.data.folders import TEST, TRAIN, VALIDATION
from diffvis.data.inferred import Inferred, listed
from diffvis.data.labels import classes_of
from diffvis.data.listing import Listing
from diffvis.data.members import Member
from diffvis.data.naming import slug, title
from diffvis.data.parquet_file import (
    Table,
    image_column,
    is_image,
    open_tables,
    parquet_files,
    reader_of,
    type_of,
)  # fmt: skip
from diffvis.data.tabular import points_in
from diffvis.errors import UserError

OPTIONS = ("size", "colour", "limit", "background", "range", "columns", "label")
_SAMPLED = 32  # rows looked at to find out what all pictures have in common
_PARTS = {TRAIN: "train", VALIDATION: "validation", TEST: "test"}


def open_parquet(
    path: Path,
    source: str,
    *,
    size: int | None = None,
    colour: str | None = None,
    limit: int | None = None,
    background: str | None = None,
    range: str | None = None,
    columns: str | None = None,
    label: str | None = None,
    progress: Progress | None = None,
) -> Dataset:
    """Pictures in a column, as ``open_folder`` opens those of files; or points in columns.

    Args:
        path: one file, or a folder of files, whose names begin with the part of the split.
        columns: the column of pictures, or those of numbers.
        label: the column with the classes, or ``none``.
        size, colour, limit, background, range, progress: of pictures, as of ``open_folder``.

    Raises:
        UserError: pyarrow is missing, or a file cannot be read or has neither.
    """
    files = open_tables(parquet_files(path) if path.is_dir() else [path])
    about = {"name": slug(path.stem), "title": title(path.stem), "source": source}
    image = image_column(files[0], columns)
    if image is None:
        if len(files) > 1:
            raise UserError(f"{path} has several tables", f"name one, as in {files[0].path}")
        return _points(files[0], about, columns, label)
    listing = _listing(files, image, label, limit)
    made, inferred = decoded(listing, path, size, background, range=range, progress=progress)
    return dataset_of(listing, made, colour, inferred, about)


def _listing(files: Sequence[Table], image: str, label: str | None, limit: int | None) -> Listing:
    """The rows of the files as pictures that are yet to be read."""
    inferred = [Inferred(f"{image} has the pictures", "columns=NAME")]
    members: list[Member] = []
    parts: list[int] = []
    for file in files:
        if image not in file.names:
            raise UserError(f"{file.path} has no column {image}", "give files that belong together")
        first = len(members)
        rows = range(file.parquet.metadata.num_rows)
        members += (Member(file.path, f"row {row + 1}", first + row) for row in rows)
        parts += [file.part or TRAIN] * len(rows)
    name, skipped = _label_column(files[0], label), ()
    labels: list[int] | None = None
    classes: tuple[str, ...] = ()
    if name is not None:
        stored = [value for file in files for value in _labels(file, name)]
        bare = _part_without(stored, parts)
        if bare is not None:
            says = f"the {_PARTS[bare]} part has no labels, so those of the others are left out"
            inferred.append(Inferred(says, absurd=True))
        else:
            kept = [i for i, value in enumerate(stored) if value is not None]
            if len(kept) < len(stored):
                skipped = (f"{len(stored) - len(kept):,} rows have no label",)
            members, parts = [members[i] for i in kept], [parts[i] for i in kept]
            found = classes_of(
                [np.array([stored[i] for i in kept])], [len(kept)], files[0].path, name,
                _class_names(files[0], name),
            )  # fmt: skip
            labels = None if found.labels is None else found.labels.tolist()
            classes, inferred = found.names, [*inferred, *found.inferred]
    if len(set(parts)) > 1:
        there = [_PARTS[part] for part in sorted(set(parts))]
        inferred.append(Inferred(f"the files {listed(there)} are the parts of a split"))
    chosen = range(len(members))
    if limit is not None and limit < len(members):
        chosen = [i * len(members) // limit for i in range(limit)]
    reader = reader_of(files, image)
    taken = [members[i] for i in chosen]
    return Listing(
        paths=tuple(taken),
        labels=None if labels is None else tuple(labels[i] for i in chosen),
        classes=classes,
        parts=tuple(parts[i] for i in chosen) if len(set(parts)) > 1 else None,
        skipped=skipped,
        inferred=tuple(inferred),
        sample=tuple(reader(taken[:_SAMPLED])),
        reader=reader,
    )


def _label_column(file: Table, label: str | None) -> str | None:
    if label == "none":
        return None
    if label is not None:
        if label not in file.names:
            there = ", ".join(file.names)
            raise UserError(f"{file.path} has no column {label}", f"give label one of {there}")
        return label
    classes = [name for name in file.names if type_of(file, name) == "ClassLabel"]
    named = [name for name in file.names if name.lower() in LABELS]
    return next(iter([*classes, *named]), None)


def _class_names(file: Table, name: str) -> tuple[str, ...]:
    names = file.features[name].get("names") if type_of(file, name) == "ClassLabel" else None
    return tuple(map(str, names)) if isinstance(names, list) else ()


def _labels(file: Table, name: str) -> list[int | str | float | None]:
    """One for each row; None where it has none, which ``datasets`` writes as -1."""
    stored = file.read(name).to_pylist()
    if type_of(file, name) != "ClassLabel":
        return stored
    return [None if value is None or value < 0 else value for value in stored]


def _part_without(labels: Sequence[object], parts: Sequence[int]) -> int | None:
    """A part of a split that has no labels at all, if there is one."""
    labelled = {part for part, label in zip(parts, labels, strict=True) if label is not None}
    return next((part for part in sorted(set(parts)) if part not in labelled), None)


def _points(file: Table, about: dict[str, str], columns: str | None, label: str | None) -> Dataset:
    found = [
        column for place, name in enumerate(file.names) if (column := _column(file, place, name))
    ]
    roles = roles_of(found, file.path, columns, label)
    if roles is None:
        kinds = ", ".join(f"{field.name} ({field.type})" for field in file.parquet.schema_arrow)
        raise UserError(
            f"{file.path} has neither pictures nor two columns of numbers, but {kinds}",
            "save pictures as bytes of PNG, as the library datasets does, or with numpy.savez",
        )
    return points_in(file.path, roles, about, (), lambda row: f"row {row + 1}")


def _column(file: Table, place: int, name: str) -> Column | None:
    """A column of numbers or words; None for one of lists, structures or bytes."""
    import pyarrow as pa

    kind = file.parquet.schema_arrow.field(name).type
    if pa.types.is_nested(kind) or is_image(file, name):
        return None
    stored = file.read(name)
    gaps = stored.is_null().to_numpy()
    gaps = gaps if gaps.any() else None
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_boolean(kind):
        numbers = np.array(stored.to_numpy(), np.float64)
        return Column(place + 1, name, numbers, gaps)
    words = ["" if word is None else str(word) for word in stored.to_pylist()]
    return Column(place + 1, name, None, gaps, words)
