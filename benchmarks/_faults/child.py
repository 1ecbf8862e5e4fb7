"""Work in a process of its own, which may crash, hang or be killed: a fork of this one, in which
all that takes long to import is there already.
"""

import contextlib
import gc
import json
import os
import resource
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks._faults.tally import LOST, PROMISED, UNCLEAR

ROOM_MB = 4000  # of address space that a child may take besides what it has
MOST_MB = 1000  # of memory that no small file may take
LIMIT_S = 60  # of a processor; no case needs as much
PATIENCE_S = 300.0  # for one that waits, or gets no processor on a busy machine
_POLL_S = 0.005
BROKEN = 99


@dataclass(frozen=True)
class Ended:
    """How a child ended."""

    status: int | None  # None where a signal ended it
    number: int  # of that signal
    out: str
    err: str
    seconds: float
    peak_mb: float  # more than it had at its beginning
    told: Any  # what its work told

    def verdict(self) -> tuple[str, str]:
        """What a person has of it: one sentence, or what was asked for."""
        said = f"{self.status} {self.err.strip() or self.out.strip()}"
        if self.status is None:
            return LOST, f"signal {self.number} after {self.seconds:.0f} s: {said}"
        if self.peak_mb > MOST_MB:
            return LOST, f"{self.peak_mb:.0f} MB: {said}"
        return (PROMISED if clear(self.status, self.err) else UNCLEAR), said


def clear(status: int, err: str) -> bool:
    """Whether an outcome is understood: done, or one line that says what is wrong."""
    lines = [line for line in err.splitlines() if not line.startswith(("note: ", "diffvis: note:"))]
    if any(word in err for word in ("Traceback", "unexpected", "Exception ignored")):
        return False
    return status == 0 or (status in (2, 130, 143, 129) and len(lines) <= 2)


class Child:
    """A process that does ``work``, whose answer is its status where it is a number."""

    def __init__(self, work: Callable[[], object], room_mb: int | None = ROOM_MB) -> None:
        self._pipes = [os.pipe() for _ in range(3)]  # a limit on the size of files is none of pipes
        sys.stdout.flush()
        sys.stderr.flush()
        self._memory = _resident_mb()
        self._started = time.monotonic()
        self.pid = os.fork()
        if self.pid == 0:
            _be(work, [write for _, write in self._pipes], room_mb)
        for _, write in self._pipes:
            os.close(write)
        self._said = [bytearray() for _ in self._pipes]

    def send(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def wait(self, limit: float = PATIENCE_S) -> Ended:
        """Until it ends; after ``limit`` seconds it is ended."""
        try:
            status, usage = self._ended(time.monotonic() + limit)
        except KeyboardInterrupt:  # it must not go on without us
            self.send(signal.SIGKILL)
            os.waitpid(self.pid, 0)
            raise
        seconds = time.monotonic() - self._started
        for read, _ in self._pipes:
            os.close(read)
        out, err, told = (said.decode(errors="replace") for said in self._said)
        return Ended(
            os.waitstatus_to_exitcode(status) if os.WIFEXITED(status) else None,
            os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0,
            out,
            err,
            seconds,
            usage.ru_maxrss / 1000 - self._memory,
            json.loads(told) if told else None,
        )

    def _ended(self, end: float) -> tuple[int, resource.struct_rusage]:
        """Its status and what it used, once it has ended or been ended."""
        while True:
            pid, status, usage = os.wait4(self.pid, os.WNOHANG)
            self._hear()
            if pid:
                return status, usage
            if time.monotonic() > end:
                self.send(signal.SIGKILL)
            time.sleep(_POLL_S)

    def _hear(self) -> None:
        """Take what was said, so that nobody waits for room in a pipe."""
        for (read, _), said in zip(self._pipes, self._said, strict=True):
            os.set_blocking(read, False)
            with contextlib.suppress(BlockingIOError):
                while part := os.read(read, 1 << 16):
                    said += part


def in_child(work: Callable[[], object], limit: float = PATIENCE_S, **options: Any) -> Ended:
    return Child(work, **options).wait(limit)


def command(*words: object) -> Callable[[], int]:
    """A command line of diffvis as work for a child."""

    def run() -> int:
        from diffvis.cli.outcome import outcome
        from diffvis.cli.program import run_command

        return outcome(lambda: run_command([str(word) for word in words]))

    return run


def left_over(folders: Iterable[Path]) -> list[str]:
    """The hidden files in folders, and in those in them."""
    return [
        str(path)
        for folder in folders
        if folder.is_dir()
        for path in folder.rglob(".*")
        if path.name.endswith((".part", ".old"))
    ]


_told: dict[str, Any] = {}


def tell(**what: Any) -> None:
    """In a child: let the parent know."""
    _told.update(what)


def _be(work: Callable[[], object], descriptors: list[int], room_mb: int | None) -> None:
    status = BROKEN
    try:
        os.dup2(descriptors[0], 1)
        os.dup2(descriptors[1], 2)
        sys.stdout = open(1, "w", closefd=False, buffering=1)  # noqa: SIM115
        sys.stderr = open(2, "w", closefd=False, buffering=1)  # noqa: SIM115
        resource.setrlimit(resource.RLIMIT_CPU, (LIMIT_S, LIMIT_S))
        if room_mb is not None:
            size = _address_space_mb() + room_mb
            resource.setrlimit(resource.RLIMIT_AS, (size * 1_000_000, size * 1_000_000))
        answer = work()
        gc.collect()  # what is wrong with what was forgotten is said now
        status = answer if isinstance(answer, int) else 0
    except SystemExit as stop:
        status = stop.code if isinstance(stop.code, int) else 1
    except BaseException:  # noqa: BLE001 - the parent reads it
        traceback.print_exc()
    finally:
        with contextlib.suppress(Exception):
            os.write(descriptors[2], json.dumps(_told).encode())
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(status)


def _address_space_mb() -> int:
    return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize() // 10**6


def _resident_mb() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 1e6
