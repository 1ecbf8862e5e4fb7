"""The command line. Nothing here imports torch or Qt before a command needs it."""

import sys
from collections.abc import Sequence

from diffvis.cli.outcome import outcome

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command line (``sys.argv`` if None) and return its exit status; see ``outcome``."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    return outcome(lambda: _run(words))


def _run(words: Sequence[str]) -> object:
    if not words:  # the window alone need not wait for typer
        from diffvis.app.shell.main import run

        return run()

    from diffvis.cli.main import run_command

    return run_command(words)
