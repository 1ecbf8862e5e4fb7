"""A student's file is run, statement by statement: one that fails does not take the rest along."""

import ast
import contextlib
import signal
import sys
import threading
import types
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from unittest import mock

from diffvis.grading.source import Source

MODULE = "student_file"
BARS = ("tqdm",)
STATEMENT_S = 5  # of one statement: a training loop need not come to its end


class TooLong(BaseException):
    """A statement, or a function, takes longer than it may. No ``except Exception`` stops it."""


@dataclass
class Loaded:
    """What a file has defined."""

    names: dict[str, Any]
    failed: list[str] = field(default_factory=list)
    """What could not be run, for people."""


def load(source: Source, seconds: int = STATEMENT_S) -> Loaded:
    """Run the statements of a file as a module, which is not ``__main__``."""
    module = types.ModuleType(MODULE)
    module.__file__ = str(source.path)
    sys.modules[MODULE] = module
    loaded = Loaded(module.__dict__)
    folder = str(source.path.absolute().parent)
    sys.path.append(folder)  # last: a file random.py of the student's is not Python's
    try:
        for statement in source.statements:
            code = compile(ast.Module([statement], []), str(source.path), "exec")
            try:
                with limited(seconds):
                    exec(code, module.__dict__)
            except ModuleNotFoundError as error:
                loaded.failed.append(f"line {statement.lineno}: {in_words(error)}")
                module.__dict__.update(_in_its_place(statement))
            except (Exception, SystemExit, TooLong) as error:  # noqa: BLE001 - any of a student's
                loaded.failed.append(f"line {statement.lineno}: {in_words(error)}")
    finally:
        sys.path.remove(folder)
        del sys.modules[MODULE]
    return loaded


def _in_its_place(statement: ast.stmt) -> dict[str, Any]:
    """What stands for the names of a module that is not here: it does nothing, so that what does
    not need it can be judged. A bar of progress passes on what it is given.
    """
    if not isinstance(statement, ast.Import | ast.ImportFrom):
        return {}
    names = [each.asname or each.name.partition(".")[0] for each in statement.names]
    return {
        name: (lambda given=(), *_, **__: given) if name in BARS else mock.MagicMock(name=name)
        for name in names
        if name != "*"
    }


@contextlib.contextmanager
def limited(seconds: int) -> Iterator[None]:
    """Raise TooLong in what takes longer, where there is an alarm."""
    if not hasattr(signal, "SIGALRM") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def ring(number: int, frame: Any) -> None:
        raise TooLong(f"it took more than {seconds} s")

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def in_words(error: BaseException) -> str:
    """An exception in one line."""
    first = (str(error).splitlines() or [""])[0]
    name = type(error).__name__
    return first if isinstance(error, TooLong) else f"{name}: {first}" if first else name
