"""IDX files, the format of MNIST and its relatives (http://yann.lecun.com/exdb/mnist)."""

import gzip
import zlib
from pathlib import Path

import numpy as np

from diffvis.errors import UserError


def read_idx(path: Path, rank: int) -> np.ndarray:
    """The uint8 array in an IDX file, gzipped or plain.

    Args:
        rank: how many dimensions it must have; 3 for images, 1 for labels.

    Raises:
        UserError: the file cannot be read, is not what its name says, or is cut short.
    """
    try:
        raw = path.read_bytes()
        data = gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw
    except EOFError:
        raise _cut_short(path) from None
    except (OSError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UserError(f"{path} cannot be read ({reason})", "download the file again") from error
    magic = bytes([0, 0, 8, rank])
    header = 4 + 4 * rank
    if data[:4] != magic[: len(data[:4])]:
        raise UserError(
            f"{path} begins with {data[:4].hex(' ')} where an IDX file of {rank}-dimensional bytes "
            f"begins with {magic.hex(' ')}",
            "check that the file is what its name says, or download it again",
        )
    if len(data) < header:
        raise _cut_short(path)
    shape = tuple(int(n) for n in np.frombuffer(data, ">u4", rank, offset=4))
    expected = header + int(np.prod(shape, dtype=object))
    if len(data) < expected:
        raise _cut_short(path, f"{len(data):,} of {expected:,} bytes are there")
    if len(data) > expected:
        raise UserError(
            f"{path} has {len(data):,} bytes where its header promises {expected:,}",
            "download the file again",
        )
    return np.frombuffer(data, np.uint8, offset=header).reshape(shape)


def _cut_short(path: Path, detail: str = "the file ends too early") -> UserError:
    return UserError(f"{path} is truncated ({detail})", "download the file again")
