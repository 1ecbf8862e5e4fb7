"""Which pictures a folder holds, and which class and part of the split each belongs to."""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from diffvis.data.folders import Parts, Placed, meaning_of
from diffvis.data.frames import FILMS
from diffvis.data.inferred import Inferred
from diffvis.data.pictures import FOREIGN_SUFFIXES, SUFFIXES


@dataclass(frozen=True)
class Listing:
    """Paths; ``labels`` and ``classes`` where sub-folders tell classes apart, ``parts`` where they
    are the parts of a split: for each path TRAIN, VALIDATION or TEST.
    """

    paths: tuple[Path, ...]
    labels: tuple[int, ...] | None = None
    classes: tuple[str, ...] = ()
    parts: tuple[int, ...] | None = None
    skipped: tuple[str, ...] = ()
    inferred: tuple[Inferred, ...] = ()

    def key(self, *how: object) -> str:
        """Changes when a file is added, removed or written, or is to be decoded otherwise."""
        # 3: the way of decoding, raise when it changes
        digest = hashlib.sha256(f"3 {how}".encode())
        for path in self.paths:
            status = path.stat()
            digest.update(f"{path}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
        return digest.hexdigest()


def list_pictures(
    folder: Path,
    limit: int | None = None,
    *,
    label: str | None = None,
    splits: str | None = None,
    loose: str | None = None,
    films: bool = False,
) -> Listing:
    """All pictures below a folder, as ``meaning_of`` its sub-folders says. Hidden files and folders
    are passed over.

    Args:
        limit: take at most so many, evenly spread.
        films: whether films count.
    """
    skipped: list[str] = []
    tree: dict[Parts, list[Path]] = {}
    for parts, root, names in _walk(folder):
        pictures = []
        for name in names:
            suffix = f".{name.rpartition('.')[2].lower()}"
            if suffix in SUFFIXES or (films and suffix in FILMS):
                pictures.append(Path(root, name))
            elif suffix in FOREIGN_SUFFIXES:
                path = Path(root, name)
                skipped.append(f"{path} is of a kind that cannot be read: save it as PNG or JPEG")
            elif suffix in FILMS:
                skipped.append(f"{Path(root, name)} is a film: pages=all takes its frames")
        tree[parts] = pictures
    meant = meaning_of(tree, folder.name, label=label, splits=splits, loose=loose)
    found = meant.pictures
    if limit is not None and limit < len(found):
        found = tuple(found[i * len(found) // limit] for i in range(limit))
    classes = _classes(found)
    index = {name: number for number, name in enumerate(classes)}
    return Listing(
        paths=tuple(placed.path for placed in found),
        labels=tuple(index[placed.label] for placed in found) if classes else None,
        classes=classes,
        parts=tuple(placed.part for placed in found) if meant.split else None,
        skipped=(*skipped, *meant.skipped),
        inferred=meant.inferred,
    )


def _classes(found: tuple[Placed, ...]) -> tuple[str, ...]:
    """By name, if there are several."""
    names = sorted({placed.label for placed in found if placed.label is not None})
    return tuple(names) if len(names) > 1 else ()


def _walk(folder: Path) -> Iterator[tuple[Parts, str, list[str]]]:
    """Each folder and its files, sorted; links to folders are followed, each folder only once."""
    seen: set[str] = set()
    for root, folders, names in os.walk(folder, followlinks=True):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "__")))
        real = os.path.realpath(root)
        if real in seen:
            folders.clear()
            continue
        seen.add(real)
        yield (
            Path(root).relative_to(folder).parts,
            root,
            sorted(name for name in names if not name.startswith(".")),
        )
