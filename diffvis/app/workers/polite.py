"""How a thread that works beside the window lets it go first."""

import contextlib
import os
import sys
import threading

import torch

NICENESS = 5  # of such a thread, so that the window's comes first


def be_polite(threads: int) -> None:
    """Let the window's thread go before this one where both want a core, as far as the system can
    do that (Linux), and let PyTorch compute with so many threads here.
    """
    torch.set_num_threads(threads)
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            window = os.getpriority(os.PRIO_PROCESS, os.getpid())
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), window + NICENESS)
