"""Whatever is written or computed: the n-th write, fsync, rename, allocation fails, for every n."""

import os
import random
import resource
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks._faults.child import Ended, in_child, tell
from benchmarks._faults.injection import ALLOCATION, KINDS, Injection
from benchmarks._faults.operations import Operation, operations, stop_when_paused
from benchmarks._faults.specimens import make_specimens
from benchmarks._faults.tally import Tally

MOST = 400  # of a kind of fault in one operation
SIZES = 8  # limits on the size of a file, and sizes of a disk, for each operation
ALLOCATIONS = 45  # of each operation, from the first to the last; of training more
HEAVY = ("training", "sample .npz")  # what PyTorch does most of


def injected_writes(root: Path, seed: int, share: float, tally: Tally) -> None:
    """Every write, open, fsync, rename and new folder of every operation fails once; for training
    also all from the n-th on, until the person stops it.
    """
    for operation, folder in _each(root):
        for kind in KINDS:
            _count_through(operation, folder, kind, share, tally)
        if operation.name == "training":
            for kind in ("write", "fsync"):
                _count_through(operation, folder, kind, share, tally, lasting=True)


def injected_allocations(root: Path, seed: int, share: float, tally: Tally) -> None:
    """The n-th tensor finds no memory. Where there are thousands, they are drawn from the seed."""
    for operation, folder in _each(root):
        if operation.name in ("schedule", "model passed on", "preferences"):
            continue
        draw = random.Random(f"{seed} {operation.name}")
        operation.prepare(folder)
        total = _inject(operation, folder, ALLOCATION, 10**9).told["count"]
        many = (4 if operation.name in HEAVY else 1) * ALLOCATIONS
        places = sorted(draw.sample(range(1, total + 1), min(total, max(1, round(share * many)))))
        for n in places:
            operation.prepare(folder)
            ended = _inject(operation, folder, ALLOCATION, n)
            tally.add(f"no memory: {operation.name}", *_judged(operation, folder, ended, n))
            _clear(folder)


def full_disks(root: Path, seed: int, share: float, tally: Tally) -> None:
    """A limit on the size of files, and a disk that is really full, where one can be mounted."""
    with _small_disk(root) as (disk, resize):
        for operation, folder in _each(root, disk):
            draw = random.Random(f"{seed} {operation.name}")
            for _ in range(max(1, round(share * SIZES))):
                size = round(10 ** draw.uniform(0, 5))
                operation.prepare(folder)
                ended = in_child(_limited(operation.do(folder), size))
                verdict = _judged(operation, folder, ended, size)
                tally.add(f"file size: {operation.name}", *verdict)
                _clear(folder)
                if resize is None:
                    continue
                operation.prepare(folder)
                resize(_used(disk) + round(10 ** draw.uniform(3, 5.3)))
                ended = in_child(stop_when_paused(operation.do(folder)))
                resize(None)
                verdict = _judged(operation, folder, ended, 0)
                tally.add(f"full disk: {operation.name}", *verdict)
                _clear(folder)


def _each(root: Path, place: Path | None = None) -> Iterator[tuple[Operation, Path]]:
    """Every operation, with an empty folder for it."""
    made = make_specimens(root / "sound")
    for operation in operations(made, in_child):
        folder = (place or root) / "work"
        folder.mkdir()
        yield operation, folder
        shutil.rmtree(folder)


def _count_through(
    operation: Operation,
    folder: Path,
    kind: str,
    share: float,
    tally: Tally,
    lasting: bool = False,
) -> None:
    """n = 1, 2, 3, ... until nothing fails any more; with a smaller ``share`` in larger strides."""
    name = f"{kind}s from the n-th on" if lasting else f"n-th {kind}"
    for n in range(1, MOST, max(1, round(1 / share))):
        operation.prepare(folder)
        ended = _inject(operation, folder, kind, n, lasting)
        fired = ended.told is None or ended.told["fired"]
        if fired:
            verdict = _judged(operation, folder, ended, n)
            tally.add(f"{name}: {operation.name}", *verdict)
        _clear(folder)
        if not fired:
            return


def _inject(operation: Operation, folder: Path, kind: str, n: int, lasting: bool = False) -> Ended:
    def work() -> object:
        job = operation.do(folder)
        with Injection(kind, n, folder, lasting) as injection:
            try:
                return (stop_when_paused(job) if lasting else job)()
            finally:
                tell(fired=injection.fired, count=injection.count)

    return in_child(work)


def _judged(operation: Operation, folder: Path, ended: Ended, n: int) -> tuple[str, str]:
    verdict, said = operation.judge(folder, ended)
    return verdict, f"n = {n:,}: {said}"


def _limited(work: Callable[[], object], size: int) -> Callable[[], object]:
    def do() -> object:
        stop = stop_when_paused(work)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
        return stop()

    return do


@contextmanager
def _small_disk(root: Path) -> Iterator[tuple[Path, Callable[[int | None], None] | None]]:
    """A disk in memory whose size can be changed, where this process may mount one."""
    disk = root / "disk"
    disk.mkdir()
    mounted = _mount("-t", "tmpfs", "-o", "size=100m", "tmpfs", str(disk))
    try:
        yield disk, (lambda size: _resize(disk, size)) if mounted else None
    finally:
        if mounted:
            subprocess.run(["umount", str(disk)], check=True)


def _resize(disk: Path, size: int | None) -> None:
    words = "size=100m" if size is None else f"size={max(4096, size)}"
    if not _mount("-o", f"remount,{words}", str(disk)):
        raise RuntimeError(f"{disk} cannot be made {words}")


def _mount(*words: str) -> bool:
    if shutil.which("mount") is None or os.geteuid() != 0:
        return False
    return subprocess.run(["mount", *words], capture_output=True, check=False).returncode == 0


def _used(disk: Path) -> int:
    found = os.statvfs(disk)
    return (found.f_blocks - found.f_bfree) * found.f_frsize


def _clear(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.mkdir()
