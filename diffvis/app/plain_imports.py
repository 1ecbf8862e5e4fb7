"""Importing as if PySide6 were not there."""

import builtins
import importlib
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def plain_imports() -> Iterator[None]:
    """Import without the hook of PySide6, which reads the source of every module that comes after
    it, to see whether ``from __feature__ import`` is for it. diffvis never uses that, and reading
    the sources of torch was measured to take a tenth of the way to a usable window.
    """
    hooked = builtins.__import__
    builtins.__import__ = importlib.__import__
    try:
        yield
    finally:
        builtins.__import__ = hooked
