"""How much memory a run takes."""

import ctypes
import os
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import torch

_STATM = Path("/proc/self/statm")


def process_bytes() -> int | None:
    """What this process holds in memory now; its peak where the system tells no more (macOS)."""
    if sys.platform == "linux":
        return int(_STATM.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    if sys.platform == "darwin":
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return None


def give_back() -> None:
    """Return what is free to the system.

    glibc does that only at the end of its heap, and tensors are freed in the middle of it: after an
    hour of many runs and chains 1.4 of 2 GB were free, and kept.
    """
    trim = _malloc_trim()
    if trim is not None:
        trim(0)


@cache
def _malloc_trim() -> Callable[[int], int] | None:
    """Of glibc; None where there is another C library."""
    return getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None


def device_bytes(device: torch.device) -> int | None:
    """The most that PyTorch had allocated on a GPU so far; None for a CPU."""
    return torch.cuda.max_memory_allocated(device) if device.type == "cuda" else None


def memory_columns(device: torch.device) -> tuple[str, str]:
    """Both in MB (10^6 bytes), as the metrics write them: empty where it is not known."""
    found = (process_bytes(), device_bytes(device))
    return tuple("" if value is None else f"{value / 1e6:.0f}" for value in found)
