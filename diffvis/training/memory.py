"""How much memory a run takes."""

import os
import sys
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


def device_bytes(device: torch.device) -> int | None:
    """The most that PyTorch had allocated on a GPU so far; None for a CPU."""
    return torch.cuda.max_memory_allocated(device) if device.type == "cuda" else None


def memory_columns(device: torch.device) -> tuple[str, str]:
    """Both in MB (10^6 bytes), as the metrics write them: empty where it is not known."""
    found = (process_bytes(), device_bytes(device))
    return tuple("" if value is None else f"{value / 1e6:.0f}" for value in found)
