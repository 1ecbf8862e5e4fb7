"""What is in a file that ``torch.save`` wrote, without loading it: names, shapes, a few numbers.

Its pickle is run by a machine of our own, in which every name leads to a stand-in that remembers
what it was given: a whole module, a Lightning checkpoint or an optimiser can be looked into, and
nothing of the file is executed. The values of a tensor are read only where they are asked for.
"""

import math
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from diffvis.data.pickle_machine import run
from diffvis.errors import UserError
from diffvis.files import regular, size_words

LEGACY = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."  # how files began before PyTorch 1.6
MOST_PICKLE = 64 * 2**20  # bytes: names and shapes, no values
MOST_LEGACY = 512 * 2**20
_MOST_VALUES = 100_000  # of a tensor that is read: a schedule
_DTYPES = {
    "FloatStorage": "float32", "DoubleStorage": "float64", "HalfStorage": "float16",
    "BFloat16Storage": "bfloat16", "LongStorage": "int64", "IntStorage": "int32",
    "ShortStorage": "int16", "CharStorage": "int8", "ByteStorage": "uint8",
    "BoolStorage": "bool", "ComplexFloatStorage": "complex64",
}  # fmt: skip
_READABLE = {"float32": "<f4", "float64": "<f8", "float16": "<f2", "int64": "<i8"}


@dataclass(frozen=True)
class Kept:
    """A tensor in a file: what is known of it before it is read."""

    dtype: str
    shape: tuple[int, ...]
    read: Callable[[], Tensor | None] = lambda: None
    """Its values as float64, of a small vector; None of any other."""


class Thing(dict[Any, Any]):
    """Stands for an object of a class that is not loaded; also for one that is a dictionary."""

    name = ""

    def __init__(self, *arguments: object) -> None:
        super().__init__()
        self.arguments = arguments
        self.state: object = None

    def __setstate__(self, state: object) -> None:
        self.state = state

    def __call__(self, *arguments: object) -> "Thing":
        """What it would have made, had it been called."""
        return Thing(*arguments)

    def extend(self, members: object) -> None:
        """Those of one that is a list are not kept."""


class Ordered(Thing):
    """An ``OrderedDict``, as modules have their weights in."""

    name = "collections.OrderedDict"


@dataclass(frozen=True)
class _Storage:
    dtype: str
    key: str


class _Names(Mapping[tuple[str, str], Callable[..., object]]):
    """What a checkpoint may name: anything. Each new name gets a stand-in of its own."""

    def __init__(self, read: Callable[[str, str, int, int], Tensor | None]) -> None:
        def rebuilt(
            storage: object, offset: object = 0, shape: Any = (), stride: Any = (), *_: object
        ) -> object:
            if not isinstance(storage, _Storage) or not _whole(shape) or not _whole(stride):
                raise ValueError("it has a tensor without contents")
            size = math.prod(shape)
            small = len(shape) == 1 and tuple(stride) == (1,) and size <= _MOST_VALUES
            if not small or not isinstance(offset, int):
                return Kept(storage.dtype, tuple(shape))
            key, dtype = storage.key, storage.dtype
            return Kept(dtype, tuple(shape), lambda: read(key, dtype, offset, size))

        self._known: dict[tuple[str, str], Callable[..., object]] = {
            ("collections", "OrderedDict"): Ordered,
            ("torch._utils", "_rebuild_tensor_v2"): rebuilt,
            ("torch._utils", "_rebuild_tensor"): rebuilt,
            ("torch._utils", "_rebuild_parameter"): lambda data, *_: data,
            ("torch._utils", "_rebuild_parameter_with_state"): lambda data, *_: data,
            ("torch", "Size"): lambda sizes=(): sizes,
        }

    def __contains__(self, name: object) -> bool:
        return True

    def __getitem__(self, name: tuple[str, str]) -> Callable[..., object]:
        if name not in self._known:
            self._known[name] = type("Thing", (Thing,), {"name": ".".join(name)})
        return self._known[name]

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)


def is_torch_file(path: Path) -> bool:
    """Whether ``torch.save`` wrote it, by its contents."""
    try:
        with regular(path).open("rb") as file:
            if file.read(len(LEGACY)) == LEGACY:
                return True
        with zipfile.ZipFile(path) as packed:
            return _pickle_in(packed) is not None
    except (OSError, zipfile.BadZipFile):
        return False


def is_script(path: Path) -> bool:
    """Whether it is a program of TorchScript."""
    with zipfile.ZipFile(path) as packed:
        return any("/code/" in name for name in packed.namelist())


def load_kept(path: Path) -> object:
    """What it holds: dictionaries, lists, numbers and words, tensors as ``Kept``, and any other
    object as a ``Thing``.

    Raises:
        UserError: it is damaged, too large, or asks for what no checkpoint has.
        OSError: it cannot be read.
    """
    try:
        return _legacy(path) if not zipfile.is_zipfile(path) else _packed(path)
    except (OSError, UserError):
        raise
    except Exception as error:  # what a damaged pickle can raise has no bounds
        words = " ".join(str(error).split()) or type(error).__name__
        raise UserError(f"{path} is damaged ({words})", "save or download it again") from error


def _packed(path: Path) -> object:
    with zipfile.ZipFile(path) as packed:
        found = _pickle_in(packed)
        if found is None:
            raise ValueError("there is no pickle in it")
        if found.file_size > MOST_PICKLE:
            raise UserError(
                f"{path} has {size_words(found.file_size)} of names alone",
                "save only net.state_dict()",
            )
        program = packed.read(found)
    folder = found.filename.rpartition("/")[0]

    def read(key: str, dtype: str, offset: int, size: int) -> Tensor | None:
        if dtype not in _READABLE or offset < 0:
            return None
        kind = np.dtype(_READABLE[dtype])
        with zipfile.ZipFile(path) as packed:
            member = packed.getinfo(f"{folder}/data/{key}")
            if member.file_size > 8 * _MOST_VALUES:
                return None
            values = np.frombuffer(packed.read(member), kind, size, offset * kind.itemsize)
        return torch.from_numpy(values.astype(np.float64))

    return run(program, _Names(read), ValueError, _storage)


def _legacy(path: Path) -> object:
    if path.stat().st_size > MOST_LEGACY:
        raise UserError(
            f"{path} has {size_words(path.stat().st_size)} in the form of PyTorch before 1.6",
            "load it where you trust it, and save net.state_dict() again",
        )
    names = _Names(lambda *_: None)
    with regular(path).open("rb") as file:
        for _ in range(3):  # a number, the version, and the sizes of the machine that wrote it
            run(file, names, ValueError)
        return run(file, names, ValueError, _storage)


def _storage(name: object) -> object:
    """What stands for a storage; of a module of old, which came with its source, its class."""
    if isinstance(name, tuple) and len(name) > 1 and name[0] == "module":
        return name[1]
    if not isinstance(name, tuple) or len(name) < 3 or name[0] not in ("storage", b"storage"):
        raise ValueError("it names what no checkpoint has")
    kind = getattr(name[1], "name", "").rpartition(".")[2]
    return _Storage(_DTYPES.get(kind, kind or "unknown"), str(name[2]))


def _pickle_in(packed: zipfile.ZipFile) -> zipfile.ZipInfo | None:
    names = packed.infolist()
    return next((info for info in names if info.filename.count("/") == 1
                 and info.filename.endswith("/data.pkl")), None)  # fmt: skip


def _whole(sizes: object) -> bool:
    return isinstance(sizes, tuple) and all(isinstance(n, int) and n >= 0 for n in sizes)
