"""What a command line ends with: an exit status, and one line on stderr for what went wrong."""

import io
import logging
import os
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from diffvis.errors import in_words

_PRINTING = ("echo", "_write_buffer")  # of click, and of rich
STOPPED = 130  # as shells have it for Ctrl+C


def outcome(run: Callable[[], object]) -> int:
    """Do it and return the exit status: what ``run`` returned, if it is a number.

    0: done; 2: the user gave something that cannot be used, or the machine has no room for it, said
    in one line on stderr; 130: stopped with Ctrl+C; 1: an error of diffvis itself, whose traceback
    goes to the log.
    """
    try:
        status = run()
    except KeyboardInterrupt:
        return complain("stopped", status=STOPPED)
    except Exception as error:  # noqa: BLE001  (the last resort, so that no user sees a traceback)
        if isinstance(error, OSError) and _was_printing(error):
            return _cannot_print(error)
        words = in_words(error)
        return _report(error) if words is None else complain(str(words))
    return status if isinstance(status, int) else 0


def complain(problem: str, hint: str = "", status: int = 2) -> int:
    line = " ".join(problem.split())
    print(f"diffvis: {line}{f'; {hint}' if hint else ''}", file=sys.stderr)  # noqa: T201
    return status


def make_printable() -> None:
    """See to it that anything can be printed: a terminal may know no √, a name be no text, and a
    process may have been started with nowhere to print to.
    """
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, _nowhere())
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _nowhere() -> TextIO:
    return open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123


def printed(status: int) -> int:
    """The exit status, once all that was printed is where it should be."""
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError as error:
        return _cannot_print(error)
    return status


def _was_printing(error: OSError) -> bool:
    frames = traceback.extract_tb(error.__traceback__)
    return any(frame.name in _PRINTING for frame in frames)


def _cannot_print(error: OSError) -> int:
    """Its disk is full, or its terminal gone; what follows goes nowhere."""
    sys.stdout = _nowhere()
    return complain(f"the output cannot be written ({error.strerror or error})")


@contextmanager
def notes() -> Iterator[None]:
    """Say on stderr, a line each, what the parts below the command line warn of."""
    handler = logging.StreamHandler()
    handler.setLevel(logging.WARNING)
    handler.setFormatter(logging.Formatter("note: %(message)s"))
    logger = logging.getLogger("diffvis")
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)


def _report(error: Exception) -> int:
    """An error nobody foresaw: the line for the user, the traceback for who mends it."""
    if os.environ.get("DIFFVIS_DEBUG"):
        traceback.print_exception(error)
        return 1
    from diffvis.log import LogFile

    problem = f"unexpected {type(error).__name__}: {error}"
    try:
        handler = LogFile()
    except OSError:
        return complain(problem, status=1)
    logger = logging.getLogger("diffvis")
    logger.addHandler(handler)
    logger.error("not caught", exc_info=error)
    logger.removeHandler(handler)
    handler.close()
    where = "" if handler.failed else f"details in {handler.baseFilename}"
    return complain(problem, hint=where, status=1)
