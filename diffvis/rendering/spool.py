"""Frames that wait on disk, so that a film can run to and fro without taking memory."""

import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import TracebackType

import numpy as np

from diffvis.errors import UserError
from diffvis.rendering.pixels import Pixels


class FrameSpool:
    """Frames uint8 of one shape, by their numbers. The file is nameless and goes by itself.

    Raises:
        UserError: the folder of temporary files has no room for it.
    """

    def __init__(self) -> None:
        with _reported():
            self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by __exit__
        self._places: list[tuple[int, int]] = []  # where each frame begins, and its length
        self._shape: tuple[int, ...] = ()

    def __len__(self) -> int:
        return len(self._places)

    def append(self, frame: Pixels) -> None:
        packed = zlib.compress(np.ascontiguousarray(frame), 1)
        with _reported():
            self._places.append((self._file.tell(), len(packed)))
            self._file.write(packed)
        self._shape = frame.shape

    def __getitem__(self, number: int) -> Pixels:
        start, length = self._places[number]
        with _reported():
            self._file.seek(start)
            packed = self._file.read(length)
        return np.frombuffer(zlib.decompress(packed), np.uint8).reshape(self._shape)

    def backwards(self) -> Iterator[Pixels]:
        """From the newest to the first."""
        for number in reversed(range(len(self))):
            yield self[number]

    def __enter__(self) -> "FrameSpool":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with suppress(OSError):  # what did not find room is not wanted any more
            self._file.close()


@contextmanager
def _reported() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UserError(
            f"frames cannot be kept for a while ({error.strerror or error})",
            f"free some space in {tempfile.gettempdir()}, or set TMPDIR to another folder",
        ) from error
