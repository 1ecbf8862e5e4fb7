"""Training with the window open against training without one: steps a second of the same run.

Both train the same configuration in turn, several times, so that a machine whose speed drifts
treats them alike; each process is its own. Medians are compared, on the clock and without the time
in which other programs or the window itself had the core that the run was ready for: the latter
is what is left with a spare core. The window shows the curves, the samples and the readouts as
they come. Usage: python -m benchmarks.window_training
[--data NAME] [--seconds S] [--rounds N] [--threads N] [--quick]
"""

import argparse
import os
import subprocess
import sys
import time

import numpy as np

from benchmarks._core_time import Stopwatch, load, thread_called
from benchmarks._window import control, open_window, private_home, wait, wait_until

WARM_UP_S = 2.0
TARGET = 0.95


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", default="digits", help="digits trains a U-Net, swiss-roll an MLP")
    parser.add_argument("--seconds", type=float, default=20.0, help="measured of each run")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=1, help="that PyTorch may use in training")
    parser.add_argument("--quick", action="store_true", help="one short round")
    parser.add_argument("--only", choices=("window", "headless"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.seconds, arguments.rounds = 6.0, 1
    if arguments.only:
        run = with_window if arguments.only == "window" else headless
        print(*run(arguments.data, arguments.seconds))
        return
    found: dict[str, list[tuple[float, float]]] = {"headless": [], "window": []}
    for _ in range(arguments.rounds):
        for name, rates in found.items():
            rates.append(in_a_process(name, arguments))
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    print(
        f"{arguments.data}, {arguments.threads} thread(s), {cores} cores ({load()}); steps a second"
    )
    print(f"{'':10} {'clock':>8} {'with a core':>12}")
    for name, rates in found.items():
        clock, own = np.median(rates, axis=0)
        spread = f"{min(rates)[0]:.1f} to {max(rates)[0]:.1f}"
        print(f"{name:10} {clock:8.2f} {own:12.2f}   ({spread} in {len(rates)} rounds)")
    ratios = np.median(found["window"], axis=0) / np.median(found["headless"], axis=0)
    for ratio, how in zip(ratios, ("on these cores", "with a spare core"), strict=True):
        verdict = "reached" if ratio >= TARGET else "not reached"
        print(f"{how}: {ratio:.3f} of the speed without the window (target {TARGET}, {verdict})")


def in_a_process(name: str, arguments: argparse.Namespace) -> tuple[float, float]:
    command = [
        sys.executable, "-m", "benchmarks.window_training", "--only", name,
        "--data", arguments.data, "--seconds", str(arguments.seconds),
    ]  # fmt: skip
    environment = {**os.environ, "OMP_NUM_THREADS": str(arguments.threads)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    clock, own = map(float, done.stdout.splitlines()[-1].split())
    return clock, own


def configuration(data):
    from diffvis.training.config import preset_for

    return preset_for(data).changed(steps=1_000_000, device="cpu")


def headless(name: str, seconds: float) -> tuple[float, float]:
    """Steps a second of the run alone, as ``diffvis train`` takes them.

    Returned are those of all the time, and those of the time in which the run had a core.
    """
    from pathlib import Path

    from diffvis.data.catalogue import open_dataset
    from diffvis.training.run import RunFolder, train_run

    data = open_dataset(name)
    config = configuration(data)
    with private_home() as home:
        run = train_run(config, RunFolder.create(Path(home) / "run", config), dataset=data)
        start, first, watch = time.perf_counter(), 0, None
        for progress in run:
            if watch is None and time.perf_counter() - start > WARM_UP_S:
                first, watch = run.state.step, Stopwatch()
            if watch is not None and watch.clock() > seconds:
                break
            del progress
        watch.stop()
        steps = run.state.step - first
        run.close()
    return steps / watch.clock(), steps / watch.with_core()


def with_window(name: str, seconds: float) -> tuple[float, float]:
    """Steps a second of the same run, started in the window and watched there."""
    with private_home(), open_window(name, "training") as window:
        training = window.workspaces["training"]
        control(window, "training.steps").setValue(1_000_000)
        for every in ("validate_every", "preview_every"):  # as often as without the window
            wanted = getattr(configuration(window.session.data), every)
            control(window, f"training.{every}").setValue(wanted)
        control(window, "training.start").click()
        wait(WARM_UP_S)
        wait_until(lambda: training.record.step > 0)
        first, watch = training.record.step, Stopwatch(thread_called("training"))
        wait(seconds)
        steps = training.record.step - first
        watch.stop()
        return steps / watch.clock(), steps / watch.with_core()


if __name__ == "__main__":
    main()
