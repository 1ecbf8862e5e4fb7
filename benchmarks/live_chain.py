"""A chain that is watched while it is walked, against the bare sampler: steps a second.

The bare sampler is a loop over ``run_chain`` with nothing else in the process to do. The window
walks the same chain in its worker, records every step, and paints each frame that the display can
take. Both are measured in turn, several times, so that other programs disturb them alike.

    python -m benchmarks.live_chain [--model NAME] [--count 64] [--rounds 5] [--quick]
"""

import argparse
import os
import platform
import statistics
import sys
import tempfile
import time

import torch
from PySide6.QtWidgets import QApplication, QPushButton, QSpinBox

from benchmarks.scrub_latency import wait_until
from diffvis.app.garbage import GuiGarbageCollector
from diffvis.app.theme import Theme
from diffvis.app.window import MainWindow
from diffvis.data.catalogue import open_dataset
from diffvis.training.model import Model, open_model
from diffvis.training.sampling import ChainSettings, run_chain
from diffvis.training.threads import take_one_thread

TARGET = 0.9
FASTEST = 240  # steps a second that the transport shows


def bare(model: Model, settings: ChainSettings) -> float:
    """Steps a second without a window."""
    started = time.perf_counter()
    steps = sum(1 for _ in run_chain(model, settings))
    return steps / (time.perf_counter() - started)


def watched(window: MainWindow) -> tuple[float, float]:
    """Steps walked and frames painted a second, from pressing Run until the last step."""
    reverse = window.workspaces["reverse"]
    frames = 0

    def count() -> None:
        nonlocal frames
        frames += 1

    reverse.painted.connect(count)
    started = time.perf_counter()
    window.findChild(QPushButton, "reverse.run").click()
    wait_until("the chain", lambda: reverse.recording.complete, 600, pause_ms=1)
    spent = time.perf_counter() - started
    reverse.painted.disconnect(count)
    wait_until("the end", lambda: window.idle)
    return reverse.recording.length / spent, frames / spent


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--model", default="digits", help="a shipped model, run folder, checkpoint")
    parser.add_argument("--count", type=int, default=64, help="samples of the chain")
    parser.add_argument("--rounds", type=int, default=5, help="how often both are measured")
    parser.add_argument("--quick", action="store_true", help="two rounds of 60 steps")
    asked = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    take_one_thread()
    with tempfile.TemporaryDirectory() as home:
        os.environ["DIFFVIS_HOME"] = home
        app = QApplication(sys.argv[:1])
        collector = GuiGarbageCollector(app)
        window = MainWindow(open_dataset("swiss-roll"), Theme(app, "dark"))
        model = open_model(asked.model)
        window.session.set_model(model)
        window.session.preferences.set_memory_mb(4096)
        window.resize(1280, 720)
        window.show_workspace("reverse")
        window.show()
        window.player.set_speed(FASTEST)
        steps = min(60, model.schedule.T) if asked.quick else model.schedule.T
        window.findChild(QSpinBox, "reverse.count").setValue(asked.count)
        window.findChild(QSpinBox, "reverse.steps").setValue(steps)
        settings = window.workspaces["reverse"].settings()
        bare(model, ChainSettings(steps=5, count=asked.count))  # warm up
        rounds = 2 if asked.quick else asked.rounds
        alone, beside, frames = [], [], []
        for _ in range(rounds):
            alone.append(bare(model, settings))
            walked, painted = watched(window)
            beside.append(walked)
            frames.append(painted)
        window.close()
        window.deleteLater()
        collector.stop()
    ratio = statistics.median(b / a for a, b in zip(alone, beside, strict=True))
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, torch {torch.__version__}, 1 thread, Qt on "
        f"{app.platformName()}; {model.name}, {asked.count} samples, {steps} steps, median of "
        f"{rounds}"
    )
    print(f"bare sampler      {statistics.median(alone):8.1f} steps/s")
    print(
        f"in the window     {statistics.median(beside):8.1f} steps/s, "
        f"{statistics.median(frames):.1f} frames/s painted"
    )
    print(f"ratio             {ratio:8.3f}   (target {TARGET})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
