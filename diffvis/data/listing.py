"""Which pictures a folder holds, and which class each belongs to."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from diffvis.data.pictures import FOREIGN_SUFFIXES, SUFFIXES
from diffvis.errors import UserError

_LOOKED, _SHARE = 10_000, 0.1  # files and folders after which, and the share that pictures must be


@dataclass(frozen=True)
class Listing:
    """Sorted paths; ``labels`` and ``classes`` where sub-folders tell classes apart."""

    paths: tuple[Path, ...]
    labels: tuple[int, ...] | None
    classes: tuple[str, ...]
    skipped: tuple[str, ...]

    def key(self, size: int) -> str:
        """Changes when a file is added, removed or written, or when another size is asked for."""
        digest = hashlib.sha256(
            f"1 {size}".encode()
        )  # 1: the way of decoding, raise when it changes
        for path in self.paths:
            status = path.stat()
            words = f"{path}\0{status.st_size}\0{status.st_mtime_ns}\n"
            digest.update(os.fsencode(words))  # a name may be no text
        return digest.hexdigest()


def list_pictures(folder: Path, limit: int | None = None, crawl: bool = True) -> Listing:
    """All pictures below a folder.

    If sub-folders have any, each such sub-folder is a class, with all that is below it, and
    pictures beside the sub-folders are left out. Hidden files and folders are passed over.

    Args:
        limit: take at most so many, evenly spread.
        crawl: whether a large folder is searched that holds hardly any, such as a whole disk.

    Raises:
        UserError: it is such a folder, and may not be searched.
    """
    skipped: list[str] = []
    groups: dict[str, list[Path]] = {}
    for path in _walk(folder, crawl):
        suffix = path.suffix.lower()
        if suffix in SUFFIXES and not path.is_file():
            skipped.append(f"{path} is not a regular file, or leads nowhere")
        elif suffix in SUFFIXES:
            parts = path.relative_to(folder).parts
            groups.setdefault(parts[0] if len(parts) > 1 else "", []).append(path)
        elif suffix in FOREIGN_SUFFIXES:
            skipped.append(f"{path} is of a kind that cannot be read: save it as PNG or JPEG")
    classes = tuple(sorted(name for name in groups if name))
    if classes:
        skipped += [
            f"{path} is in no class: move it to a sub-folder" for path in groups.get("", ())
        ]
    else:
        classes = ("",)
    found = [(path, label) for label, name in enumerate(classes) for path in groups.get(name, ())]
    if limit is not None and limit < len(found):
        found = [found[i * len(found) // limit] for i in range(limit)]
    labelled = len(classes) > 1
    return Listing(
        paths=tuple(path for path, _ in found),
        labels=tuple(label for _, label in found) if labelled else None,
        classes=classes if labelled else (),
        skipped=tuple(skipped),
    )


def _walk(folder: Path, crawl: bool) -> list[Path]:
    """Files below a folder, sorted; links to folders are followed, but each folder only once."""
    seen: set[str] = set()
    files: list[Path] = []
    pictures = 0
    for root, folders, names in os.walk(folder, followlinks=True):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "__")))
        real = os.path.realpath(root)
        if real in seen:
            folders.clear()
            continue
        seen.add(real)
        here = [Path(root, name) for name in sorted(names) if not name.startswith(".")]
        files += here
        pictures += sum(path.suffix.lower() in SUFFIXES for path in here)
        if not crawl and len(files) + len(seen) > _LOOKED and pictures < _SHARE * len(files):
            raise UserError(
                f"{folder} holds hardly any pictures ({pictures:,} among {len(files):,} files)",
                "name a folder of pictures, or this one yourself",
            )
    return files
