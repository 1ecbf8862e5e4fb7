"""How much memory a run takes, or would."""

import ctypes
import math
import os
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from diffvis.machine import require_memory

if TYPE_CHECKING:  # it needs pydantic, which only a configuration is worth
    from diffvis.training.config import TrainConfig

_STATM = Path("/proc/self/statm")


def check_memory(config: "TrainConfig", shape: tuple[int, ...]) -> None:
    """Find out before anything is allocated that a run on samples of a shape cannot fit: what it
    holds at once, besides its network, is counted with four bytes for each number.

    Raises:
        UserError: names the setting that asks for too much, and the memory it would take.
    """
    sample = 4 * math.prod(shape)
    wanted = {
        "batch_size": 4 * sample + 32,  # x0, eps, x_t, target; index, t, label, loss
        "references": 2 * sample + 16,
        "validation_count": 32 if config.validate_every else 0,
        "preview_count": 6 * sample + 16 if config.preview_every else 0,
    }
    for name, size in wanted.items():
        count = getattr(config, name)
        require_memory(count * size, f"{name} = {count:,}", f"choose a smaller {name}")


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
    return _in_mb(process_bytes()), _in_mb(device_bytes(device))


def _in_mb(count: int | None) -> str:
    return "" if count is None else f"{count / 1e6:.0f}"
