"""MATLAB's files, as far as they hold arrays: variables, and the fields of structures."""

import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np

from diffvis.data.stores import MOST_BYTES, Store
from diffvis.data.unpacking import refuse_bomb
from diffvis.errors import UserError
from diffvis.machine import require_memory

_HDF5 = b"\x89HDF"
_COMPRESSED = 15  # miCOMPRESSED, the type of an element that zlib has packed
_HEADER = 128
_CHUNK = 1 << 20
_DEEPEST = 4  # structures within structures
_REMEDY = "save it again, in MATLAB with save(..., '-v7'), or with numpy.savez"


def open_mat(path: Path) -> Store:
    """The arrays of a file of MATLAB 4 to 7.2.

    EMNIST's have their pictures column by column, and codes of letters for the classes
    (https://www.nist.gov/itl/products-and-services/emnist-dataset).

    Raises:
        UserError: it cannot be read, is of version 7.3, or would need too much memory.
    """
    from scipy.io import loadmat, whosmat  # slow to import, and only needed here

    _check(path)
    try:
        about = [(name, shape) for name, shape, kind in whosmat(path) if kind != "struct"]
        structures = [name for name, _, kind in whosmat(path) if kind == "struct"]
        loaded = loadmat(path, variable_names=structures) if structures else {}
        fields = dict(field for name in structures for field in _fields(loaded[name], "", _DEEPEST))
    except Exception as error:  # damaged files raise almost anything
        raise _unreadable(path, error) from error

    def read(name: str) -> np.ndarray:
        if name in fields:
            return fields[name]
        try:
            return loadmat(path, variable_names=[name])[name]
        except Exception as error:
            raise _unreadable(path, error) from error

    shapes = {name: tuple(shape) for name, shape in about}
    shapes |= {name: field.shape for name, field in fields.items()}
    if "emnist" in path.name.lower() and "mapping" in fields:
        del shapes["mapping"]
        return Store(shapes, read, axes="nwh", classes=_letters(fields["mapping"]))
    return Store(shapes, read)


def _fields(structure: np.ndarray, name: str, deepest: int) -> Iterator[tuple[str, np.ndarray]]:
    """The arrays in a structure by the names of the fields on the way to them."""
    if structure.dtype.names is None:
        if structure.dtype.kind != "O":
            yield name, structure
    elif deepest and structure.size == 1:
        for field in structure.dtype.names:
            inner = structure[field].reshape(-1)[0]
            if isinstance(inner, np.ndarray):
                yield from _fields(inner, f"{name}_{field}" if name else field, deepest - 1)


def _letters(mapping: np.ndarray) -> tuple[str, ...]:
    """Names of the classes from rows of a label and the code of its letter, or of several."""
    names = [""] * (int(mapping[:, 0].max()) + 1)
    for label, code, *_ in mapping.tolist():
        names[label] = chr(code)
    return tuple(names)


def _check(path: Path) -> None:
    """Refuse what scipy cannot read, and what would unpack to more than there is room for."""
    try:
        with path.open("rb") as file:
            start = file.read(_HEADER)
            file.seek(512)
            if _HDF5 in (start[:4], file.read(4)):
                raise UserError(f"{path} is a MATLAB file of version 7.3 (HDF5)", _REMEDY)
            modern = start[126:128] in (b"IM", b"MI")
            size = _unpacked(file, start[126:128] == b"IM") if modern else path.stat().st_size
    except zlib.error as error:
        raise _unreadable(path, error) from error
    refuse_bomb(path, path.stat().st_size, size)
    require_memory(size, f"what is in {path}", "give fewer samples")


def _unpacked(file: BinaryIO, little: bool) -> int:
    """Bytes of the elements of a file of version 5 when they are unpacked."""
    order = "little" if little else "big"
    file.seek(_HEADER)
    total = 0
    while len(tag := file.read(8)) == 8 and total <= MOST_BYTES:
        kind, size = (int.from_bytes(part, order) for part in (tag[:4], tag[4:]))
        after = file.tell() + size
        if kind == _COMPRESSED:
            total += _inflated(file, size)
        else:
            total += size
            after += -size % 8
        file.seek(after)
    return total


def _inflated(file: BinaryIO, size: int) -> int:
    """How much the next bytes of a file inflate to, but no more than need be known."""
    inflate, total = zlib.decompressobj(), 0
    while size > 0 and total <= MOST_BYTES:
        packed = file.read(min(size, _CHUNK))
        if not packed:
            break
        size -= len(packed)
        while packed and total <= MOST_BYTES:
            total += len(inflate.decompress(packed, _CHUNK))
            packed = inflate.unconsumed_tail
    return total


def _unreadable(path: Path, error: object) -> UserError:
    reason = " ".join(str(error).split()) or type(error).__name__
    return UserError(f"{path} cannot be read ({reason})", _REMEDY)
