"""What all writers share: the file takes its name only when it is complete."""

import errno
import os
from contextlib import AbstractContextManager
from fractions import Fraction
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, ClassVar, Self

import numpy as np

from diffvis.files import atomic_write
from diffvis.rendering.files import reported
from diffvis.rendering.formats.timing import LONGEST_MS, Timing
from diffvis.rendering.palette import Palette
from diffvis.rendering.pixels import Pixels


class FileWriter:
    """Takes what a file is made of piece by piece; ``add`` does a bounded amount of work.

    As a context manager it closes the file, or aborts it when an exception leaves the block.

    Raises:
        UserError: the file cannot be written.
    """

    def __init__(self, path: str | PathLike[str], comment: str = "") -> None:
        """``comment`` is kept in the file, where its format has a place for words."""
        self._path = Path(path)
        self._comment = comment
        self._target: AbstractContextManager[Any] | None = None
        with reported(self._path):
            target = self._open()
            self._file: BinaryIO = target.__enter__()
            self._target = target

    def add(self, item: Any) -> None:
        """Append a piece."""
        if self._target is None:
            raise ValueError("the file is closed")
        with reported(self._path):
            self._add(item)

    def close(self) -> None:
        """Write what is left and give the file its name."""
        if self._target is None:
            return
        with reported(self._path):
            try:
                self._finish()
            except BaseException:
                self.abort()
                raise
            target, self._target = self._target, None
            target.__exit__(None, None, None)

    def abort(self) -> None:
        """Leave nothing behind."""
        if self._target is not None:
            target, self._target = self._target, None
            self._give_up()
            target.__exit__(_AbortedError, _AbortedError(), None)

    def written(self) -> int:
        """Bytes so far."""
        return self._file.tell()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is None:
            self.close()
        else:
            self.abort()

    # --- for subclasses ------------------------------------------------------------------

    def _open(self) -> AbstractContextManager[Any]:
        if self._path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        return _Reraising(atomic_write(self._path))

    def _add(self, item: Any) -> None:
        raise NotImplementedError

    def _finish(self) -> None:
        """Write what is left."""

    def _give_up(self) -> None:
        """Let go of what writes to the file, which will be deleted."""


class FrameWriter(FileWriter):
    """A film of equal frames, each uint8 grey (h, w), (h, w, 3), or with opacity (h, w, 4).

    Raises:
        ValueError: a duration or a frame is not possible.
    """

    timing: ClassVar[Timing] = Timing()

    def __init__(
        self,
        path: str | PathLike[str],
        frame_ms: Fraction | int = 60,
        hold_ms: int = 2000,
        loop: int = 0,
        comment: str = "",
        palette: Palette | None = None,
        first_ms: int = 0,
    ) -> None:
        """Frames stay ``frame_ms``, the first one ``first_ms`` where that is not 0, the last one
        ``hold_ms``; where the format's steps do not fit, some are a step longer than others. It
        plays ``loop`` times, 0 for ever. A ``palette`` is for formats of few colours; without one
        the first frame decides.
        """
        for duration in (frame_ms, first_ms or frame_ms, hold_ms):
            if not self.timing.holds(duration):
                raise ValueError(
                    f"a frame lasts {self.timing.least} to {LONGEST_MS} ms, not {duration} ms"
                )
        self._frame_ms, self._hold_ms = Fraction(frame_ms), Fraction(hold_ms)
        self._loop = loop
        self._palette = palette
        self._shape: tuple[int, ...] | None = None
        # Of the frame before, and of the one that is added.
        self._ms = self._next_ms = Fraction(first_ms) or self._frame_ms
        super().__init__(path, comment)

    def add(self, item: Pixels, held: bool = False) -> None:
        """Append a frame; one that is ``held`` stays as long as the last one does."""
        if item.dtype != np.uint8 or item.ndim not in (2, 3) or item.shape[2:] not in PLANES:
            raise ValueError(f"a frame is uint8 (h, w), (h, w, 3) or (h, w, 4), not {item.dtype}")
        if self._shape is not None and item.shape != self._shape:
            raise ValueError(f"a frame of {item.shape} follows one of {self._shape}")
        if self._shape is not None:
            self._ms, self._next_ms = self._next_ms, self._frame_ms
        if held:
            self._next_ms = self._hold_ms
        super().add(item)
        self._shape = item.shape

    @classmethod
    def plays(cls, loop: int) -> int | None:
        """How often players show a film that is to play ``loop`` times, 0 for ever; None where the
        format does not say.
        """
        return loop

    def close(self) -> None:
        if self._target is not None and self._shape is None:
            self.abort()
            raise ValueError("an animation has at least one frame")
        super().close()


PLANES = ((), (3,), (4,))


class _AbortedError(Exception):
    """Tells the target that the file is not wanted."""


class _Reraising(AbstractContextManager[Any]):
    """A target that deletes its file when told of an exception, and says no more about that one."""

    def __init__(self, target: AbstractContextManager[Any]) -> None:
        self._target = target

    def __enter__(self) -> Any:
        return self._target.__enter__()

    def __exit__(self, *what: Any) -> None:
        try:
            self._target.__exit__(*what)
        except _AbortedError:
            return
