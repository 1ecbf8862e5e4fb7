"""IDX files, the format of MNIST and its relatives (http://yann.lecun.com/exdb/mnist)."""

import gzip
import math
import zlib
from pathlib import Path
from typing import BinaryIO

import numpy as np

from diffvis.data.unpacking import DEFLATE_MOST, refuse_bomb
from diffvis.errors import UserError
from diffvis.files import regular
from diffvis.machine import require_memory

_CHUNK = 1 << 20  # bytes read at a time


def read_idx(path: Path, rank: int) -> np.ndarray:
    """The uint8 array in an IDX file, gzipped or plain.

    Args:
        rank: how many dimensions it must have; 3 for images, 1 for labels.

    Raises:
        UserError: the file cannot be read, is not what its name says, or is cut short.
    """
    try:
        with regular(path).open("rb") as raw:
            packed = raw.read(2) == b"\x1f\x8b"
            raw.seek(0)
            return _read(path, gzip.GzipFile(fileobj=raw) if packed else raw, rank, packed)
    except EOFError:
        raise _cut_short(path) from None
    except (OSError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UserError(f"{path} cannot be read ({reason})", "download the file again") from error


def _read(path: Path, file: BinaryIO, rank: int, packed: bool) -> np.ndarray:
    magic = bytes([0, 0, 8, rank])
    header = 4 + 4 * rank
    head = file.read(header)
    if head[:4] != magic[: len(head[:4])]:
        raise UserError(
            f"{path} begins with {head[:4].hex(' ')} where an IDX file of {rank}-dimensional bytes "
            f"begins with {magic.hex(' ')}",
            "check that the file is what its name says, or download it again",
        )
    if len(head) < header:
        raise _cut_short(path)
    shape = tuple(int(n) for n in np.frombuffer(head, ">u4", rank, offset=4))
    expected = header + math.prod(shape)
    _check_size(path, expected, packed)
    array = np.empty(expected - header, np.uint8)
    there = header + _fill(array, file)
    if there < expected:
        raise _cut_short(path, f"{there:,} of {expected:,} bytes are there")
    there += len(file.read(_CHUNK))
    if there > expected:
        raise UserError(
            f"{path} has {there:,} bytes where its header promises {expected:,}",
            "download the file again",
        )
    return array.reshape(shape)


def _check_size(path: Path, expected: int, packed: bool) -> None:
    """Raises UserError where a file cannot hold what it promises, or that is too much, before there
    is any memory for it.
    """
    size = path.stat().st_size
    if packed and expected > DEFLATE_MOST * size:
        raise _cut_short(path, f"{size:,} bytes cannot become {expected:,}")
    if not packed and expected > size:
        raise _cut_short(path, f"{size:,} of {expected:,} bytes are there")
    if packed:
        refuse_bomb(path, size, expected)
    require_memory(expected, f"what is in {path}", "give a file with fewer images")


def _fill(array: np.ndarray, file: BinaryIO) -> int:
    """Read into an array as much as there is; returns how much that was."""
    view, done = memoryview(array), 0
    while done < len(view) and (count := file.readinto(view[done : done + _CHUNK])):
        done += count
    return done


def _cut_short(path: Path, detail: str = "the file ends too early") -> UserError:
    return UserError(f"{path} is truncated ({detail})", "download the file again")
