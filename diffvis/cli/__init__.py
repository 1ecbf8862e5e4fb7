"""The command line. Nothing here imports torch or Qt before a command needs it."""

import atexit
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import NoReturn

from diffvis.cli.outcome import make_printable, outcome, printed

__all__ = ["main", "program"]


def program() -> NoReturn:
    """The command ``diffvis``: ``main``, and the end of the process.

    Python would take apart what PyTorch has loaded: that takes a second, and may abort where
    torchrun's connections are concerned, which it would take for a failure.
    """
    make_printable()
    status = printed(main())
    with suppress(Exception):  # each has been told on stderr by Python
        atexit._run_exitfuncs()
    printed(status)
    os._exit(status)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command line (``sys.argv`` if None) and return its exit status; see ``outcome``."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    return outcome(lambda: _run(words))


def _run(words: Sequence[str]) -> object:
    if not words:  # the window alone need not wait for typer
        from diffvis.cli.window import open_window

        return open_window()

    from diffvis.cli.program import run_command

    return run_command(words)
