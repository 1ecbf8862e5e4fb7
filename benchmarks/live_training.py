"""What a class sees after pressing Start: samples of the live run, and how good they are by then.

Drives the real window by its object names, offscreen unless a display is chosen, and saves a
picture of it at the moments named. MNIST is there where DIFFVIS_TEST_DATA has it.

    python -m benchmarks.live_training [--pictures FOLDER] [--only swiss-roll | digits | mnist]
"""

import argparse
import time
from pathlib import Path

from benchmarks._brought import mnist
from benchmarks._window import control, open_window, private_home, wait

MOMENTS = {
    "swiss-roll": (5, 10, 15),
    "digits": (30, 60, 90, 120),
    "mnist": (30, 60, 120, 180),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pictures", type=Path, help="where to save pictures of the window")
    parser.add_argument("--only", choices=list(MOMENTS), help="these data alone")
    arguments = parser.parse_args()
    with private_home():
        for name, moments in MOMENTS.items():
            source = mnist(None) if name == "mnist" else name
            if source is None or arguments.only not in (None, name):
                continue
            with open_window(str(source), "training") as window:
                train(window, name, moments, arguments.pictures)


def train(window, name: str, moments: tuple[int, ...], pictures: Path | None) -> None:
    """Press Start on a data set and look at the run at so many seconds after it."""
    judge = judge_of(window.session.data)
    control(window, "training.start").click()
    start = time.perf_counter()
    record = window.workspaces["training"].record
    for seconds in moments:
        wait(max(0.0, seconds - (time.perf_counter() - start)))
        newest = record.film.moments[-1] if record.film.moments else None
        said, shown = (judge(newest.x0), newest.step) if newest else ("no samples yet", 0)
        print(f"{name:12} {seconds:4} s  step {record.step:6,}  samples of step {shown:6,}: {said}")
        if pictures is not None:
            pictures.mkdir(parents=True, exist_ok=True)
            window.notices.clear()
            window.grab().save(str(pictures / f"training-{name}-{seconds}s.png"))


def judge_of(data):
    """A function that says how good samples (N, ...) in model units are."""
    from benchmarks._judges import distance_to_fresh, reader, recogniser

    if data.is_points:
        distance = distance_to_fresh(data)
        return lambda x: f"sliced Wasserstein distance {distance(x):.4f} in units of the data"
    if data.name == "mnist":
        import torch

        read = reader(data)
        return lambda x: (
            f"{read.share(x, torch.arange(len(x)) % data.num_classes):.0%} read as asked "
            f"(of held-out digits {read.real:.0%})"
        )
    known = recogniser(data)
    beside = f"(of held-out digits {known.real:.0%}, of no digits {known.none:.0%})"
    return lambda x: f"{known.share(x):.0%} recognised {beside}"


if __name__ == "__main__":
    main()
