"""Whether the tests notice wrong mathematics: each mutant is made in a copy, and its tests run.

    python -m benchmarks.mutants                                   # all, in a few minutes
    python -m benchmarks.mutants --only "t = T is never drawn"     # one, or several
    python -m benchmarks.mutants --list

First the named tests run on a copy as it is, and have to pass. A mutant is killed where one of its
tests fails, and survives where all pass; then the exit status is 1. One whose text does not stand
in its file once any more is an error, and so is one whose tests cannot be run: then it is 2. The
mutants are in ``_mutants.py``. Not part of CI.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import Queue

from benchmarks._mutants import MUTANTS, Mutant

ROOT = Path(__file__).parent.parent
FOLDERS = ("diffvis", "tests", "models", "resources")  # what the tests need
PASSED, FAILED = 0, 1  # what pytest says; everything else means that it could not run


@dataclass(frozen=True)
class Verdict:
    """``found`` is ``killed``, ``survived`` or ``not run``; ``said`` is what pytest said."""

    mutant: Mutant
    found: str
    said: str
    seconds: float


def stale(mutants: Iterable[Mutant], root: Path = ROOT) -> list[str]:
    """What is wrong with mutants that do not fit the code, or the tests, any more."""
    found = []
    for mutant in mutants:
        file = root / mutant.file
        count = file.read_text(encoding="utf-8").count(mutant.before) if file.is_file() else 0
        if count != 1:
            text = f"{mutant.before!r} {count} times, not once"
            found.append(f"{mutant.name}: {mutant.file} has {text}")
        for name in mutant.tests:
            path, *inside = name.split("::")
            test = root / path
            function = inside[0].partition("[")[0] if inside else ""
            if not test.is_file() or f"def {function}" not in test.read_text(encoding="utf-8"):
                found.append(f"{mutant.name}: there is no test {name}")
    return found


def copied(folder: Path) -> Path:
    """A copy of the tree, without what was compiled."""
    shutil.copy(ROOT / "pyproject.toml", folder)
    for name in FOLDERS:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    return folder


def run(tests: Sequence[str], folder: Path) -> tuple[int, str]:
    """The exit status of pytest, which ends at the first failure, and what it said."""
    # No bytecode: a mutant may have the size and the second of the file before it.
    once = {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0"}
    options = ("-q", "-x", "-n", "0", "-p", "no:cacheprovider", "-p", "no:hypothesispytest")
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", *options, *tests],
        cwd=folder,
        env={**os.environ, **once, "OMP_NUM_THREADS": "1", "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        check=False,
    )
    return ended.returncode, ended.stdout + ended.stderr


def verdict(mutant: Mutant, folder: Path) -> Verdict:
    """Make the mutant in ``folder``, run its tests, and make it undone."""
    began = time.perf_counter()
    file = folder / mutant.file
    sound = file.read_text(encoding="utf-8")
    file.write_text(sound.replace(mutant.before, mutant.after), encoding="utf-8")
    try:
        status, said = run(mutant.tests, folder)
    finally:
        file.write_text(sound, encoding="utf-8")
    found = {PASSED: "survived", FAILED: "killed"}.get(status, "not run")
    return Verdict(mutant, found, said, time.perf_counter() - began)


def judge(mutants: Sequence[Mutant], folders: Sequence[Path]) -> int:
    """Print what becomes of each mutant, as many at a time as there are copies of the tree;
    returns the exit status.
    """
    status, said = run(sorted({test for mutant in mutants for test in mutant.tests}), folders[0])
    if status != PASSED:
        print(f"{said}\nthe tests do not pass without a mutant", file=sys.stderr)
        return 2
    free: Queue[Path] = Queue()
    for folder in folders:
        free.put(folder)

    def in_a_copy(mutant: Mutant) -> Verdict:
        folder = free.get()
        try:
            return verdict(mutant, folder)
        finally:
            free.put(folder)

    counts = {"killed": 0, "survived": 0, "not run": 0}
    with ThreadPoolExecutor(len(folders)) as pool:
        for one in pool.map(in_a_copy, mutants):
            counts[one.found] += 1
            about = f"{one.mutant.name:56} {one.mutant.file:40} {one.seconds:3.0f} s"
            print(f"{one.found:9} {about}", flush=True)
            if one.found == "not run":
                print(one.said, file=sys.stderr)
    print(", ".join(f"{count} {word}" for word, count in counts.items()))
    return 2 if counts["not run"] else 1 if counts["survived"] else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="+", metavar="NAME", help="these mutants; all if none")
    parser.add_argument("--list", action="store_true", help="say what there is, and run nothing")
    parser.add_argument(
        "--jobs", type=int, default=min(4, os.cpu_count() or 1), help="how many at a time"
    )
    asked = parser.parse_args()
    known = {mutant.name: mutant for mutant in MUTANTS}
    for name in asked.only or ():
        if name not in known:
            parser.error(f"there is no mutant {name!r}; --list names them")
    chosen = [known[name] for name in asked.only or known]
    if asked.list:
        for mutant in chosen:
            print(f"{mutant.name:56} {mutant.file}")
        return 0
    if wrong := stale(chosen):
        print("\n".join(wrong), file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as temporary:
        places = [Path(temporary) / str(place) for place in range(max(1, asked.jobs))]
        for place in places:
            place.mkdir()
        return judge(chosen, [copied(place) for place in places])


if __name__ == "__main__":
    sys.exit(main())
