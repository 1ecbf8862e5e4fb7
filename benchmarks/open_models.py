"""From the click on a ready-trained model to 16 samples in the window; at most one second each.

Drives the real window by its object names, offscreen unless a display is chosen. The sampler is
what a person in a hurry would choose: DPM-Solver++ in 10 steps for images, all steps for points.
Usage: python -m benchmarks.open_models [--steps N] [NAME ...]
"""

import argparse
import os
import statistics
import tempfile
import time

COUNT = 16
TIMES = 3
GOAL = 1.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="which models; all if none")
    parser.add_argument("--steps", type=int, default=10, help="of the sampler, for images")
    parser.add_argument("--quick", action="store_true", help="once instead of three times")
    arguments = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory() as home:
        os.environ["DIFFVIS_HOME"] = home
        measure(arguments.names, arguments.steps, 1 if arguments.quick else TIMES)


def measure(names: list[str], steps: int, times: int) -> None:
    """Print a line for each model."""
    from diffvis.training.shipped import shipped

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
    from PySide6.QtWidgets import QApplication, QComboBox, QWidget

    from diffvis.app.garbage import GuiGarbageCollector
    from diffvis.app.theme import Theme
    from diffvis.app.window import MainWindow
    from diffvis.data.catalogue import open_dataset
    from diffvis.training.threads import take_one_thread

    take_one_thread()
    app = QApplication.instance() or QApplication([])
    collector = GuiGarbageCollector(app)
    window = MainWindow(open_dataset("swiss-roll"), Theme(app, "dark"))
    window.resize(1280, 720)
    window.show_workspace("reverse")
    window.show()
    settle(app)

    def find(role: str) -> QWidget:
        return window.findChild(QWidget, role)

    reverse, picker = window.workspaces["reverse"], find("source.model")

    started = time.perf_counter()
    choose(picker, picker.findText(name))
    wait_until(app, lambda: window.session.model.name == name)
    find("reverse.count").setValue(COUNT)
    said = "ddpm, all steps"
    if not window.session.model.is_points:
        sampler: QComboBox = find("reverse.sampler")
        choose(sampler, sampler.findData("dpm-solver"))
        find("reverse.steps").setValue(steps)
        said = f"dpm-solver, {steps} steps"
    reverse.run(play=False)
    wait_until(app, lambda: reverse.idle and reverse.recording.complete)
    window.session.set_t(0)
    settle(app)
    seconds = time.perf_counter() - started
    window.close()
    window.deleteLater()
    collector.stop()
    settle(app)
    return said, seconds


def choose(box, index: int) -> None:
    """As a person does: ``activated`` follows."""
    assert index >= 0, box.objectName()
    box.setCurrentIndex(index)
    box.activated.emit(index)


def wait_until(app, condition, limit: float = 60.0) -> None:
    """Let the window live until something is so."""
    from PySide6.QtCore import QEventLoop

    until = time.perf_counter() + limit
    while not condition():
        if time.perf_counter() > until:
            raise TimeoutError("the window did not get there")
        app.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 20)


def settle(app) -> None:
    """Let all that is due be done and painted."""
    for _ in range(5):
        app.processEvents()


if __name__ == "__main__":
    main()
