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
    from PySide6.QtTest import QTest
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
    QTest.qWait(200)
    judge = judge_of(window.session.data)
    window.findChild(QWidget, "training.start").click()
    start = time.perf_counter()
    record = window.workspaces["training"].record
    for seconds in moments:
        while time.perf_counter() - start < seconds:
            QTest.qWait(20)
        newest = record.film.moments[-1] if record.film.moments else None
        said, shown = (judge(newest.x0), newest.step) if newest else ("no samples yet", 0)
        print(f"{name:12} {seconds:4} s  step {record.step:6,}  samples of step {shown:6,}: {said}")
        if pictures is not None:
            pictures.mkdir(parents=True, exist_ok=True)
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

    from sklearn.svm import SVC

    classifier = SVC(gamma="scale", probability=False).fit(
        data.x0(data.train).flatten(1).numpy(), data.labels[data.train].numpy()
    )
    held_out = data.x0(data.test).flatten(1).numpy()
    accuracy = classifier.score(held_out, data.labels[data.test].numpy())
    reference = _margin(classifier, held_out)

    def recognised(x):
        """Share of samples that the classifier is as sure of as of 95 % of real ones."""
        margin = _margin(classifier, x.flatten(1).numpy())
        least = sorted(reference)[len(reference) // 20]
        share = (margin >= least).mean()
        return f"{share:.0%} recognised (classifier: {accuracy:.1%} on held-out digits)"

    return recognised


def _margin(classifier, x):
    """How far the best class is ahead of the second, (N,)."""
    import numpy as np

    scores = np.sort(classifier.decision_function(x), axis=1)
    return scores[:, -1] - scores[:, -2]


if __name__ == "__main__":
    main()
