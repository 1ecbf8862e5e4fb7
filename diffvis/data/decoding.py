"""Picture files to arrays, several at a time, with what is worth saying about them."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import reduce
from operator import or_
from pathlib import Path

import numpy as np

from diffvis.data.deep import Depth
from diffvis.data.frames import count_frames, decode_frames
from diffvis.data.members import Picture, Reader
from diffvis.data.pictures import Decoded, bombs_are_errors, decode
from diffvis.data.ranges import Span
from diffvis.data.sizes import Sizes
from diffvis.errors import UserError

Progress = Callable[[int, int], None]
_MOST_BYTES = 4 << 30


@dataclass(frozen=True)
class Decoding:
    """How pictures are decoded: as squares of ``side`` pixels."""

    side: int
    background: str = "white"
    every_page: bool = False
    """Whether all pages and frames of a file are pictures, or the first one alone."""
    stride: int = 1
    """Every so many pages or frames are taken."""
    span: Span | None = None
    """The values that are black and white; by default 0 and 255, or, of pictures of more than 8
    bits, what all of them together seem to have."""


@dataclass(frozen=True)
class Pixels:
    """Decoded pictures."""

    values: np.ndarray
    """uint8 (N, 3, side, side)"""
    kept: np.ndarray
    """int64 (N,): which file each comes from."""
    skipped: tuple[str, ...]
    sizes: Sizes = field(default_factory=Sizes)
    """What they were before."""
    several: int = 0
    """How many come from a file of several pages or frames."""
    depth: Depth | None = None
    """The range of those of more than 8 bits."""
    deep: int = 0
    """How many those are."""


def decode_all(
    paths: Sequence[Picture],
    how: Decoding,
    progress: Progress | None = None,
    reader: Reader | None = None,
) -> Pixels:
    """Those that can be read, in order, and why the others cannot.

    Args:
        reader: reads the pictures, if they are members of another file.
        progress: called as progress(done, total) in this thread; what it raises stops the work.

    Raises:
        UserError: they need too much memory.
    """
    total = len(paths)
    if how.every_page:
        total = sum(-(-count_frames(path) // how.stride) for path in paths)
    check_room(total, how.side)
    pixels = np.empty((max(1, total), how.side, how.side, 3), np.uint8)
    kept: list[int] = []
    skipped: list[str] = []
    sizes, several = Sizes(), 0
    depths: dict[int, Depth] = {}  # by place among the pixels
    for done, (index, result) in enumerate(_results(paths, how, reader), start=1):
        if isinstance(result, UserError):
            skipped.append(str(result))
        else:
            if len(kept) == len(pixels):  # a film that did not know how long it is
                check_room(2 * len(pixels), how.side)
                pixels = np.concatenate([pixels, np.empty_like(pixels)])
            pixels[len(kept)] = np.asarray(result.image)
            if result.depth is not None:
                depths[len(kept)] = result.depth
            kept.append(index)
            sizes.add(result.size)
            several += result.several
        if progress is not None:
            progress(done, max(done, total))
    if reader is not None:  # which read them in an order of its own
        order = sorted(range(len(kept)), key=kept.__getitem__)
        pixels, kept = pixels[order], [kept[place] for place in order]
        depths = {new: depths[old] for new, old in enumerate(order) if old in depths}
    depth = reduce(or_, depths.values()) if depths else None
    if depth is not None and how.span is None:
        others = [place for place, found in depths.items() if found.span != depth.span]
        _decode_again(pixels, others, kept, paths, replace(how, span=depth.span), reader)
    images = np.ascontiguousarray(pixels[: len(kept)].transpose(0, 3, 1, 2))
    found = depth if how.span is None else None
    return Pixels(
        images, np.array(kept, np.int64), tuple(skipped), sizes, several, found, len(depths)
    )


def _results(
    paths: Sequence[Picture], how: Decoding, reader: Reader | None
) -> Iterator[tuple[int, Decoded | UserError]]:
    if how.every_page:
        return _page_by_page(paths, how)
    if reader is None:
        return _in_threads(enumerate(paths), how)
    place = {member.place: index for index, member in enumerate(paths)}
    return _in_threads(((place[member.place], member) for member in reader(paths)), how)


def _decode_again(
    pixels: np.ndarray,
    places: Sequence[int],
    kept: Sequence[int],
    paths: Sequence[Picture],
    how: Decoding,
    reader: Reader | None,
) -> None:
    """Put pictures that were taken for another range than the set's into ``pixels`` anew."""
    files = sorted({kept[place] for place in places})
    before = {file: kept.index(file) for file in files}  # where its first page is
    wanted = set(places)
    for index, result in _results([paths[file] for file in files], how, reader):
        if isinstance(result, UserError):
            continue  # said the first time
        place = before[files[index]]
        before[files[index]] += 1
        if place in wanted:
            pixels[place] = np.asarray(result.image)


def check_room(count: int, side: int) -> None:
    """Raise UserError where so many pictures do not fit into memory."""
    needed = 3 * side * side * count
    if needed > _MOST_BYTES:
        raise UserError(
            f"{count:,} pictures of {side} × {side} need {needed / 2**30:.1f} GiB",
            "choose a smaller size or a limit",
        )


def _page_by_page(
    paths: Sequence[Path], how: Decoding
) -> Iterator[tuple[int, Decoded | UserError]]:
    with bombs_are_errors():
        for index, path in enumerate(paths):
            try:
                for page in decode_frames(path, how.side, how.background, how.stride, how.span):
                    yield index, page
            except UserError as error:
                yield index, error


def _in_threads(
    numbered: Iterable[tuple[int, Picture]], how: Decoding
) -> Iterator[tuple[int, Decoded | UserError]]:
    """Decoded pictures in order; only a few are in memory at a time."""

    def read(path: Picture) -> Decoded | UserError:
        try:
            return decode(path, square=how.side, background=how.background, span=how.span)
        except UserError as error:
            return error

    workers = min(8, os.cpu_count() or 1)
    with bombs_are_errors(), ThreadPoolExecutor(workers) as pool:
        waiting = deque()
        for index, path in numbered:
            waiting.append((index, pool.submit(read, path)))
            if len(waiting) > 4 * workers:
                first, future = waiting.popleft()
                yield first, future.result()
        for index, future in waiting:
            yield index, future.result()
