"""Whether the tests notice wrong mathematics: each mutant is made in a copy, and its tests run.

    python -m benchmarks.mutants                                   # all, in a few minutes
    python -m benchmarks.mutants --only "t = T is never drawn"     # one, or several
    python -m benchmarks.mutants --list

First the named tests run on a copy as it is, and have to pass. A mutant is killed where one of its
tests fails, and survives where all pass; then the exit status is 1. One whose text does not stand
in its file once any more is an error, and so is one whose tests cannot be run: then it is 2. The
mutants are in ``_mutants.py``. Not part of CI.

Each copy is tested in a process of its own, forked from one that has imported PyTorch and the like
already, but nothing of diffvis: most of the time would go there.
"""

import argparse
import contextlib
import importlib
import multiprocessing
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks._mutants import MUTANTS, Mutant

ROOT = Path(__file__).parent.parent
FOLDERS = ("diffvis", "tests", "models", "resources", "benchmarks")  # what the tests need
HEAVY = ("torch", "torch._dynamo", "pydantic", "safetensors.torch", "hypothesis", "pytestqt.plugin")
ONCE = {"OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1", "QT_QPA_PLATFORM": "offscreen"}
REWRITE = "ignore::pytest.PytestAssertRewriteWarning"  # of plugins that are imported already
PYTEST = ("-q", "-x", "-n", "0", "-p", "no:cacheprovider", "-W", REWRITE)
FOUND = {0: "survived", 1: "killed"}  # what pytest says; else it could not run


@dataclass(frozen=True)
class Verdict:
    """``found`` is ``killed``, ``survived`` or ``not run``; ``said`` is what pytest said."""

    name: str
    file: str
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


def judged(mutant: Mutant) -> Verdict:
    """Make the mutant in a copy of the tree and run its tests there. For a process of its own."""
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        shutil.copy(ROOT / "pyproject.toml", folder)
        for name in FOLDERS:
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / name, folder / name, ignore=ignored)
        if mutant.file:
            file = folder / mutant.file
            text = file.read_text(encoding="utf-8").replace(mutant.before, mutant.after)
            file.write_text(text, encoding="utf-8")
        status, said = run(mutant.tests, folder)
    found = FOUND.get(status, "not run")
    return Verdict(mutant.name, mutant.file, found, said, time.perf_counter() - began)


def run(tests: Sequence[str], folder: Path) -> tuple[int, str]:
    """The exit status of pytest in ``folder``, which ends at the first failure, and its words."""
    import pytest

    os.chdir(folder)
    os.environ["PYTHONPATH"] = str(folder)
    sys.path[:] = [str(folder), *(p for p in sys.path if Path(p).resolve() != ROOT)]
    with (folder / "said").open("w+") as said:
        for stream in (1, 2):
            os.dup2(said.fileno(), stream)
        status = pytest.main([*PYTEST, *tests])
        sys.stdout.flush()
        said.seek(0)
        return int(status), said.read()


def judge(mutants: Sequence[Mutant], jobs: int) -> int:
    """Print what becomes of each mutant; returns the exit status."""
    os.environ.update(ONCE)
    sys.dont_write_bytecode = True
    for name in HEAVY:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    tests = sorted({test for mutant in mutants for test in mutant.tests})
    counts = {"killed": 0, "survived": 0, "not run": 0}
    with multiprocessing.get_context("fork").Pool(jobs, maxtasksperchild=1) as pool:
        as_it_is = pool.apply(judged, [Mutant("nothing", "", "", "", tuple(tests))])
        if as_it_is.found != "survived":
            print(f"{as_it_is.said}\nthe tests do not pass without a mutant", file=sys.stderr)
            return 2
        for verdict in pool.imap(judged, mutants):
            counts[verdict.found] += 1
            about = f"{verdict.name:56} {verdict.file:40} {verdict.seconds:3.0f} s"
            print(f"{verdict.found:9} {about}", flush=True)
            if verdict.found == "not run":
                print(verdict.said, file=sys.stderr)
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
    return judge(chosen, max(1, asked.jobs))


if __name__ == "__main__":
    sys.exit(main())
