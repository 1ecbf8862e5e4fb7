"""Programs in processes of their own, without the seconds in which each would import PyTorch.

They are forked from a server that has imported it. Otherwise they are as any other: they have their
own memory, files and signals, and they can be killed. Where nothing can be forked they are started.
"""

import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from multiprocessing.reduction import DupFd
from types import TracebackType
from typing import Any

begun: list[str] = []  # by the present test: ``conftest`` wants it to be marked ``process``
IMPORTED = ["torch", "torch._dynamo", "diffvis.cli", "diffvis.training.run"]
DIFFVIS = "import runpy; runpy.run_module('diffvis', run_name='__main__')"


def wait_for(condition: Callable[[], bool], limit: float = 120) -> None:
    """Look until it is so; a machine may have much else to do."""
    end = time.monotonic() + limit
    while not condition():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.01)


def begin(source: str, *arguments: object, env: Mapping[str, str] | None = None) -> Any:
    """``python -c source arguments`` begins; what is returned can do what a Popen of text can."""
    begun.append(source)
    words = [str(argument) for argument in arguments]
    environment = dict(os.environ if env is None else env)
    if "forkserver" in multiprocessing.get_all_start_methods():
        return _Forked(source, words, environment)
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    return subprocess.Popen(
        [sys.executable, "-c", source, *words], env=environment, text=True, **pipes
    )


def run(
    source: str, *arguments: object, env: Mapping[str, str] | None = None, timeout: float = 120
) -> subprocess.CompletedProcess[str]:
    """The same from its beginning to its end, and what it has said."""
    with begin(source, *arguments, env=env) as program:
        program.stdin.close()
        try:
            said = program.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            program.kill()
            raise
    return subprocess.CompletedProcess(arguments, program.returncode, *said)


class _Forked:
    """What a Popen with pipes and text can do, as far as tests want it."""

    def __init__(self, source: str, arguments: list[str], environment: dict[str, str]) -> None:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(IMPORTED)
        (its_in, my_in), (my_out, its_out) = os.pipe(), os.pipe()
        self.stdin, self.stdout = os.fdopen(my_in, "w"), os.fdopen(my_out)
        self.stderr = tempfile.TemporaryFile("w+")  # noqa: SIM115 (closed with the pipes)
        self._process = context.Process(
            target=_run,
            args=(source, arguments, environment, _Ends(its_in, its_out, self.stderr.fileno())),
        )
        self._process.start()
        os.close(its_in)
        os.close(its_out)
        self.pid = self._process.pid

    def poll(self) -> int | None:
        return self._process.exitcode

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self._process.kill()

    def wait(self, timeout: float | None = None) -> int:
        self._process.join(timeout)
        if self.returncode is None:
            raise subprocess.TimeoutExpired("a program", timeout)
        return self.returncode

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """What it has said when it has ended: so much that the pipe holds it."""
        self.wait(timeout)
        if self.stdout.closed:
            return "", ""
        self.stderr.seek(0)
        said = self.stdout.read(), self.stderr.read()
        self._close()
        return said

    def _close(self) -> None:
        for file in (self.stdin, self.stdout, self.stderr):
            file.close()

    def __enter__(self) -> "_Forked":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stdin.close()
        if error is not None:
            self.kill()
        self._process.join()
        self._close()


class _Ends:
    """Ends of pipes on their way to the new process, which gets copies of them."""

    def __init__(self, *numbers: int) -> None:
        self._numbers = numbers

    def __reduce__(self) -> tuple[Any, ...]:
        return _Ends, tuple(DupFd(number) for number in self._numbers)

    def take(self) -> None:
        for number, end in enumerate(self._numbers):
            os.dup2(end.detach(), number)
        sys.stdin, sys.stdout, sys.stderr = os.fdopen(0), os.fdopen(1, "w"), os.fdopen(2, "w")


def _run(source: str, arguments: list[str], environment: dict[str, str], ends: _Ends) -> None:
    ends.take()
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["-c", *arguments]
    exec(compile(source, "<program>", "exec"), {"__name__": "__main__"})
