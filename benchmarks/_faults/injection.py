"""Faults put into the writing and computing of this process: the n-th of a kind fails."""

import _io
import builtins
import errno
import io
import os
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self
from unittest.mock import patch

KINDS = ("open", "write", "fsync", "rename", "mkdir")
ALLOCATION = "allocation"
NO_MEMORY = "[enforce fail] DefaultCPUAllocator: can't allocate memory (injected)"


class Injection:
    """While it is entered, the ``n``-th operation of a kind on files below ``root`` fails as on a
    full disk, or with ``lasting`` all from the n-th on. For ``ALLOCATION`` it is the n-th operation
    of PyTorch that makes a tensor.
    """

    def __init__(self, kind: str, n: int, root: Path, lasting: bool = False) -> None:
        self.kind, self.n, self.root, self.lasting = kind, n, str(root), lasting
        self.count = 0
        self._stack = ExitStack()

    @property
    def fired(self) -> bool:
        return self.count >= self.n

    def __enter__(self) -> Self:
        if self.kind == ALLOCATION:
            self._stack.enter_context(_failing_torch(self))
        elif self.kind in ("open", "write"):
            real = io.open
            opened = _opener(self, real)
            for module in (io, _io, builtins):
                self._stack.enter_context(patch.object(module, "open", opened))
            if self.kind == "open":
                self._patch("open", lambda path, flags, *_: self._makes(path, flags))
        elif self.kind == "fsync":
            self._patch("fsync", lambda *_: True)
        elif self.kind == "rename":
            self._patch("replace", lambda source, *_: self.is_mine(source))
            self._patch("rename", lambda source, *_: self.is_mine(source))
        else:
            self._patch("mkdir", lambda path, *_: self.is_mine(path))
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def is_mine(self, path: Any) -> bool:
        return isinstance(path, str | os.PathLike) and os.fspath(path).startswith(self.root)

    def happens(self) -> bool:
        """Count an operation; whether this is one that fails."""
        self.count += 1
        return self.count == self.n or (self.lasting and self.count > self.n)

    def fail(self) -> None:
        if self.happens():
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def _makes(self, path: Any, flags: int) -> bool:
        return bool(flags & os.O_CREAT) and self.is_mine(path)

    def _patch(self, name: str, counts: Callable[..., bool]) -> None:
        real = getattr(os, name)

        def failing(*arguments: Any, **options: Any) -> Any:
            if counts(*arguments):
                self.fail()
            return real(*arguments, **options)

        self._stack.enter_context(patch.object(os, name, failing))


def _opener(injection: Injection, real: Callable[..., Any]) -> Callable[..., Any]:
    class Failing(io.FileIO):
        """Of what it should write when it fails, half finds room, as on a disk that fills up."""

        def write(self, content: Any) -> int:
            if injection.happens():
                view = memoryview(content).cast("B")
                super().write(view[: len(view) // 2])
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return super().write(content)

    def opened(
        file: Any,
        mode: str = "r",
        buffering: int = -1,
        encoding: str | None = None,
        errors: str | None = None,
        newline: str | None = None,
        closefd: bool = True,
        opener: Any = None,
    ) -> Any:
        writes = any(letter in mode for letter in "wax+")
        if not writes or not injection.is_mine(file):
            return real(file, mode, buffering, encoding, errors, newline, closefd, opener)
        if injection.kind == "open":
            injection.fail()
            return real(file, mode, buffering, encoding, errors, newline, closefd, opener)
        raw = Failing(file, mode.replace("b", "").replace("t", ""), closefd, opener)
        if buffering == 0:
            return raw
        buffered = io.BufferedRandom(raw) if "+" in mode else io.BufferedWriter(raw)
        if "b" in mode:
            return buffered
        return io.TextIOWrapper(buffered, encoding, errors, newline, buffering == 1)

    return opened


def _failing_torch(injection: Injection) -> Any:
    from torch.utils._python_dispatch import TorchDispatchMode

    class Failing(TorchDispatchMode):
        def __torch_dispatch__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None):
            if _allocates(function, args) and injection.happens():
                raise RuntimeError(NO_MEMORY)
            return function(*args, **(kwargs or {}))

    def _allocates(function: Any, args: Any) -> bool:
        """Whether it makes a tensor of its own, with something in it."""
        views = any(made.alias_info is not None for made in function._schema.returns)
        shape = args[0] if args and isinstance(args[0], list | tuple) else ()
        nothing = any(isinstance(n, int) and n == 0 for n in shape)  # a list may be of tensors
        return not (views or nothing or "_local_scalar" in str(function))

    return Failing()
