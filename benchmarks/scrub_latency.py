"""From a mouse event on the timestep slider to the painted frame, idle and while training runs.

The real window is driven by real mouse events, at a steady rate, whether or not it keeps up: an
event that is late because the window was busy counts from the moment it was due. Of several
events that one paint answers, each has its own latency. "Frame" is the time until the whole window
has been painted, beside the main view. "CPU" is the processor time of the window's thread for each
frame, which says what a frame costs even where other work keeps the machine busy. The last column
compares the median with that of a bare Qt window of the same size, which only copies a prepared
picture.

The same figure drawn with matplotlib is dragged in the same way: once drawn whole for each t, as a
slider in a notebook does, and once with only the moving parts drawn anew.

    python -m benchmarks.scrub_latency [--data FOLDER] [--seconds 10] [--beside] [--quick]

FOLDER holds MNIST as IDX files; without one it is looked for below DIFFVIS_TEST_DATA.
"""

import argparse
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import torch
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QPushButton, QSlider, QSpinBox

from benchmarks._drag import PERIOD_MS, SIZE, Drag, Result, measure_bare
from benchmarks._matplotlib_view import measure_matplotlib
from diffvis.app.garbage import GuiGarbageCollector
from diffvis.app.session import preset_schedule
from diffvis.app.theme import Theme
from diffvis.app.window import MainWindow
from diffvis.data.catalogue import open_dataset
from diffvis.training.threads import take_one_thread

TARGETS = ("95 % under 16.7 ms", "99 % under 33 ms")


def wait_until(
    what: str, condition: Callable[[], bool], limit_s: float = 60, pause_ms: int = 10
) -> None:
    """Let the window work until the condition holds."""
    limit = time.monotonic() + limit_s
    while not condition():
        if time.monotonic() > limit:
            sys.exit(f"{what} took more than {limit_s:.0f} s")
        loop = QEventLoop()  # QTest.qWait would keep Python's lock, and the workers waiting
        QTimer.singleShot(pause_ms, loop.quit)
        loop.exec()


@contextmanager
def open_window(theme: Theme, source: str, count: int, beside: bool) -> Iterator[MainWindow]:
    """The window on its Forward workspace, showing ``count`` samples of the data."""
    window = MainWindow(open_dataset("swiss-roll"), theme)
    window.resize(*SIZE)
    window.show()
    QTest.qWaitForWindowExposed(window)
    if source != "swiss-roll":
        window.sources.open_data(source)
        wait_until(f"opening {source}", lambda: not window.session.data.is_points)
    counts = window.findChild(QComboBox, "forward.count")
    index = counts.findData(count)
    counts.setCurrentIndex(index)
    counts.activated.emit(index)
    if beside:
        window.docks.side_by_side("forward", "training")
    window.show_workspace("forward")
    wait_until("opening", lambda: window.idle)
    try:
        yield window
    finally:
        window.close()
        window.deleteLater()


def start_training(window: MainWindow) -> None:
    """Ask for more steps than there is time for, press Start, and wait until they are taken."""
    window.findChild(QSpinBox, "training.steps").setValue(1_000_000)
    window.findChild(QPushButton, "training.start").click()
    training = window.workspaces["training"]
    wait_until("the start of training", lambda: training.record.step > 2, 180)


def measure(
    theme: Theme, source: str, count: int, training: bool, seconds: float, beside: bool
) -> Result:
    kind = "points" if source == "swiss-roll" else "images"
    name = f"{count:,} {kind}, {'training' if training else 'idle'}"
    with open_window(theme, source, count, beside) as window:
        if training:
            start_training(window)
        slider = window.findChild(QSlider, "transport.timestep")
        painted = window.workspaces["forward"].painted
        result = Drag(name, slider, window.session.t_changed, painted, seconds).run()
        if training and not window.workspaces["training"].running:
            sys.exit("scrub_latency: training ended before the drag did")
        return result


def compare(source: str, count: int, seconds: float) -> list[Result]:
    """The same figure with matplotlib."""
    data = open_dataset(source)
    kind = "points" if data.is_points else "images"
    return [
        measure_matplotlib(
            f"matplotlib, {count:,} {kind}, {'blit' if blit else 'whole'}",
            data, preset_schedule(data), count, seconds, blit=blit,
        )
        for blit in (False, True)
    ]  # fmt: skip


def table(results: list[Result]) -> str:
    """Quantiles in milliseconds; the first result is the reference."""
    lines = [
        f"{'case':34} {'events':>6} {'paints':>6} {'median':>7} {'95 %':>7} {'99 %':>7} {'max':>7}"
        f" {'frame 95 %':>10} {'CPU':>6} {'/ bare':>7}"
    ]
    bare = float(np.median(results[0].view)) if results[0].view else float("nan")
    for result in results:
        if not result.view:
            lines.append(f"{result.name:34} not one frame was painted in time")
            continue
        median, p95, p99, most = np.quantile(result.view, (0.5, 0.95, 0.99, 1.0))
        frame = np.quantile(result.frame, 0.95)
        lines.append(
            f"{result.name:34} {len(result.view):6} {result.paints:6} {median:7.2f} {p95:7.2f}"
            f" {p99:7.2f} {most:7.2f} {frame:10.2f} {result.cpu_ms_per_paint:6.2f}"
            f" {median / bare:7.2f}"
        )
    return "\n".join(lines)


def mnist(folder: Path | None) -> Path | None:
    """The folder of MNIST, asked for or below DIFFVIS_TEST_DATA."""
    if folder is None and "DIFFVIS_TEST_DATA" in os.environ:
        folder = Path(os.environ["DIFFVIS_TEST_DATA"]) / "mnist"
    return folder


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, help="folder of MNIST as IDX files")
    parser.add_argument("--seconds", type=float, default=10.0, help="how long each case is dragged")
    parser.add_argument("--quick", action="store_true", help="two seconds for each case")
    parser.add_argument("--beside", action="store_true", help="show Training beside Forward")
    asked = parser.parse_args()
    if asked.quick:
        asked.seconds = 2.0
    images = mnist(asked.data)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory() as home:
        os.environ["DIFFVIS_HOME"] = home  # the runs that are started are not the user's
        take_one_thread()
        app = QApplication(sys.argv[:1])
        theme = Theme(app, "dark")
        collector = GuiGarbageCollector(app)
        results = [measure_bare(asked.seconds)]
        for source, count in ((images, 64), ("swiss-roll", 10_000)):
            if source is None:
                print("MNIST is left out: name its folder with --data or DIFFVIS_TEST_DATA")
                continue
            results += [
                measure(theme, str(source), count, training, asked.seconds, asked.beside)
                for training in (False, True)
            ]
            results += compare(str(source), count, asked.seconds)
        collector.stop()
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, torch {torch.__version__} with "
        f"{torch.get_num_threads()} threads, Qt on {app.platformName()}, {SIZE[0]} x {SIZE[1]}, "
        f"an event every {PERIOD_MS} ms; milliseconds from event to painted view"
    )
    print(table(results))
    print("target: " + ", ".join(TARGETS))
    return 0


if __name__ == "__main__":
    sys.exit(main())
