"""Arrays of bytes out of a pickle, without giving the pickle a way to run anything.

A pickle is a program that calls what it names. Here it can name only what an array of numpy is
made of, and even these names do not lead to numpy but to stand-ins that remember what they are
given; the array is made afterwards, from what they remember, if that is sound.
"""

import math
from pathlib import Path

import numpy as np

from diffvis.data.pickle_machine import run
from diffvis.errors import UserError
from diffvis.files import regular

_MOST_BYTES = 1 << 28
_REMEDY = "download the file again, from a place that you trust"


class _Array:
    """Stands for numpy's ``ndarray`` and for ``_reconstruct``, which makes an empty one."""

    __slots__ = ("state",)

    def __init__(self, *_: object) -> None:
        self.state: object = None

    def __setstate__(self, state: object) -> None:
        self.state = state


class _Dtype:
    """Stands for numpy's ``dtype``; a type of one byte has no byte order to remember."""

    __slots__ = ("code",)

    def __init__(self, code: object, *_: object) -> None:
        self.code = code.decode("latin1") if isinstance(code, bytes) else code

    def __setstate__(self, state: object) -> None:
        """Byte order and fields, which bytes do not have."""


class _Latin1(bytes):
    """Stands for ``_codecs.encode``, which old protocols write bytes with."""

    def __new__(cls, text: str, encoding: object) -> "_Latin1":
        if encoding not in ("latin1", b"latin1"):
            raise ValueError(f"bytes in {encoding!r}")
        return super().__new__(cls, text, "latin1")

    def __setstate__(self, state: object) -> None:
        raise ValueError("bytes with a state")


_STAND_INS = {
    ("numpy.core.multiarray", "_reconstruct"): _Array,
    ("numpy._core.multiarray", "_reconstruct"): _Array,
    ("numpy", "ndarray"): _Array,
    ("numpy", "dtype"): _Dtype,
    ("_codecs", "encode"): _Latin1,
}


class _RefusedError(Exception):
    pass


def load_plain(path: Path) -> dict[str, object]:
    """The dictionary in a pickle: numbers, bytes, strings, lists, and uint8 arrays as values.

    Raises:
        UserError: the pickle names anything else, or cannot be read.
        OSError: the file cannot be opened.
    """
    size = regular(path).stat().st_size
    if size > _MOST_BYTES:
        raise UserError(f"{path} has {size:,} bytes, too many for a part of a data set", _REMEDY)
    program = path.read_bytes()
    try:
        found = run(program, _STAND_INS, _RefusedError)
    except _RefusedError as error:
        raise UserError(
            f"{path} names {error}: only plain arrays are read, as anything else could run "
            "a program",
            _REMEDY,
        ) from error
    except Exception as error:  # what a damaged pickle can raise has no bounds
        raise UserError(f"{path} is damaged ({_one_line(error)})", _REMEDY) from error
    if not isinstance(found, dict):
        raise UserError(f"{path} holds no dictionary of arrays", _REMEDY)
    return {
        _text(key): _to_numpy(value, path) if isinstance(value, _Array) else value
        for key, value in found.items()
    }


def _text(key: object) -> str:
    return key.decode("latin1") if isinstance(key, bytes) else str(key)


def _to_numpy(array: _Array, path: Path) -> np.ndarray:
    try:
        _, shape, dtype, fortran, data = array.state
    except (TypeError, ValueError):
        raise UserError(f"{path} has an array without contents", _REMEDY) from None
    if not isinstance(dtype, _Dtype) or dtype.code not in ("u1", "|u1", "B"):
        raise UserError(f"{path} has an array of something else than bytes", _REMEDY)
    sound = (
        isinstance(shape, tuple)
        and all(isinstance(n, int) and n >= 0 for n in shape)
        and isinstance(data, bytes)
        and math.prod(shape) == len(data)
    )
    if not sound:
        raise UserError(f"{path} has an array whose shape does not fit its contents", _REMEDY)
    return np.frombuffer(data, np.uint8).reshape(shape, order="F" if fortran else "C")


def _one_line(error: Exception) -> str:
    if isinstance(error, UnicodeError):
        return "a text in it cannot be read"
    return " ".join(str(error).split()) or type(error).__name__
