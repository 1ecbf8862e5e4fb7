"""A recorded chain of 1000 steps of 64 images is replayed: frames a second, and its memory.

The chain is recorded by the window within its memory limit, then played at 60 steps a second and
dragged with the mouse. "Frames" counts paints of the samples, each of another t; "CPU" is what a
frame takes of the window's thread, whatever else the machine does.

    python -m benchmarks.replay [--seconds 10] [--limit-mb 512] [--quick]
"""

import argparse
import os
import sys
import time
from pathlib import Path

import numpy as np
import torch

from benchmarks._core_time import Stopwatch
from benchmarks._drag import Drag, measure_bare
from benchmarks._window import (
    conditions,
    control,
    open_window,
    private_home,
    wait,
    wait_until,
)
from diffvis.data.catalogue import open_dataset
from diffvis.diffusion import ExactDenoiser, make_schedule
from diffvis.models.model import Model

STEPS, COUNT, SIDE, SPEED = 1000, 64, 28, 60
TARGET = "60 frames/s"


def large_digits() -> Model:
    """The exact denoiser of digits enlarged to 28x28: a chain that is quickly walked."""
    data = open_dataset("digits")
    x0 = torch.nn.functional.interpolate(data.x0(slice(0, 256)), SIDE, mode="bilinear")
    schedule = make_schedule("linear", STEPS)
    return Model(
        "Digits 28×28", ExactDenoiser(x0, schedule), schedule, (1, SIDE, SIDE), "digits",
        data.scaling,
    )  # fmt: skip


def resident() -> int:
    """Bytes of memory that this process takes; 0 where the system does not say."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def play(window, seconds: float) -> tuple[float, float, float, float]:
    """Frames a second, the 95 % quantile of the time between two (ms), CPU ms for each, and the
    part of the time in which other programs had the core that the window was ready for.
    """
    painted: list[float] = []
    seen: set[int] = set()
    reverse = window.workspaces["reverse"]

    def note() -> None:
        if window.session.t not in seen:
            seen.add(window.session.t)
            painted.append(time.perf_counter())

    reverse.painted.connect(note)
    window.player.to_start()
    window.player.set_speed(SPEED)
    cpu, watch = time.thread_time(), Stopwatch()
    window.player.play()
    wait(seconds)
    watch.stop()
    cpu = time.thread_time() - cpu
    window.player.pause()
    reverse.painted.disconnect(note)
    count, between = len(painted), 1000 * np.diff(painted)
    late = float(np.quantile(between, 0.95))
    taken = 1 - watch.with_core() / watch.clock()
    return count / watch.clock(), late, 1000 * cpu / count, taken


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=10.0, help="how long each case takes")
    parser.add_argument("--limit-mb", type=int, default=512, help="memory limit of the recording")
    parser.add_argument("--quick", action="store_true", help="three seconds each")
    asked = parser.parse_args()
    seconds = 3.0 if asked.quick else asked.seconds
    with private_home(), open_window("swiss-roll", "reverse", large_digits()) as window:
        window.session.preferences.change(memory_mb=asked.limit_mb)
        reverse = window.workspaces["reverse"]
        control(window, "reverse.count").setValue(COUNT)
        before = resident()
        reverse.run(play=False)
        wait_until(lambda: reverse.recording.complete and window.idle, 600, 0.01, "recording")
        grown, recording = resident() - before, reverse.recording
        shown, late, cpu, taken = play(window, seconds)
        bare = measure_bare(seconds / 2)
        slider = control(window, "transport.timestep")
        drag = Drag("drag", slider, window.session.t_changed, reverse.painted, seconds).run()
    print(
        f"{conditions()}; {COUNT} images of {SIDE}x{SIDE}, {recording.length} steps, "
        f"1 in {recording.stride} kept"
    )
    mb = 2**20
    print(
        f"memory    {recording.bytes / mb:.0f} MB recorded, limit {asked.limit_mb} MB; the process "
        f"grew by {grown / mb:.0f} MB"
    )
    print(
        f"playing   {shown:.1f} frames/s at {SPEED} steps/s, 95 % within {late:.1f} ms of the last,"
        f" CPU {cpu:.1f} ms a frame ({cpu * SPEED / 1000:.0%} of a core at {TARGET}); others"
        f" had the window's core for {taken:.0%} of the time   (target {TARGET})"
    )
    median, p95, p99 = np.quantile(drag.view, (0.5, 0.95, 0.99))
    print(
        f"dragging  median {median:.1f} ms, 95 % {p95:.1f} ms, 99 % {p99:.1f} ms from event to "
        f"painted view, CPU {drag.cpu_ms_per_paint:.1f} ms a frame; bare Qt window "
        f"{float(np.median(bare.view)):.1f} ms"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
