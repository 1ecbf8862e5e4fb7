"""Small files that would unpack to gigabytes."""

import zipfile
from pathlib import Path

from diffvis.errors import UserError
from diffvis.files import regular, size_words
from diffvis.machine import require_memory

DEFLATE_MOST = 1032  # how much longer zlib's format can make what it unpacks
_PICTURES_MOST = 100  # and how much longer pictures and points may become: MNIST's do 5 times
_HARMLESS = 1 << 28  # bytes that may come out of anything


def refuse_bomb(path: Path, size: int, unpacked: int) -> None:
    """Raises UserError where ``size`` bytes of a file would become more than samples do."""
    if unpacked > max(_HARMLESS, _PICTURES_MOST * size):
        raise UserError(
            f"{path} has {size_words(size)} and would unpack to {size_words(unpacked)}",
            "no pictures pack so well; if these do, give them unpacked",
        )


def check_archive(path: Path) -> None:
    """The same of a ZIP archive, such as an .npz file, of which no more is unpacked than it says.

    Raises:
        UserError: it is too large.
        OSError, zipfile.BadZipFile: it is no archive.
    """
    with zipfile.ZipFile(regular(path)) as archive:
        unpacked = sum(info.file_size for info in archive.infolist())
    refuse_bomb(path, path.stat().st_size, unpacked)
    require_memory(unpacked, f"what is in {path}", "give fewer samples")
