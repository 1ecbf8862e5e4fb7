"""Malformed files, failing disks, no memory, kills, signals, closes: what becomes of each.

Every fault is one of a few thousand that are drawn from a seed or counted through: the n-th write,
the n-th fsync, the n-th allocation, for every n. What is promised: a command does what it was asked
for, or says in one sentence what is wrong; what was there before is still there, nothing half
written stays, and a run goes on to the same bits. What is neither is unclear; what is gone or wrong
is lost. Needs a system that can fork (Linux, macOS).

Usage: python -m benchmarks.faults [--seed 0] [--share 1.0] [--only inputs writes kills ...]
"""

import argparse
import contextlib
import gc
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks._faults.tally import Tally

Part = Callable[[Path, int, float, Tally], None]
TOGETHER = 2  # processes that share the parts


def inputs(root: Path, seed: int, share: float, tally: Tally) -> None:
    from benchmarks._faults.inputs import malformed_files, odd_options
    from benchmarks._faults.specimens import make_specimens

    made, work = make_specimens(root / "sound"), root / "work"
    work.mkdir()
    malformed_files(made, work, seed, tally, share)
    odd_options(made, work, seed, tally, share)


def writes(root: Path, seed: int, share: float, tally: Tally) -> None:
    from benchmarks._faults.writes import injected_writes

    injected_writes(root, seed, share, tally)


def memory(root: Path, seed: int, share: float, tally: Tally) -> None:
    from benchmarks._faults.writes import injected_allocations

    injected_allocations(root, seed, share, tally)


def disks(root: Path, seed: int, share: float, tally: Tally) -> None:
    from benchmarks._faults.writes import full_disks

    full_disks(root, seed, share, tally)


def kills(root: Path, seed: int, share: float, tally: Tally) -> None:
    from benchmarks._faults.endings import kills

    kills(root, seed, share, tally)


def signals(root: Path, seed: int, share: float, tally: Tally) -> None:
    from benchmarks._faults.endings import signals

    signals(root, seed, share, tally)


def closes(root: Path, seed: int, share: float, tally: Tally) -> None:
    from benchmarks._faults.endings import closes

    closes(root, seed, share, tally)


PARTS: dict[str, Part] = {
    part.__name__: part for part in (inputs, writes, memory, kills, disks, signals, closes)
}  # shared out in turn


def run(names: list[str], seed: int, share: float) -> Tally:
    """Do the parts with these names, one after the other, in this process."""
    import_all()
    tally = Tally()
    for name in names:
        with tempfile.TemporaryDirectory(prefix="faults-") as folder:
            home = Path(folder) / "home"
            os.environ["DIFFVIS_HOME"] = str(home)
            started = time.monotonic()
            try:
                PARTS[name](Path(folder), seed, share, tally)
            except KeyboardInterrupt:
                signal.signal(signal.SIGINT, signal.SIG_IGN)  # until the table is there
                print(f"{name}: stopped, the table is of what was tried", file=sys.stderr)
                return tally
            print(f"{name}: {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)
    return tally


def import_all() -> None:
    """What takes long to import, once for all children, which share it."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"  # a fork has no threads but one
    import torch
    import torch._dynamo  # the first step of an optimiser does

    torch.set_num_threads(1)
    with contextlib.suppress(ImportError):
        import av  # noqa: F401
    import diffvis.app.preferences
    import diffvis.cli.commands
    import diffvis.cli.evaluate
    import diffvis.cli.figures
    import diffvis.cli.program
    import diffvis.cli.sample
    import diffvis.cli.train
    import diffvis.rendering.figure  # noqa: F401

    gc.collect()
    gc.freeze()  # or each child would copy what it looks through


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--share", type=float, default=1.0, help="of all that is tried")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--json", action="store_true", help="print the rows for a program")
    asked = parser.parse_args()
    if asked.json or len(asked.only) == 1:
        tally = run(asked.only, asked.seed, asked.share)
    else:
        tally = side_by_side(asked.only, asked.seed, asked.share)
    if asked.json:
        print(json.dumps(tally.to_json()))
    else:
        tally.show()
    return int(not tally.sound)


def side_by_side(names: list[str], seed: int, share: float) -> Tally:
    """The parts shared among a few processes."""
    options = ["--json", "--seed", str(seed), "--share", str(share), "--only"]
    programs = [
        subprocess.Popen(
            [sys.executable, "-m", "benchmarks.faults", *options, *names[place::TOGETHER]],
            stdout=subprocess.PIPE,
            text=True,
        )
        for place in range(TOGETHER)
    ]
    tally = Tally()
    for program in programs:
        out, _ = program.communicate()
        tally.take(json.loads(out))
    return tally


if __name__ == "__main__":
    sys.exit(main())
