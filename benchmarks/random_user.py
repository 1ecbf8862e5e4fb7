"""A random user: every control of the window, while a run trains and a chain samples.

Presses, types, drags, chooses and resizes at random but from a seed, in the real window, offscreen
unless a display is chosen. Afterwards the window must still train, sample and open, no exception
may have been raised anywhere, and memory must have stayed within the bound.

Usage: python -m benchmarks.random_user [--minutes 60] [--seed 0] [--without-training]

Of a lecture of 60 minutes the first 12 are the warm-up, in which everything is made for the first
time; memory is told every three, with what holds it, while the run and the chain rest.

What the user does not do: open files of the person's own, download, quit, or ask for more work than
a small machine does in a moment (``MOST`` in ``_user``). The same seed gives the same intentions;
what is there to be pressed also depends on how fast the machine is.
"""

import argparse
import faulthandler
import os
import sys
import tempfile
import threading
import time
from pathlib import Path

from benchmarks._holding import Holding
from benchmarks._user import RandomUser
from benchmarks._watch import Freezes, Turns, Watch, at_rest, still_alive
from benchmarks._window import open_window, wait

ACT_SECONDS = 0.01  # the window lives so long between two actions, at least
GROWTH_MB = 150  # memory may grow by so much after the warm-up
WARM_UP = 0.2  # part of the time in which everything is made for the first time
REPORTS = 20  # of memory, on the way
FREEZES = 8  # the longest ones that are told


def no_file_dialogs() -> None:
    """The person thinks better of every file dialog."""
    from PySide6.QtWidgets import QFileDialog

    for name in ("getOpenFileName", "getSaveFileName"):
        setattr(QFileDialog, name, staticmethod(lambda *_, **__: ("", "")))
    QFileDialog.getExistingDirectory = staticmethod(lambda *_, **__: "")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=2.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--without-training", action="store_true", help="never begin a run")
    parser.add_argument("--verbose", action="store_true", help="say every action")
    arguments = parser.parse_args()
    faulthandler.enable()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        os.environ["DIFFVIS_HOME"] = os.environ["HOME"] = home
        before = Path.cwd()
        sys.path.insert(0, str(before))
        os.chdir(home)  # what is typed as a path goes here
        try:
            return run(
                arguments.minutes, arguments.seed, not arguments.without_training, arguments.verbose
            )
        finally:
            os.chdir(before)


def run(minutes: float, seed: int, trains: bool, verbose: bool = False) -> int:
    """Let the user work for so long; returns 0 where nothing was found."""
    no_file_dialogs()
    with open_window("swiss-roll", "forward") as window:
        return watch_user(window, RandomUser(window, seed, trains), minutes, verbose)


def watch_user(window, user: RandomUser, minutes: float, verbose: bool) -> int:
    """The same in a window that is open."""
    base, freezes, turns, told = 0.0, Freezes(), Turns(), 0
    start = time.monotonic()
    length = 60 * minutes
    with Watch().on() as watch:
        while (now := time.monotonic()) < start + length and not watch.troubles:
            freezes.begin()
            what = user.act()
            if verbose:
                print(f"{now - start:8.2f} s  {what}", flush=True)
            wait(ACT_SECONDS)
            freezes.end(what)
            part = (now - start) / length
            if part * REPORTS > told:
                told += 1
                with at_rest(window, wait):
                    held = Holding.of(window)
                print(f"{(now - start) / 60:5.1f} min  {user.actions:6,} actions  {held}", end="")
                print(f"; {threading.active_count()} threads", flush=True)
                if base == 0.0 and part >= WARM_UP:
                    base = held.resident
                turns.go_on()
        freezes.stop()
        turns.stop()
        with at_rest(window, wait):
            held = Holding.of(window)
        grown = held.resident - base
        dead = [] if watch.troubles else still_alive(window, wait)
    spent = time.monotonic() - start
    print(f"{user.actions:,} actions of {len(user.done)} kinds in {spent:.0f} s")
    print("most often: " + ", ".join(f"{n} {c}" for n, c in user.done.most_common(8)))
    longest = freezes.longest
    print(
        f"longest until the window answered again: {longest.seconds:.2f} s, after {longest.after}"
    )
    for freeze in sorted(freezes.found, key=lambda each: -each.seconds)[:FREEZES]:
        print(f"  {freeze.seconds:.1f} s after {freeze.after}: {freeze.where}")
    print(f"slow: {turns}")
    print(f"at the end: {held}")
    print(f"memory: {base:.0f} MB after the warm-up, {grown:+.0f} MB since (bound {GROWTH_MB} MB)")
    print(f"exceptions and errors: {len(watch.troubles)}")
    for trouble in watch.troubles + dead:
        print(f"FOUND: {trouble}")
    return int(bool(watch.troubles or dead or grown > GROWTH_MB))


if __name__ == "__main__":
    sys.exit(main())
