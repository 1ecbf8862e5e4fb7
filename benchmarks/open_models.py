"""From the click on a ready-trained model to 16 samples in the window; at most one second each.

Drives the real window by its object names, offscreen unless a display is chosen. The sampler is
what a person in a hurry would choose: DPM-Solver++ in 10 steps for images, all steps for points.
Usage: python -m benchmarks.open_models [--steps N] [NAME ...]
"""

import argparse
import statistics
import time

from benchmarks._window import choose, control, open_window, private_home, wait_until

COUNT = 16
TIMES = 3
GOAL = 1.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="which models; all if none")
    parser.add_argument("--steps", type=int, default=10, help="of the sampler, for images")
    parser.add_argument("--quick", action="store_true", help="once instead of three times")
    arguments = parser.parse_args()
    with private_home():
        measure(arguments.names, arguments.steps, 1 if arguments.quick else TIMES)


def measure(names: list[str], steps: int, times: int) -> None:
    """Print a line for each model."""
    from diffvis.models.shipped import shipped

    print(f"{'model':14} {'sampler':22} seconds from click to {COUNT} samples (goal {GOAL:.0f})")
    for known in shipped():
        if names and known.name not in names:
            continue
        seconds = [one(known.name, steps) for _ in range(times)]
        said, found = seconds[0][0], [s for _, s in seconds]
        middle = statistics.median(found)
        mark = "" if middle <= GOAL else "  over the goal"
        print(
            f"{known.name:14} {said:22} {middle:.2f} ({min(found):.2f} to {max(found):.2f}){mark}"
        )


def one(name: str, steps: int) -> tuple[str, float]:
    """Choose a model in a fresh window and run it; what was run, and the seconds it took."""
    with open_window("swiss-roll", "reverse") as window:
        reverse, picker = window.workspaces["reverse"], control(window, "source.model")
        started = time.perf_counter()
        choose(picker, picker.findText(name))
        wait_until(lambda: window.session.model.name == name, what=f"opening {name}")
        control(window, "reverse.count").setValue(COUNT)
        said = "ddpm, all steps"
        if not window.session.model.is_points:
            sampler = control(window, "reverse.sampler")
            choose(sampler, sampler.findData("dpm-solver"))
            control(window, "reverse.steps").setValue(steps)
            said = f"dpm-solver, {steps} steps"
        reverse.run(play=False)
        wait_until(lambda: reverse.idle and reverse.recording.complete, what="the samples")
        window.session.set_t(0)
        settle()
        return said, time.perf_counter() - started


def settle() -> None:
    """Let all that is due be done and painted."""
    from PySide6.QtWidgets import QApplication

    for _ in range(5):
        QApplication.processEvents()


if __name__ == "__main__":
    main()
