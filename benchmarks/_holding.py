"""What holds a process's memory: what is in use, what its C library keeps, what we know of."""

import ctypes
import functools
import gc
import sys
from dataclasses import dataclass
from types import FunctionType, ModuleType

import numpy as np
import torch


class _Mallinfo(ctypes.Structure):
    """What glibc tells of all its arenas, in bytes (``man mallinfo2``)."""

    _fields_ = [
        (name, ctypes.c_size_t)
        for name in (
            "arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks", "uordblks",
            "fordblks", "keepcost",
        )
    ]  # fmt: skip


@dataclass(frozen=True)
class Holding:
    """Memory at one moment, in MB (10^6 bytes)."""

    resident: float
    used: float
    """Allocated from the C library and not freed; nan where it is not glibc."""
    kept: float
    """Freed, but in the middle of the heap; of this a part is resident."""
    recordings: float
    caches: float
    """Arrays in the caches of functions."""
    networks: int
    """Recorded, each of which PyTorch keeps for good."""
    blocks: int
    """Of Python's own memory: where these grow, something is held. To list the objects instead
    would break a tuple that another thread is making."""

    @classmethod
    def of(cls, window) -> "Holding":
        """Of this process, which shows ``window``; what is free has gone back, as the window sees
        to every five seconds: between two of these it comes and goes by hundreds of MB.
        """
        from diffvis.models import tracing
        from diffvis.training.memory import give_back, process_bytes

        gc.collect()
        give_back()
        used, kept = _allocated()
        recordings = window.workspaces["reverse"].chain.bytes
        return cls(
            *(n / 1e6 for n in (process_bytes() or 0, used, kept, recordings, _cached())),
            tracing.made,
            sys.getallocatedblocks(),
        )

    def __str__(self) -> str:
        return (
            f"{self.resident:6.0f} MB, {self.used:.0f} in use, {self.kept:.0f} free and kept;"
            f" {self.recordings:.0f} of recordings, {self.caches:.0f} in caches,"
            f" {self.networks} recorded networks, {self.blocks:,} blocks"
        )


def _allocated() -> tuple[float, float]:
    """Bytes in use and free bytes of the C library's heaps."""
    ask = getattr(ctypes.CDLL(None), "mallinfo2", None) if sys.platform == "linux" else None
    if ask is None:
        return float("nan"), float("nan")
    ask.restype = _Mallinfo
    told = ask()
    return told.uordblks + told.hblkhd, told.fordblks


def _cached() -> int:
    """Bytes of the arrays that cached functions of diffvis keep."""
    caches = {
        id(thing): thing
        for name, module in list(sys.modules.items())
        if name.startswith("diffvis")
        for thing in vars(module).values()
        if isinstance(thing, functools._lru_cache_wrapper)
    }
    return sum(map(_array_bytes, caches.values()))


def _array_bytes(cache: object) -> int:
    seen: set[int] = {id(vars(cache)), id(cache.__wrapped__)}
    queue, total = [cache], 0
    while queue:
        thing = queue.pop()
        if id(thing) in seen or isinstance(thing, type | ModuleType | FunctionType):
            continue
        seen.add(id(thing))
        if isinstance(thing, np.ndarray | torch.Tensor):
            total += thing.nbytes
        else:
            queue += gc.get_referents(thing)
    return total
