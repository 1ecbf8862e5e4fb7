"""A loss curve of a million points: what a redraw costs, against the same points drawn plainly.

A redraw takes in what a tenth of a second of training brought, draws every curve of the Training
workspace and paints it. The reference is one pyqtgraph curve of all the points, one pixel wide,
with its own peak downsampling. Also printed: the first look at such a run, and a redraw in a part
of it that was zoomed into. Usage: python -m benchmarks.curve_redraw [--points N] [--quick]
"""

import argparse
import time

import numpy as np

from benchmarks._window import open_window, private_home, wait

NEWS = 100  # points that come between two redraws
TARGET_MS = 16.7


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--points", type=int, default=1_000_000)
    parser.add_argument("--redraws", type=int, default=60)
    parser.add_argument("--quick", action="store_true", help="fewer redraws")
    arguments = parser.parse_args()
    redraws = 10 if arguments.quick else arguments.redraws
    with private_home(), open_window("swiss-roll", "training") as window:
        measure(window, arguments.points, redraws)


def measure(window, points: int, redraws: int) -> None:
    from pathlib import Path

    from diffvis.training.config import preset_for
    from diffvis.viewing.training_record import TrainingRecord

    data = window.session.data
    config = preset_for(data).changed(steps=max(10, 2 * points))
    record = TrainingRecord(config, data, Path("long-run"))
    append(record.history, points)
    curves = window.workspaces["training"]._stage.curves
    curves.begin(record)
    first = timed(curves)
    print(f"{points:,} steps in a window of 1280 x 720; milliseconds")
    print(f"first look at the run                    {first:8.1f}")
    whole = []
    for _ in range(redraws):
        append(record.history, NEWS)
        whole.append(timed(curves))
    report("redraw of the whole run, and new points", whole)
    curves.loss.setXRange(points // 2, points // 2 + 5_000)
    curves.loss.zoomed.emit()
    zoomed = []
    for _ in range(redraws):
        append(record.history, NEWS)
        zoomed.append(timed(curves))
    report("redraw zoomed into 5,000 steps", zoomed)
    plain = measure_plain(record.history, max(3, redraws // 6))
    report("one plain curve of all points", plain)
    ratio = np.median(plain) / np.median(whole)
    verdict = "within" if np.percentile(whole, 95) < TARGET_MS else "over"
    print(f"{ratio:.0f} times faster than the plain curve; 95 % {verdict} {TARGET_MS} ms")


def append(history, count: int) -> None:
    """Losses as those of a run: falling at first, then flat, with noise."""
    start = len(history)
    steps = np.arange(start + 1, start + count + 1)
    noise = np.random.default_rng(start).standard_normal(count)
    loss = 0.05 + 0.9 * np.exp(-steps / 5_000) + 0.01 * np.abs(noise)
    history.append(steps, loss, 0.1 + 0.02 * np.abs(noise), np.full(count, 1e-3))


def timed(curves) -> float:
    """Milliseconds of processor time of this thread: other programs do not count."""
    start = time.thread_time()
    curves.draw()
    for plot in (curves.loss, *curves.strips):
        plot.viewport().repaint()
    return 1000 * (time.thread_time() - start)


def measure_plain(history, redraws: int) -> list[float]:
    import pyqtgraph as pg

    plot = pg.PlotWidget()
    plot.setDownsampling(auto=True, mode="peak")
    plot.setClipToView(True)
    plot.resize(600, 200)
    plot.show()
    item = plot.plot(pen=pg.mkPen(width=1))
    wait(0.1)
    found = []
    for _ in range(redraws):
        start = time.thread_time()
        item.setData(history.steps.view().astype(float), history.loss.view())
        plot.viewport().repaint()
        found.append(1000 * (time.thread_time() - start))
    plot.close()
    plot.deleteLater()
    return found


def report(what: str, milliseconds: list[float]) -> None:
    median, high = np.percentile(milliseconds, (50, 95))
    print(f"{what:40} {median:8.1f}   95 % under {high:.1f}")


if __name__ == "__main__":
    main()
