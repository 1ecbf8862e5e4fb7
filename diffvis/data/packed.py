"""Pictures in a .zip or .tar, which is read where it is: nothing is unpacked onto the disk."""

import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import IO, NamedTuple

from diffvis.data.folders import Parts
from diffvis.data.inferred import listed
from diffvis.data.listing import Listing, Meant, listing_of
from diffvis.data.members import MOST_BYTES, Member, Picture
from diffvis.data.pictures import FOREIGN_SUFFIXES, SUFFIXES, foreign
from diffvis.errors import UserError

ENDINGS = (
    ".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz",
)  # fmt: skip
_NAMED = 3  # of what else is in an archive
_SAMPLED = 32  # pictures looked at to find out what all have in common
_LARGEST_SAMPLE = 4 << 20  # bytes
_LOCKED = 1  # the flag of a member of a .zip that needs a password
_DAMAGED = (
    zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, OSError,
    NotImplementedError,
)  # fmt: skip


def is_archive(path: Path) -> bool:
    """Whether a file's name is one of an archive that is opened."""
    return path.name.lower().endswith(ENDINGS)


def stem_of(archive: Path) -> str:
    """Its name without the ending."""
    ending = next(ending for ending in ENDINGS if archive.name.lower().endswith(ending))
    return archive.name[: -len(ending)]


def list_archive(archive: Path, limit: int | None = None, **meant: Meant) -> Listing:
    """The pictures in an archive, as ``list_pictures`` lists those in a folder.

    Names only tell classes and parts apart; one that leads out of the archive is passed over.

    Raises:
        UserError: it is damaged, needs a password, or has no pictures.
    """
    tree: dict[Parts, dict[str, Picture]] = {}
    skipped: list[str] = []
    others: list[str] = []
    sample: list[Member] = []
    stride, number = 1, 0
    with _sound(archive):
        for file in _files(archive):
            parts, name = _parts(file.name)
            member = Member(archive, file.name, file.place)
            if _is_hidden(parts, name):
                continue
            if ".." in parts:
                skipped.append(f"{member} leads out of the archive")
            elif member.suffix.lower() in FOREIGN_SUFFIXES:
                skipped.append(str(foreign(member)))
            elif member.suffix.lower() not in SUFFIXES:
                others.append(file.name)
            elif file.size > MOST_BYTES:
                skipped.append(f"{member} has more than {MOST_BYTES >> 20} MiB")
            else:
                tree.setdefault(parts, {})[name] = member
                if number % stride == 0 and file.size <= _LARGEST_SAMPLE:
                    sample.append(_read(file, member))
                if len(sample) > 2 * _SAMPLED:
                    sample, stride = sample[::2], 2 * stride
                number += 1
    if not tree:
        raise _no_pictures(archive, others, skipped)
    in_order = {
        parts: [tree[parts][name] for name in sorted(tree[parts])] for parts in sorted(tree)
    }
    listing = listing_of(in_order, stem_of(archive), skipped, limit, **meant)
    return replace(listing, sample=tuple(sample), reader=_read_all)


def _parts(path: str) -> tuple[Parts, str]:
    """The folders on the way to a file, and its name."""
    *folders, name = path.replace("\\", "/").split("/")
    return tuple(folder for folder in folders if folder not in ("", ".")), name


def _is_hidden(parts: Parts, name: str) -> bool:
    """As in a folder; macOS puts files of its own beside those that are packed."""
    inside = (part for part in parts if part != "..")
    return name.startswith(".") or any(part.startswith((".", "__")) for part in inside)


def _read_all(members: Sequence[Member]) -> Iterator[Member]:
    """The same members with what is in them, in the order in which they lie in their archive."""
    wanted = {member.place: member for member in members}
    with _sound(members[0].home):
        for file in _files(members[0].home):
            if file.place in wanted:
                yield _read(file, wanted.pop(file.place))
            if not wanted:
                return


class _File(NamedTuple):
    """One file in an archive that is being read."""

    place: int
    name: str
    size: int
    open: Callable[[], IO[bytes] | None]


def _files(archive: Path) -> Iterator[_File]:
    """Plain files, in the order in which they lie there; links and devices are passed over.

    Raises:
        UserError: the archive needs a password.
    """
    if archive.name.lower().endswith(".zip"):
        with zipfile.ZipFile(archive) as packed:
            for place, info in enumerate(packed.infolist()):
                if info.flag_bits & _LOCKED:
                    raise UserError(f"{archive} needs a password", "unpack it")
                if not info.is_dir():
                    yield _File(place, info.filename, info.file_size, partial(packed.open, info))
        return
    with tarfile.open(archive, "r:*") as packed:
        for place, info in enumerate(packed):
            if info.isreg():
                yield _File(place, info.name, info.size, partial(packed.extractfile, info))
            packed.members = []  # which would grow with every file


def _read(file: _File, member: Member) -> Member:
    """The member with what is in it, or with the reason why it cannot be read."""
    try:
        with file.open() as stream:
            return replace(member, data=stream.read(min(file.size, MOST_BYTES)))
    except (zipfile.BadZipFile, NotImplementedError, zlib.error) as error:
        return replace(member, broken=str(error))


@contextmanager
def _sound(archive: Path) -> Iterator[None]:
    try:
        yield
    except PermissionError:
        raise
    except _DAMAGED as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise UserError(f"{archive} cannot be unpacked ({reason})", "download it again") from error


def _no_pictures(archive: Path, others: Sequence[str], skipped: Sequence[str]) -> UserError:
    if others:
        more = f" and {len(others) - _NAMED:,} more" if len(others) > _NAMED else ""
        return UserError(
            f"{archive} has no pictures in it, but {listed(others[:_NAMED])}{more}",
            "unpack it, and give the file or folder",
        )
    why = f" ({skipped[0]})" if skipped else ""
    return UserError(f"{archive} has no pictures in it{why}", "give one with PNG or JPEG files")
