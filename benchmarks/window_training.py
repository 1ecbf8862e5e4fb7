"""Training with the window open against training without one: steps a second of the same run.

Both train the same configuration in turn, several times, so that a machine whose speed drifts
treats them alike; each process is its own. Medians are compared. The window shows the curves, the
samples and the readouts as they come. Usage: python -m benchmarks.window_training
[--data NAME] [--seconds S] [--rounds N] [--threads N] [--quick]
"""

import argparse
import os
import subprocess
import sys
import time

import numpy as np

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
        print(run(arguments.data, arguments.seconds))
        return
    found: dict[str, list[float]] = {"headless": [], "window": []}
    for _ in range(arguments.rounds):
        for name, rates in found.items():
            rates.append(in_a_process(name, arguments))
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    print(f"{arguments.data}, {arguments.threads} thread(s) of {cores} cores; steps a second")
    for name, rates in found.items():
        spread = f"{min(rates):.1f} to {max(rates):.1f}"
        print(f"{name:10} {np.median(rates):8.2f}   ({spread} in {len(rates)} rounds)")
    ratio = np.median(found["window"]) / np.median(found["headless"])
    verdict = "reached" if ratio >= TARGET else "not reached"
    print(f"with the window: {ratio:.3f} of the speed without (target {TARGET}, {verdict})")


def in_a_process(name: str, arguments: argparse.Namespace) -> float:
    command = [
        sys.executable, "-m", "benchmarks.window_training", "--only", name,
        "--data", arguments.data, "--seconds", str(arguments.seconds),
    ]  # fmt: skip
    environment = {**os.environ, "OMP_NUM_THREADS": str(arguments.threads)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return float(done.stdout.splitlines()[-1])


def configuration(data):
    from diffvis.training.config import preset_for

    return preset_for(data).changed(steps=1_000_000, device="cpu")


def headless(name: str, seconds: float) -> float:
    """Steps a second of the run alone, as ``diffvis train`` takes them."""
    from pathlib import Path

    from diffvis.data.catalogue import open_dataset
    from diffvis.training.run import RunFolder, train_run

    data = open_dataset(name)
    config = configuration(data)
    with private_home() as home:
        run = train_run(config, RunFolder.create(Path(home) / "run", config), dataset=data)
        start, first = time.perf_counter(), None
        for progress in run:
            now = time.perf_counter()
            if first is None and now - start > WARM_UP_S:
                first = (now, run.state.step)
            if first is not None and now - first[0] > seconds:
                break
            del progress
        rate = (run.state.step - first[1]) / (time.perf_counter() - first[0])
        run.close()
    return rate


def with_window(name: str, seconds: float) -> float:
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
        start, first = time.perf_counter(), training.record.step
        wait(seconds)
        return (training.record.step - first) / (time.perf_counter() - start)


if __name__ == "__main__":
    main()
