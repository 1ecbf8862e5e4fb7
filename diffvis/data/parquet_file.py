"""Files of Parquet: which columns they have, and pictures out of them a few rows at a time."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from diffvis.data.folders import TRAIN, part_named
from diffvis.data.members import MOST_BYTES, Member, Reader
from diffvis.errors import UserError

_ENDINGS = (".parquet", ".pq")
_FOLDERS = 8  # within a folder that are looked into
_IMAGES = ("image", "img", "picture", "pixel_values", "jpg", "png")
_BATCH = 64  # rows in memory at a time
_MOST_IN_GROUP = 4 << 30  # bytes


def is_parquet(path: Path) -> bool:
    """Whether a file's name is one of Parquet."""
    return path.suffix.lower() in _ENDINGS


def parquet_files(folder: Path) -> list[Path]:
    """Those in a folder, or else in its few sub-folders, as a repository of a data set has them."""
    entries = sorted(folder.iterdir())
    found = [path for path in entries if is_parquet(path)]
    if found:
        return found
    below = [path for path in entries if path.is_dir() and not path.name.startswith(".")]
    if len(below) > _FOLDERS:
        return []
    return [path for inner in below for path in sorted(inner.iterdir()) if is_parquet(path)]


@dataclass(frozen=True, eq=False)
class Table:
    """One file that pyarrow has opened; ``features`` is what Hugging Face wrote into it."""

    path: Path
    parquet: Any
    features: dict[str, Any]
    part: int | None

    @property
    def names(self) -> list[str]:
        return self.parquet.schema_arrow.names

    def read(self, name: str) -> Any:
        return self.parquet.read(columns=[name]).column(0)


def open_tables(paths: Sequence[Path]) -> list[Table]:
    """Those that train first, then those that validate, then those that test."""
    try:
        from pyarrow import ArrowException
        from pyarrow.parquet import ParquetFile
    except ImportError as error:
        raise UserError(
            f"{paths[0].name} is a Parquet file, which needs pyarrow",
            'pip install "diffvis[parquet]"',
        ) from error
    files = []
    for path in paths:
        try:
            parquet = ParquetFile(path)
            features = _features(parquet.schema_arrow.metadata or {})
        except (ArrowException, OSError, ValueError) as error:
            if isinstance(error, PermissionError):
                raise
            raise _unreadable(path, error) from error
        groups = (parquet.metadata.row_group(i) for i in range(parquet.num_row_groups))
        if any(group.total_byte_size > _MOST_IN_GROUP for group in groups):
            raise UserError(
                f"{path} has more than {_MOST_IN_GROUP >> 30} GiB in one row group",
                "write it again with smaller ones",
            )
        files.append(Table(path, parquet, features, _part(path)))
    return sorted(files, key=lambda file: file.part or TRAIN)


def _part(path: Path) -> int | None:
    part = part_named(path.name)
    return part_named(path.parent.name) if part is None else part


def _features(metadata: dict[bytes, bytes]) -> dict[str, Any]:
    """Which column is an image and which a class with a name, as the library ``datasets`` says."""
    try:
        about = json.loads(metadata.get(b"huggingface", b"{}"))
        return dict(about.get("info", {}).get("features") or {})
    except (ValueError, AttributeError, TypeError):
        return {}


def image_column(file: Table, columns: str | None) -> str | None:
    """The column with pictures: the one that was asked for, that the file names, or the first."""
    found = [name for name in file.names if is_image(file, name)]
    if columns is not None:
        return columns if columns in found else None
    named = [name for name in found if type_of(file, name) == "Image" or name.lower() in _IMAGES]
    return next(iter([*named, *found]), None)


def is_image(file: Table, name: str) -> bool:
    """Whether a column has bytes, alone or as the field of a structure."""
    from pyarrow import types

    kind = file.parquet.schema_arrow.field(name).type
    if types.is_struct(kind) and kind.get_field_index("bytes") >= 0:
        kind = kind.field("bytes").type
    return types.is_binary(kind) or types.is_large_binary(kind)


def type_of(file: Table, name: str) -> str:
    feature = file.features.get(name)
    return str(feature.get("_type", "")) if isinstance(feature, dict) else ""


def reader_of(files: Sequence[Table], image: str) -> Reader:
    """Reads the pictures of members, a few rows at a time."""

    def read(members: Sequence[Member]) -> Iterator[Member]:
        wanted = {member.place: member for member in members}
        place = 0
        for file in files:
            rows = range(place, place + file.parquet.metadata.num_rows)
            place = rows.stop
            if not wanted.keys().isdisjoint(rows):
                here = iter(rows)
                for batch in file.parquet.iter_batches(_BATCH, columns=[image]):
                    for cell in batch.column(0):
                        member = wanted.pop(next(here), None)
                        if member is not None:
                            yield _filled(member, cell)
                    if not wanted:
                        return

    return read


def _filled(member: Member, cell: Any) -> Member:
    value = cell.as_py()
    data = value.get("bytes") if isinstance(value, dict) else value
    if data is None:
        where = value.get("path") if isinstance(value, dict) else None
        reason = f"its picture is in another file, {where}" if where else "it has no picture"
        return replace(member, broken=reason)
    if len(data) > MOST_BYTES:
        return replace(member, broken=f"it has more than {MOST_BYTES >> 20} MiB")
    return replace(member, data=data)


def _unreadable(path: Path, error: Exception) -> UserError:
    return UserError(f"{path} cannot be read ({error})", "download the file again")
