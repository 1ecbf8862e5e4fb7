"""Frames as numbered PNG pictures, in a ZIP file or a folder, ready for LaTeX."""

import os
import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from diffvis.errors import UserError
from diffvis.files import UMASK
from diffvis.leftovers import PART, claimed, hidden, old_of, tidy
from diffvis.rendering.formats.latex import LATEX, TIMELINE, latex_lines, listed, timeline
from diffvis.rendering.formats.writer import FrameWriter
from diffvis.rendering.pixels import Pixels

RECIPE = "recipe.json"
_OURS = re.compile(rf"frame-\d{{4,}}\.png|{'|'.join(map(re.escape, (RECIPE, LATEX, TIMELINE)))}")
_EPOCH = (1980, 1, 1, 0, 0, 0)  # of every file in a ZIP: the same frames make the same file


class ZipWriter(FrameWriter):
    """``frame-0000.png``, ...; ``animate.tex`` with a line for Beamer and the timeline that it
    names, and the recipe.
    """

    _times: tuple[Fraction, ...] = ()
    _zip: zipfile.ZipFile | None = None

    @classmethod
    def plays(cls, loop: int) -> int | None:
        return listed(loop)

    def _add(self, item: Pixels) -> None:
        self._store(f"frame-{len(self._times):04}.png", _png(item))
        self._times += (self._next_ms,)

    def _finish(self) -> None:
        for name, words in self._words():
            self._store(name, words.encode())
        assert self._zip is not None
        self._zip.close()

    def _words(self) -> Iterator[tuple[str, str]]:
        times = (*self._times[:-1], self._hold_ms)
        yield LATEX, latex_lines(self._name, self._frame_ms, len(times), self._loop)
        yield TIMELINE, timeline(times, self._loop)
        if self._comment:
            yield RECIPE, self._comment

    @property
    def _name(self) -> str:
        """Of the folder that the frames are in."""
        return self._path.stem

    def _store(self, name: str, content: bytes) -> None:
        if self._zip is None:
            self._zip = zipfile.ZipFile(self._file, "w", zipfile.ZIP_STORED)
        self._zip.writestr(zipfile.ZipInfo(f"{self._name}/{name}", _EPOCH), content)

    def _give_up(self) -> None:
        if self._zip is not None:
            with suppress(OSError, ValueError):  # a full disk once more
                self._zip.close()


class FolderWriter(ZipWriter):
    """The same as a folder, which appears when it is complete."""

    _size = 0

    def _open(self) -> AbstractContextManager[Any]:
        return _whole_folder(self._path)

    def written(self) -> int:
        return self._size

    def _finish(self) -> None:
        for name, words in self._words():
            self._store(name, words.encode())

    @property
    def _name(self) -> str:
        return self._path.name

    def _store(self, name: str, content: bytes) -> None:
        Path(self._file, name).write_bytes(content)
        self._size += len(content)


@contextmanager
def _whole_folder(path: Path) -> Iterator[Path]:
    """A folder beside ``path`` that takes its name, and its place, when all went well. What a
    person has put into the one before stays.

    Raises:
        UserError: what is there is not a folder of frames.
    """
    tidy(path)
    if path.exists() and not (path / LATEX).is_file():
        raise UserError(f"{path} is there and holds no frames", "choose another name")
    made = Path(tempfile.mkdtemp(dir=path.parent, prefix=hidden(path), suffix=PART))
    old = old_of(made)
    try:
        with claimed(made):
            yield made
            made.chmod(0o777 & ~UMASK)
            if path.exists():
                _keep_own(path, made)
                path.rename(old)
            made.rename(path)
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        if old.exists() and not path.exists():
            old.rename(path)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _keep_own(before: Path, made: Path) -> None:
    """Give the new folder what a person has put into the one that it replaces. Both have it for a
    moment, so that it is never in neither.
    """
    for each in before.iterdir():
        if each.is_dir() and not each.is_symlink():
            shutil.copytree(each, made / each.name, symlinks=True, copy_function=_link)
        elif not _OURS.fullmatch(each.name):
            _link(each, made / each.name)


def _link(file: str | Path, other: str | Path) -> None:
    """Let ``other`` be the same file, or a copy where a disk has no links."""
    try:
        os.link(file, other, follow_symlinks=False)
    except OSError:
        shutil.copy2(file, other, follow_symlinks=False)


def _png(frame: Pixels) -> bytes:
    buffer = BytesIO()
    Image.fromarray(np.ascontiguousarray(frame)).save(buffer, "PNG", compress_level=6)
    return buffer.getvalue()
