"""Which pictures a folder holds, and which class and part of the split each belongs to."""

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from diffvis.data.folders import Parts, Placed, Tree, meaning_of
from diffvis.data.frames import FILMS
from diffvis.data.inferred import Inferred
from diffvis.data.members import Picture, Reader
from diffvis.data.pictures import FOREIGN_SUFFIXES, SUFFIXES
from diffvis.errors import UserError

_LOOKED, _SHARE = 10_000, 0.1  # files and folders after which, and the share that pictures must be

Meant = str | None
"""The value of an option that says what folders mean."""


@dataclass(frozen=True)
class Listing:
    """Paths; ``labels`` and ``classes`` where sub-folders tell classes apart, ``parts`` where they
    are the parts of a split: for each path TRAIN, VALIDATION or TEST.
    """

    paths: tuple[Picture, ...]
    labels: tuple[int, ...] | None = None
    classes: tuple[str, ...] = ()
    parts: tuple[int, ...] | None = None
    skipped: tuple[str, ...] = ()
    inferred: tuple[Inferred, ...] = ()
    sample: tuple[Picture, ...] = ()
    """Some of them, to find out what all have in common; without any, those in regular places."""
    reader: Reader | None = None
    """Reads what is in members of another file."""

    def key(self, *how: object) -> str:
        """Changes when a file is added, removed or written, or is to be decoded otherwise."""
        # 3: the way of decoding, raise when it changes
        digest = hashlib.sha256(f"3 {how}".encode())
        for path in self.paths:
            status = path.stat()
            words = f"{path}\0{status.st_size}\0{status.st_mtime_ns}\n"
            digest.update(os.fsencode(words))  # a name may be no text
        return digest.hexdigest()


def list_pictures(
    folder: Path,
    limit: int | None = None,
    *,
    label: str | None = None,
    splits: str | None = None,
    loose: str | None = None,
    films: bool = False,
    crawl: bool = True,
) -> Listing:
    """All pictures below a folder, as ``meaning_of`` its sub-folders says. Hidden files and folders
    are passed over.

    Args:
        limit: take at most so many, evenly spread.
        films: whether films count.
        crawl: whether a large folder is searched that holds hardly any, such as a whole disk.

    Raises:
        UserError: it is such a folder, and may not be searched.
    """
    skipped: list[str] = []
    tree: dict[Parts, list[Path]] = {}
    looked = found = 0
    for parts, here, entries in _walk(folder):
        pictures = []
        for entry in entries:
            path, suffix = here / entry.name, f".{entry.name.rpartition('.')[2].lower()}"
            wanted = suffix in SUFFIXES or (films and suffix in FILMS)
            if wanted and entry.is_file():
                pictures.append(path)
            elif wanted:
                skipped.append(f"{path} is not a regular file, or leads nowhere")
            elif suffix in FOREIGN_SUFFIXES:
                skipped.append(f"{path} is of a kind that cannot be read: save it as PNG or JPEG")
            elif suffix in FILMS:
                skipped.append(f"{path} is a film: pages=all takes its frames")
        looked += len(entries)
        found += len(pictures)
        if not crawl and looked + len(tree) > _LOOKED and found < _SHARE * looked:
            raise UserError(
                f"{folder} holds hardly any pictures ({found:,} among {looked:,} files)",
                "name a folder of pictures, or this one yourself",
            )
        tree[parts] = pictures
    meant = {"label": label, "splits": splits, "loose": loose}
    return listing_of(tree, folder.name, skipped, limit, **meant)


def listing_of(
    tree: Tree, name: str, skipped: Sequence[str], limit: int | None, **meant: Meant
) -> Listing:
    """The pictures in the folders of a ``tree``, as ``meaning_of`` says.

    Args:
        name: of what was opened.
        skipped: what is no picture, and why.
        limit: take at most so many, evenly spread.
        meant: options of ``meaning_of``.
    """
    meaning = meaning_of(tree, name, **meant)
    found = meaning.pictures
    if limit is not None and limit < len(found):
        found = tuple(found[i * len(found) // limit] for i in range(limit))
    classes = _classes(found)
    index = {name: number for number, name in enumerate(classes)}
    return Listing(
        paths=tuple(placed.path for placed in found),
        labels=tuple(index[placed.label] for placed in found) if classes else None,
        classes=classes,
        parts=tuple(placed.part for placed in found) if meaning.split else None,
        skipped=(*skipped, *meaning.skipped),
        inferred=meaning.inferred,
    )


def _classes(found: tuple[Placed, ...]) -> tuple[str, ...]:
    """By name, if there are several."""
    names = sorted({placed.label for placed in found if placed.label is not None})
    return tuple(names) if len(names) > 1 else ()


def _walk(folder: Path) -> Iterator[tuple[Parts, Path, list[os.DirEntry[str]]]]:
    """Each folder and its files, sorted; links to folders are followed, each folder only once."""
    seen: set[str] = set()
    waiting: list[Parts] = [()]
    while waiting:
        parts = waiting.pop()
        here = folder.joinpath(*parts)
        real = os.path.realpath(here)
        if real in seen:
            continue
        seen.add(real)
        try:
            with os.scandir(here) as found:
                entries = sorted(found, key=lambda entry: entry.name)
        except OSError:  # it may not be searched
            continue
        folders = [entry.name for entry in entries if entry.is_dir()]
        waiting += (
            (*parts, name) for name in reversed(folders) if not name.startswith((".", "__"))
        )
        yield (
            parts,
            here,
            [entry for entry in entries if not (entry.name.startswith(".") or entry.is_dir())],
        )
