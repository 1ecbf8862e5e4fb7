"""Files of named arrays, .npy and .npz: what is in them, before anything is read into memory."""

import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.lib import format as npy

from diffvis.data.unpacking import check_archive
from diffvis.errors import UserError
from diffvis.machine import require_memory

MOST_BYTES = 8 << 30


@dataclass(frozen=True)
class Store:
    """The arrays of a file by name."""

    shapes: dict[str, tuple[int, ...]]
    read: Callable[[str], np.ndarray]
    axes: str | None = None
    """What the axes of its rows are, where the file is known to have them otherwise than others."""
    classes: tuple[str, ...] = ()
    """Names of the classes 0, 1, 2 ..., where the file is known to have them."""


def open_npy(path: Path) -> Store:
    """The one array of the file, named as in an .npz that has only one.

    Raises:
        UserError: it cannot be read.
    """
    try:
        array = np.load(path, mmap_mode="r", allow_pickle=False)
    except Exception as error:
        raise unreadable(path, error) from error
    if not isinstance(array, np.ndarray):
        raise unreadable(path, "it is no .npy file")
    require_memory(array.nbytes, f"what is in {path}", "give fewer samples")
    return Store({"arr_0": array.shape}, lambda _: np.array(array))


def open_npz(path: Path) -> Store:
    """
    Raises:
        UserError: it cannot be read, or would need too much memory.
    """
    try:
        check_archive(path)
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            names = {m.filename.removesuffix(".npy"): m for m in members if not m.is_dir()}
            shapes = {name: _shape(archive, member) for name, member in names.items()}
    except UserError:
        raise
    except Exception as error:  # damaged files raise almost anything
        raise unreadable(path, error) from error

    def read(name: str) -> np.ndarray:
        try:
            with np.load(path, allow_pickle=False) as file:
                return file[name]
        except Exception as error:
            raise unreadable(path, error) from error

    return Store({name: shape for name, shape in shapes.items() if shape is not None}, read)


def _shape(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> tuple[int, ...] | None:
    """Of the array in a member; None where it is something else."""
    if not member.filename.endswith(".npy"):
        return None
    with archive.open(member) as file:
        version = npy.read_magic(file)
        header = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
        return header(file)[0]


def unreadable(path: Path, error: object) -> UserError:
    reason = "it holds Python objects" if "pickle" in str(error).lower() else str(error)
    return UserError(f"{path} cannot be read ({reason})", "save it again with numpy.save or savez")
