"""Taking known files, and nothing else, out of a gzipped tar archive."""

import gzip
import shutil
import tarfile
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path

from diffvis.errors import UserError
from diffvis.files import atomic_write

_MOST_BYTES = 1 << 28  # of one file


def unpack(archive: Path, wanted: Iterable[str], folder: Path, between: Callable[[], None]) -> None:
    """Write the files of an archive that are wanted to the same paths below a folder.

    Other members, links and anything that is no plain file are passed over.

    Args:
        between: called before each file is written; what it raises stops the work.

    Raises:
        UserError: the archive is damaged or lacks a file.
    """
    missing = set(wanted)
    try:
        with tarfile.open(archive, "r:gz") as tar:
            for member in tar:
                if member.name not in missing or not member.isreg() or member.size > _MOST_BYTES:
                    continue
                between()
                target = folder / member.name
                target.parent.mkdir(parents=True, exist_ok=True)
                with tar.extractfile(member) as packed, atomic_write(target) as file:
                    shutil.copyfileobj(packed, file)
                missing.remove(member.name)
    except (tarfile.TarError, gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise UserError(
            f"{archive} cannot be unpacked ({error})", "delete it and download it again"
        ) from error
    if missing:
        raise UserError(
            f"{archive} lacks {', '.join(sorted(missing))}", "delete it and download it again"
        )
