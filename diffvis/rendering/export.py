"""A subject to a file: the window's export and the command line's."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from diffvis.rendering.formats.drawing import DrawingWriter
from diffvis.rendering.formats.picture import PngWriter
from diffvis.rendering.formats.registry import Format, check_target, is_film, poster_beside
from diffvis.rendering.formats.slide import SlideWriter
from diffvis.rendering.formats.writer import FileWriter, FrameWriter
from diffvis.rendering.recipe import as_words, make_recipe
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.spool import FrameSpool
from diffvis.rendering.subjects.subject import Content, Subject, endings


@dataclass(frozen=True)
class Progress:
    """``done`` of ``total`` pieces of work."""

    done: int
    total: int


def export(
    path: str | os.PathLike[str], subject: Subject, spec: ExportSpec, device: str = "cpu"
) -> Iterator[Progress]:
    """Write ``subject`` as ``spec`` says, in the format of the name's ending.

    Each ``next`` is one bounded piece of work; ``close()`` cancels and leaves nothing behind.

    Raises:
        UserError: the file cannot be made or written. At once, before any work is done, unless it
            is the disk that is full in the middle.
    """
    file, made = check_target(path, endings(subject, spec), spec.picture.transparent, spec.film)
    content = subject.content(made.kind, spec, device)
    words = as_words(make_recipe(subject, spec)) if made.recipe else ""
    return _write(file, made, content, spec, words)


def open_writer(
    file: Path, made: Format, spec: ExportSpec, words: str, content: Content
) -> FileWriter:
    """What writes a file of that format, as ``spec`` says."""
    film = spec.film
    palette = content.palette() if made.suffix == ".gif" else None
    if issubclass(made.writer, SlideWriter):
        told = content.told()
        return made.writer(
            file, film.exact_ms, film.hold_ms, film.loop, words, palette, film.first_ms,
            told.and_back() if film.back else told, spec.look,
        )  # fmt: skip
    if issubclass(made.writer, FrameWriter):
        return made.writer(
            file, film.exact_ms, film.hold_ms, film.loop, words, palette, film.first_ms
        )
    if issubclass(made.writer, DrawingWriter):
        return made.writer(file, words, spec.picture.transparent)
    return made.writer(file, words)


def _write(
    file: Path, made: Format, content: Content, spec: ExportSpec, words: str
) -> Iterator[Progress]:
    back = spec.film.back and is_film(made)
    poster = poster_beside(file, spec.film)
    total = content.total + 1
    with ExitStack() as stack:
        writer = stack.enter_context(open_writer(file, made, spec, words, content))
        spool = stack.enter_context(FrameSpool()) if back else None
        newest: Any = None  # written once it is known whether it is the last one
        for done, item in enumerate(content.pieces(), 1):
            if item is not None:
                if newest is not None:
                    writer.add(newest)
                newest = item
                if spool is not None:
                    spool.append(item)
            yield Progress(min(done, total - 1), total)
        if poster is not None:
            with PngWriter(poster, words) as picture:
                picture.add(newest)
        if spool is None or len(spool) < 2:
            writer.add(newest)
        else:
            writer.add(newest, held=True)
            for place, frame in enumerate(spool.backwards()):
                if place > 0:
                    writer.add(frame)
                    yield Progress(total - 1, total)
    yield Progress(total, total)
