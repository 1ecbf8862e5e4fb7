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

    python -m benchmarks.scrub_latency [--data FOLDER] [--seconds 10] [--beside] [--stage] [--quick]
    python -m benchmarks.scrub_latency --crowd

With --crowd there are 100,000 points, in Forward and on a chain in Reverse. With --stage the window
is 1920 x 1080, and its pictures fill it.

FOLDER holds MNIST as IDX files; without one it is looked for below DIFFVIS_TEST_DATA.
"""

import argparse
import os
import platform
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import torch
from PySide6.QtWidgets import QApplication

from benchmarks._brought import mnist
from benchmarks._drag import PERIOD_MS, Drag, Result, measure_bare
from benchmarks._matplotlib_view import measure_matplotlib
from benchmarks._window import (
    SIZE,
    choose,
    collecting,
    control,
    open_window,
    private_home,
    theme,
    wait_until,
)
from diffvis.app.shell.window import MainWindow
from diffvis.data.catalogue import open_dataset
from diffvis.training.presets import preset_schedule

STAGE = (1920, 1080)
CROWD = 100_000
LINE = "two-spikes"  # which has a map over (t, x)
TARGETS = ("95 % under 16.7 ms", "99 % under 33 ms")


@contextmanager
def open_forward(
    source: str, count: int, beside: bool, stage: bool, view: str = ""
) -> Iterator[MainWindow]:
    """The window on its Forward workspace, showing ``count`` samples of the data."""
    with open_window("swiss-roll", "forward") as window:
        if source != "swiss-roll":
            before = window.session.data
            window.sources.open_data(source)
            wait_until(lambda: window.session.data is not before, what=f"opening {source}")
        counts, shown = control(window, "forward.count"), control(window, "forward.show")
        choose(counts, counts.findData(count))
        if view:
            choose(shown, shown.findData(view))
        if beside:
            window.docks.side_by_side("forward", "training")
            window.show_workspace("forward")
        if stage:
            enter_stage(window)
        wait_until(lambda: window.idle, what="opening")
        yield window


def enter_stage(window: MainWindow) -> None:
    window.resize(*STAGE)
    window.stage.begin(full_screen=False)


def start_training(window: MainWindow) -> None:
    """Ask for more steps than there is time for, press Start, and wait until they are taken."""
    control(window, "training.steps").setValue(1_000_000)
    control(window, "training.start").click()
    training = window.workspaces["training"]
    wait_until(lambda: training.record.step > 2, 180, what="the start of training")


def measure(
    source: str, count: int, training: bool, seconds: float, beside: bool, stage: bool,
    view: str = "",
) -> Result:  # fmt: skip
    kind = "points" if source.startswith(("swiss-roll", LINE)) else "images"
    what = f", {view}" if view else ""
    name = f"{count:,} {kind}{what}, {'training' if training else 'idle'}"
    with open_forward(source, count, beside, stage, view) as window:
        if training:
            start_training(window)
        slider = control(window, "transport.timestep")
        painted = window.workspaces["forward"].painted
        result = Drag(name, slider, window.session.t_changed, painted, seconds).run()
        if training and not window.workspaces["training"].running:
            sys.exit("scrub_latency: training ended before the drag did")
        return result


def measure_reverse(count: int, seconds: float, stage: bool) -> Result:
    """Along a chain of so many points that has been walked."""
    with open_window("swiss-roll", "reverse") as window:
        reverse = window.workspaces["reverse"]
        control(window, "reverse.count").setValue(count)
        if stage:
            enter_stage(window)
        reverse.run(play=False)
        wait_until(lambda: reverse.recording.complete and window.idle, 600, 0.01, "recording")
        slider = control(window, "transport.timestep")
        name = f"{count:,} points, Reverse"
        return Drag(name, slider, window.session.t_changed, reverse.painted, seconds).run()


def compare(source: str, count: int, seconds: float) -> list[Result]:
    """The same figure with matplotlib."""
    data = open_dataset(source)
    kind = "points" if data.is_points else "images"
    with collecting():
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


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, help="folder of MNIST as IDX files")
    parser.add_argument("--seconds", type=float, default=10.0, help="how long each case is dragged")
    parser.add_argument("--quick", action="store_true", help="two seconds for each case")
    parser.add_argument("--beside", action="store_true", help="show Training beside Forward")
    parser.add_argument("--stage", action="store_true", help="on stage, at 1920 x 1080")
    parser.add_argument("--crowd", action="store_true", help="100,000 points alone")
    asked = parser.parse_args()
    if asked.quick:
        asked.seconds = 2.0
    cases = [(mnist(asked.data), 64), ("swiss-roll", 10_000)]
    if asked.crowd:
        cases = [(f"swiss-roll?n={CROWD}", CROWD)]
    with private_home():
        theme()  # the bare window, too, has the program's style
        with collecting():
            results = [measure_bare(asked.seconds)]
        for source, count in cases:
            if source is None:
                print("MNIST is left out: name its folder with --data or DIFFVIS_TEST_DATA")
                continue
            results += [
                measure(str(source), count, training, asked.seconds, asked.beside, asked.stage)
                for training in (False, True)
            ]
            if asked.crowd:
                results.append(measure_reverse(count, asked.seconds, asked.stage))
            else:
                results += compare(str(source), count, asked.seconds)
        if not asked.crowd:
            results.append(
                measure(LINE, 2_000, False, asked.seconds, asked.beside, asked.stage, "heatmap")
            )
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, torch {torch.__version__} with "
        f"{torch.get_num_threads()} threads, Qt on {QApplication.platformName()}, "
        f"{' x '.join(map(str, STAGE if asked.stage else SIZE))}, an event every {PERIOD_MS} ms; "
        "milliseconds from event to painted view"
    )
    print(table(results))
    print("target: " + ", ".join(TARGETS))
    return 0


if __name__ == "__main__":
    sys.exit(main())
