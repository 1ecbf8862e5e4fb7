"""Pictures that lie in another file, an archive or a table, and stand for paths."""

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from os import stat_result
from pathlib import Path, PurePosixPath

from diffvis.files import regular

MOST_BYTES = 256 << 20
"""Of one picture as it is packed."""


@dataclass(frozen=True)
class Member:
    """One picture; ``str`` of it is what people find it by."""

    home: Path
    """The file that it lies in."""
    name: str
    """Within that file."""
    place: int
    """Where it comes in the file, which is read from its beginning to its end."""
    data: bytes = field(default=b"", repr=False, compare=False)
    broken: str = ""
    """Why it cannot be read, if so."""

    def __str__(self) -> str:
        return f"{self.home}/{self.name}"

    @property
    def suffix(self) -> str:
        return PurePosixPath(self.name).suffix

    def stat(self) -> stat_result:
        """That of the file that it lies in, which changes when the picture does."""
        return self.home.stat()


Picture = Path | Member
"""What is decoded."""
Reader = Callable[[Sequence[Member]], Iterator[Member]]
"""Reads what is in members, in the order in which they lie in their file."""


def opened(picture: Picture) -> Path | io.BytesIO:
    """What Pillow opens.

    Raises:
        OSError: it is no regular file, or a member could not be read.
    """
    if isinstance(picture, Path):
        return regular(picture)
    if picture.broken:
        raise OSError(picture.broken)
    return io.BytesIO(picture.data)


def is_empty(picture: Picture) -> bool:
    return not (picture.stat().st_size if isinstance(picture, Path) else picture.data)
