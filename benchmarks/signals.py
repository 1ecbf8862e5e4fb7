"""Signals: Ctrl+C, SIGTERM and SIGHUP to a training window and to diffvis train, in a terminal.

The window stands on an X server (Xvfb where there is one) and trains the Swiss roll; the signal
comes at a moment chosen at random. It must end within three seconds with the exit status of that
signal, and the run must hold the last step that it took.

    python -m benchmarks.signals [--times 10] [--seed 0] [--only window|train]
"""

import argparse
import os
import random
import signal
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks._terminal import Terminal, screen, terminal

LIMIT_S = 3.0
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

# ``diffvis --workspace training``, with Start pressed as soon as it can be.
WINDOW = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QAbstractButton, QApplication
app = QApplication(sys.argv[:1])
def press():
    for window in app.topLevelWidgets():
        start = window.findChild(QAbstractButton, "training.start")
        if start is not None and start.isVisible() and start.isEnabled():
            start.click()
            return timer.stop()
timer = QTimer(app)
timer.timeout.connect(press)
timer.start(50)
from diffvis.cli import program
sys.argv[1:] = ["--workspace", "training"]
program()
"""
TRAIN = ["-m", "diffvis", "train", "swiss-roll", "--steps", "1000000", "--device", "cpu", "--out"]


@dataclass(frozen=True)
class Outcome:
    """What one signal led to; ``lost`` are the steps in the metrics that no checkpoint holds."""

    status: int | None
    seconds: float
    lost: int
    said: str

    def kept(self, number: int) -> bool:
        """Whether all was as promised."""
        return self.status == 128 + number and self.seconds <= LIMIT_S and self.lost == 0


def to_window(number: int, after: float, variables: dict[str, str]) -> Outcome:
    """One signal to a window that has trained for ``after`` seconds."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        environment = os.environ | variables | {"DIFFVIS_HOME": home}
        with terminal(["-c", WINDOW], environment) as made:
            return _signalled(made, Path(home), number, after)


def to_train(number: int, after: float) -> Outcome:
    """One signal to ``diffvis train``."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        environment = os.environ | {"DIFFVIS_HOME": home}
        with terminal([*TRAIN, str(Path(home, "runs", "one"))], environment) as made:
            return _signalled(made, Path(home), number, after)


def _signalled(made: Terminal, home: Path, number: int, after: float) -> Outcome:
    found = made.wait_for("runs/*/metrics.csv", home, 500)
    time.sleep(after)
    start = time.monotonic()
    made.send(number)
    status = made.wait(3 * LIMIT_S)
    seconds = time.monotonic() - start
    return Outcome(status, seconds, lost_steps(found.parent), made.said)


def lost_steps(run: Path) -> int:
    """How many of the steps in a run's metrics its newest checkpoint does not hold."""
    rows = (run / "metrics.csv").read_text(encoding="utf-8").splitlines()
    taken = max(int(row.split(",")[0]) for row in rows[1:] if row.split(",")[0].isdecimal())
    saved = [int(path.stem.removeprefix("step-")) for path in run.glob("checkpoints/step-*")]
    return taken - max(saved, default=0)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=3, help="how often each")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", choices=("window", "train"))
    asked = parser.parse_args()
    chance, bad = random.Random(asked.seed), 0
    print(f"{'to':8} {'signal':8} tried  as promised  not saved  slowest")
    with screen() as variables:
        for target in ("window", "train"):
            if asked.only not in (None, target):
                continue
            for number in SIGNALS:
                found = []
                for _ in range(asked.times):
                    after = chance.uniform(0.2, 2.5)
                    made = (
                        to_train(number, after)
                        if target == "train"
                        else to_window(number, after, variables)
                    )
                    found.append(made)
                kept = sum(each.kept(number) for each in found)
                print(
                    f"{target:8} {number.name:8} {len(found):5}  {kept:11}  "
                    f"{sum(each.lost > 0 for each in found):9}  "
                    f"{max(each.seconds for each in found):5.2f} s",
                    flush=True,
                )
                for each in found:
                    if not each.kept(number):
                        bad += 1
                        last = each.said.strip().splitlines()[-1:] or [""]
                        print(f"    exit {each.status}, {each.lost} steps lost: {last[0]}")
    return min(bad, 1)


if __name__ == "__main__":
    sys.exit(main())
