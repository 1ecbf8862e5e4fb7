"""What a class sees after pressing Start: samples of the live run, and how good they are by then.

Drives the real window by its object names, offscreen unless a display is chosen, and saves a
picture of it at the moments named. Usage: python -m benchmarks.live_training [--pictures FOLDER]
"""

import argparse
import os
import tempfile
import time
from pathlib import Path

MOMENTS = {"swiss-roll": (5, 10, 15), "digits": (30, 60, 90, 120)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pictures", type=Path, help="where to save pictures of the window")
    arguments = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory() as home:
        os.environ["DIFFVIS_HOME"] = home  # runs of a benchmark are nobody's own
        for name, moments in MOMENTS.items():
            train(name, moments, arguments.pictures)


def train(name: str, moments: tuple[int, ...], pictures: Path | None) -> None:
    """Press Start on a data set and look at the run at so many seconds after it."""
    import torch
    from PySide6.QtWidgets import QApplication, QWidget

    from diffvis.app.garbage import GuiGarbageCollector
    from diffvis.app.theme import Theme
    from diffvis.app.window import MainWindow
    from diffvis.data.catalogue import open_dataset

    torch.set_num_threads(1)  # the window's own; the worker chooses for itself
    app = QApplication.instance() or QApplication([])
    collector = GuiGarbageCollector(app)
    window = MainWindow(open_dataset(name), Theme(app, "dark"))
    window.resize(1280, 720)
    window.show_workspace("training")
    window.show()
    wait(0.2)
    judge = judge_of(window.session.data)
    window.findChild(QWidget, "training.start").click()
    start = time.perf_counter()
    record = window.workspaces["training"].record
    for seconds in moments:
        wait(seconds - (time.perf_counter() - start))
        newest = record.film.moments[-1] if record.film.moments else None
        said, shown = (judge(newest.x0), newest.step) if newest else ("no samples yet", 0)
        print(f"{name:12} {seconds:4} s  step {record.step:6,}  samples of step {shown:6,}: {said}")
        if pictures is not None:
            pictures.mkdir(parents=True, exist_ok=True)
            window.notices.clear()
            window.grab().save(str(pictures / f"training-{name}-{seconds}s.png"))
    window.close()
    window.deleteLater()
    collector.stop()


def judge_of(data):
    """A function that says how good samples (N, ...) in model units are."""
    import torch

    from diffvis.data.catalogue import fresh_points
    from diffvis.evaluation.distances import sliced_wasserstein

    if data.is_points:
        fresh = fresh_points(data.name, 10_000, torch.Generator().manual_seed(1))

        def distance(x):
            generator = torch.Generator().manual_seed(2)
            far = sliced_wasserstein(data.scaling.to_data(x), fresh, generator=generator)
            return f"sliced Wasserstein distance {float(far):.4f} in units of the data"

        return distance

    return recognise(data)


def recognise(data):
    """A function that says which share of samples (N, C, H, W) a classifier takes for digits.

    Beside the digits it has learned what is none: noise, digits with much noise, with their pixels
    mixed up, and two digits over each other.
    """
    import numpy as np
    import torch
    from sklearn.svm import SVC

    generator = torch.Generator().manual_seed(0)

    def none_of(x):
        eps = torch.randn(x.shape, generator=generator)
        mixed = x.flatten(1)[:, torch.randperm(x[0].numel(), generator=generator)].view_as(x)
        other = x[torch.randperm(len(x), generator=generator)]
        return torch.cat([eps, 0.7 * x + 0.7 * eps, mixed, (x + other) / 2]).clamp(-1, 1)

    digits, nothing = data.x0(data.train), none_of(data.x0(data.train))
    classifier = SVC().fit(
        torch.cat([digits, nothing]).flatten(1).numpy(),
        np.r_[data.labels[data.train].numpy(), np.full(len(nothing), -1)],
    )

    def share(x):
        return float((classifier.predict(x.clamp(-1, 1).flatten(1).numpy()) >= 0).mean())

    held_out = data.x0(data.test)
    real, none = share(held_out), share(none_of(held_out))

    def judge(x):
        return f"{share(x):.0%} recognised (of held-out digits {real:.0%}, of no digits {none:.0%})"

    return judge


def wait(seconds: float) -> None:
    """Let the window live; QTest.qWait would keep Python's lock, and the workers waiting."""
    from PySide6.QtCore import QEventLoop, QTimer

    loop = QEventLoop()
    QTimer.singleShot(round(1000 * seconds), loop.quit)
    loop.exec()


if __name__ == "__main__":
    main()
