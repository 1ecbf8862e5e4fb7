"""How a process is asked to stop: by Ctrl+C, by ``kill``, or because its terminal is gone."""

import os
import signal

SAME_SECONDS = 0.5
"""In which signals count as one: uv and torchrun pass on what the terminal has sent already."""


def obeyed() -> list[int]:
    """The signals there are; a hang-up that ``nohup`` has told us to ignore is ignored."""
    found = [signal.SIGINT, signal.SIGTERM]
    hang_up = getattr(signal, "SIGHUP", None)
    if hang_up is not None and signal.getsignal(hang_up) is not signal.SIG_IGN:
        found.append(hang_up)
    return found


def leave_lost_terminal() -> None:
    """What is written to a terminal that is gone is an error; from here on it goes nowhere."""
    for standard in (1, 2):
        try:
            os.write(standard, b"")
        except OSError:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, standard)
            os.close(nowhere)
