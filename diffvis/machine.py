"""What this machine has, and what would be too much for it."""

import os
from contextlib import suppress
from pathlib import Path

from diffvis.errors import UserError
from diffvis.files import size_words

_LIMITS = ("memory.max", "memory/memory.limit_in_bytes")  # of a container, in either of two ways
_CGROUPS = Path("/sys/fs/cgroup")


def memory_bytes() -> int | None:
    """The memory of the machine, or of the container in which this runs; None where the system does
    not tell.
    """
    try:
        found = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):  # Windows
        return None
    for name in _LIMITS:
        with suppress(OSError, ValueError):  # "max" is no number
            found = min(found, int((_CGROUPS / name).read_text()))
    return found


def require_memory(needed: int, what: str, remedy: str) -> None:
    """Raises UserError where ``what`` would take more than there is, before it takes any."""
    there = memory_bytes()
    if there is not None and needed > there:
        raise UserError(
            f"{what} would take {size_words(needed)} of memory; this machine has "
            f"{size_words(there)}",
            remedy,
        )
