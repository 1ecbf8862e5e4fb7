"""How good samples are after so many seconds of training from nothing, as figures and as a plot.

    python -m benchmarks.quality_over_time
    python -m benchmarks.quality_over_time --picture docs/pictures/quality-over-time.png

The runs are those that Start begins in the window: the preset of the data, validation, previews
and checkpoints on. A copy of the averaged weights is taken at each moment, and judged afterwards.
Swiss roll: the sliced Wasserstein distance of 10,000 samples to fresh data, beside that of other
fresh data. Digits: which of 500 samples a classifier, which knows noise and muddles as well, takes
for a digit, beside that of held-out digits. Seconds are those of this process on its one thread, so
that other programs disturb little; on a quiet machine they are those of the clock on the wall.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from benchmarks._judges import distance_to_fresh, recogniser
from diffvis.data import Dataset, fresh_points, open_dataset
from diffvis.models.model import Model
from diffvis.rendering.chart import Chart, Curve
from diffvis.rendering.files import write_png
from diffvis.rendering.style import LIGHT, Style
from diffvis.sampling.chain import run_chain
from diffvis.sampling.settings import EVERY_CLASS, ChainSettings
from diffvis.training.config import preset_for
from diffvis.training.run import RunFolder, train_run
from diffvis.training.snapshot import snapshot

MOMENTS = {
    "swiss-roll": (0, 1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20),
    "digits": (0, 5, 10, 15, 20, 30, 40, 50, 60, 75, 90, 105, 120),
}
IMAGES, DDIM_STEPS = 500, 20
POINTS = 10_000  # of fewer the distance would be that of chance


@dataclass(frozen=True)
class Quality:
    """How a run came along."""

    data: Dataset
    measure: str
    seconds: tuple[float, ...]
    values: tuple[float, ...]
    reached: float
    """What real data has by the same measure."""
    real: str

    def chart(self, style: Style) -> Chart:
        seconds, values = np.array(self.seconds), np.array(self.values)
        level = np.full(2, self.reached)
        return Chart(
            title=self.data.title,
            x_label="seconds after Start",
            y_label=self.measure,
            curves=(
                Curve("samples", seconds, values),
                Curve(self.real, seconds[[0, -1]], level, "noise", "dash"),
            ),
            size=(620, 420),
            style=style,
            log_y=self.data.is_points,
        )


def follow(name: str, stretch: float) -> Quality:
    """Train from nothing and judge the weights at each moment."""
    data = open_dataset(name)
    models = snapshots(data, [second * stretch for second in MOMENTS[name]])
    judge, measure, real, reached = judge_of(data)
    values = tuple(judge(sample(model)) for _, model in models)
    return Quality(data, measure, tuple(second for second, _ in models), values, reached, real)


def snapshots(data: Dataset, moments: list[float]) -> list[tuple[float, Model]]:
    """The averaged weights at so many seconds after the start, or one step later."""
    config = preset_for(data)
    found = []
    with tempfile.TemporaryDirectory() as home:
        warm = train_run(config, RunFolder.create(Path(home) / "warm", config), dataset=data)
        next(warm)  # what a window that is open has imported long ago
        warm.close()
        start = time.process_time()
        run = train_run(config, RunFolder.create(Path(home) / "run", config), dataset=data)
        waiting = list(moments)
        while waiting:
            seconds = time.process_time() - start
            if seconds >= waiting[0] or (run.state.step == 0 and not found):
                found.append((seconds, snapshot(run.state, data.title)))
                waiting = [moment for moment in waiting if moment > seconds]
            if next(run, None) is None:
                break
        run.close()
    return found


def judge_of(data: Dataset) -> tuple[Callable[[Tensor], float], str, str, float]:
    """A measure of samples, its name, and what real data has by it."""
    if data.is_points:
        judge = distance_to_fresh(data)
        others = fresh_points(data.name, POINTS, torch.Generator().manual_seed(3))
        level = judge(data.scaling.to_model(others))
        return judge, "sliced Wasserstein distance", "other fresh data", level
    known = recogniser(data)
    return lambda x: 100 * known.share(x), "recognised (%)", "held-out digits", 100 * known.real


def sample(model: Model) -> Tensor:
    """Samples in model units: by the full chain for points, by DDIM for images."""
    if model.is_points:
        settings = ChainSettings(sampler="ddpm", seed=7, count=POINTS)
    else:
        label = EVERY_CLASS if model.num_classes else None
        settings = ChainSettings(
            sampler="ddim", steps=DDIM_STEPS, seed=7, count=IMAGES, label=label
        )
    *_, last = run_chain(model, settings)
    return last.x_s


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--picture", type=Path, help="draw the curves into this PNG file")
    parser.add_argument("--data", nargs="*", choices=list(MOMENTS), default=list(MOMENTS))
    parser.add_argument("--quick", action="store_true", help="a tenth of the time")
    options = parser.parse_args()
    torch.set_num_threads(1)  # what the window takes for samples as small as these
    found = []
    for name in options.data:
        quality = follow(name, 0.1 if options.quick else 1.0)
        found.append(quality)
        print(f"\n{quality.data.title}: {quality.measure}; {quality.real} {quality.reached:.4g}")
        for second, value in zip(quality.seconds, quality.values, strict=True):
            print(f"  {second:6.1f} s  {value:.4g}", flush=True)
    if options.picture is not None:
        from diffvis.rendering.figure import draw_chart  # needs matplotlib

        pictures = [draw_chart(quality.chart(LIGHT)) for quality in found]
        write_png(options.picture, np.concatenate(pictures, axis=1))
        print(f"\nwrote {options.picture}")


if __name__ == "__main__":
    main()
