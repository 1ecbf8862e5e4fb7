"""How good samples are after so many seconds of training from nothing, as figures and as a plot.

    python -m benchmarks.quality_over_time
    python -m benchmarks.quality_over_time --picture docs/pictures/quality-over-time.png
    python -m benchmarks.quality_over_time --data mnist [--only mnist-live] [--seconds 180]
    python -m benchmarks.quality_over_time --data flowers

The runs are those that Start begins in the window: the preset of the data, validation, previews
and checkpoints on. A copy of the averaged weights is taken at each moment, and judged afterwards.
Swiss roll: the sliced Wasserstein distance of 10,000 samples to fresh data, beside that of other
fresh data. Digits: which of 500 samples a classifier, which knows noise and muddles as well, takes
for a digit, beside that of held-out digits. MNIST: which of 400 samples such a classifier takes for
the digit that was asked for, of the presets mnist-live and mnist and of a loop as diffusers'
example has it, with classes, the batch of mnist-live and about as many parameters; then how long
each took to 90 %. Flowers: the same of the preset flowers-live. Below these two stands what the
shipped model has, and above them how much of what is none is read as any. The guidance is that of
the preset's previews. Seconds are those of this process on its one thread, so that other programs
disturb little; on a quiet machine they are those of the clock on the wall.
"""

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from benchmarks._brought import flowers, mnist
from benchmarks._judges import distance_to_fresh, reader, recogniser
from benchmarks._trained import DIFFUSERS, Trained, snapshots
from diffvis.data import Dataset, fresh_points, open_dataset
from diffvis.errors import UserError
from diffvis.models.model import open_model
from diffvis.rendering.chart import Chart, Curve
from diffvis.rendering.files import write_png
from diffvis.rendering.style import LIGHT, Style
from diffvis.sampling.chain import run_chain
from diffvis.sampling.settings import EVERY_CLASS, ChainSettings
from diffvis.training.config import preset_for

RUNS = {
    "swiss-roll": ("swiss-roll",),
    "digits": ("digits",),
    "mnist": ("mnist-live", "mnist", DIFFUSERS),
    "flowers": ("flowers-live",),
}
MOMENTS = {
    "swiss-roll": (0, 1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20),
    "digits": (0, 5, 10, 15, 20, 30, 40, 50, 60, 75, 90, 105, 120),
    "mnist-live": (15, 30, 45, 60, 75, 90, 105, 120, 135, 150, 165, 180),
    "mnist": (60, 120, 240, 420, 600, 750, 900),
    "flowers-live": (30, 60, 90, 120, 150, 180, 210, 240, 270, 300),
    DIFFUSERS: (60, 120, 240, 420, 600, 900, 1800, 2700, 3600),
}
IMAGES, READ, DDIM_STEPS = 500, 400, 20
READABLE = {"mnist": "held-out digits", "flowers": "held-out photographs"}
BROUGHT = {"mnist": (mnist, ""), "flowers": (flowers, "?size=32")}
POINTS = 10_000  # of fewer the distance would be that of chance
GOAL = 90.0  # per cent of MNIST's samples


@dataclass(frozen=True)
class Judge:
    """What is said of samples in model units, of which the i-th was asked to be of class i."""

    of: Callable[[Tensor], float]
    measure: str
    real: str
    reached: float
    """What real data has by the same measure."""
    count: int


@dataclass(frozen=True)
class Quality:
    """How a run came along."""

    data: Dataset
    run: str
    judge: Judge
    seconds: tuple[float, ...]
    values: tuple[float, ...]

    @property
    def title(self) -> str:
        return (
            self.data.title if len(RUNS[self.data.name]) == 1 else f"{self.data.title}: {self.run}"
        )

    def chart(self, style: Style) -> Chart:
        seconds, values = np.array(self.seconds), np.array(self.values)
        level = np.full(2, self.judge.reached)
        return Chart(
            title=self.title,
            x_label="seconds after Start",
            y_label=self.judge.measure,
            curves=(
                Curve("samples", seconds, values),
                Curve(self.judge.real, seconds[[0, -1]], level, "noise", "dash"),
            ),
            size=(620, 420),
            style=style,
            log_y=self.data.is_points,
        )

    def time_to(self, value: float) -> float | None:
        """Seconds to so much, between two moments by interpolation; None where it was not seen."""
        before = (0.0, 0.0)
        for second, found in zip(self.seconds, self.values, strict=True):
            if found >= value:
                return before[0] + (second - before[0]) * (value - before[1]) / (found - before[1])
            before = (second, found)
        return None


def follow(data: Dataset, run: str, most: float, stretch: float) -> Quality:
    """Train from nothing for at most so many seconds and judge the weights at each moment."""
    moments = [second * stretch for second in MOMENTS[run] if second * stretch <= most]
    trained = snapshots(data, run, moments)
    judge = judge_of(data)
    values = tuple(judge.of(sample(each, judge.count)) for each in trained)
    return Quality(data, run, judge, tuple(each.seconds for each in trained), values)


@cache
def judge_of(data: Dataset) -> Judge:
    if data.is_points:
        distance = distance_to_fresh(data)
        others = fresh_points(data.name, POINTS, torch.Generator().manual_seed(3))
        level = distance(data.scaling.to_model(others))
        return Judge(distance, "sliced Wasserstein distance", "other fresh data", level, POINTS)
    if data.name in READABLE:
        known = reader(data)
        print(f"{data.title}: of what is none {100 * known.none:.1f} % are read as any")
        return Judge(
            lambda x: 100 * known.share(x, torch.arange(len(x)) % data.num_classes),
            "read as asked (%)", READABLE[data.name], 100 * known.real, READ,
        )  # fmt: skip
    recognised = recogniser(data)
    return Judge(
        lambda x: 100 * recognised.share(x),
        "recognised (%)", "held-out digits", 100 * recognised.real, IMAGES,
    )  # fmt: skip


def sample(trained: Trained, count: int) -> Tensor:
    """Samples in model units: by the full chain for points, by DDIM for images."""
    model = trained.model
    if model.is_points:
        settings = ChainSettings(sampler="ddpm", seed=7, count=count)
    else:
        settings = ChainSettings(
            sampler="ddim",
            steps=DDIM_STEPS,
            seed=7,
            count=count,
            label=EVERY_CLASS if model.num_classes else None,
            guidance=trained.guidance,
        )
    *_, last = run_chain(model, settings)
    return last.x_s


def compare(found: list[Quality]) -> None:
    """How long each run took to the goal, and the first of them as a part of that."""
    times = [(each.run, each.time_to(GOAL), each.seconds[-1]) for each in found]
    print(f"\nseconds until {GOAL:g} % are read as asked")
    first = times[0][1]
    for name, reached, until in times:
        said = f"not in {until:.0f} s" if reached is None else f"{reached:.0f} s"
        part = "" if first is None else f"{first / (reached or until):.3f}"
        less = "less than " if reached is None and part else ""
        print(f"  {name:12} {said:14} {times[0][0]} takes {less}{part or '?'} of it")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--picture", type=Path, help="draw the curves into this PNG file")
    parser.add_argument("--data", nargs="*", choices=list(RUNS), default=["swiss-roll", "digits"])
    parser.add_argument("--only", choices=list(MOMENTS), help="this run alone")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="of a run, at most")
    parser.add_argument(
        "--folder", type=Path, help="of MNIST or of the flowers; else that of DIFFVIS_TEST_DATA"
    )
    parser.add_argument("--quick", action="store_true", help="a tenth of the time")
    options = parser.parse_args()
    torch.set_num_threads(1)  # what the window takes for samples as small as these
    found: list[Quality] = []
    for name in options.data:
        try:
            data = open_dataset(source(name, options.folder))
        except UserError as error:
            print(f"left out: {error}")
            continue
        for run in RUNS[name]:
            if options.only in (None, run):
                quality = follow(data, run, options.seconds, 0.1 if options.quick else 1.0)
                found.append(quality)
                show(quality)
        here = [each for each in found if each.data is data]
        if name in READABLE and here:
            show_shipped(here[0])
        if name == "mnist" and here:
            compare(here)
    if options.picture is not None:
        from diffvis.rendering.figure import draw_chart  # needs matplotlib

        pictures = [draw_chart(quality.chart(LIGHT)) for quality in found]
        write_png(options.picture, np.concatenate(pictures, axis=1))
        print(f"\nwrote {options.picture}")


def source(name: str, folder: Path | None) -> str:
    """What names the data: where they are, if they do not come with diffvis."""
    if name not in BROUGHT:
        return name
    find, options = BROUGHT[name]
    return f"{find(folder) or name}{options}"


def show_shipped(quality: Quality) -> None:
    """The shipped model of the same data, guided as the run's previews are."""
    guidance = preset_for(quality.data, quality.run).preview_guidance
    shipped = Trained(0, open_model(quality.data.name), guidance)
    value = quality.judge.of(sample(shipped, quality.judge.count))
    print(f"  the shipped model {quality.data.name}: {value:.4g}", flush=True)


def show(quality: Quality) -> None:
    judge = quality.judge
    print(f"\n{quality.title}: {judge.measure}; {judge.real} {judge.reached:.4g}")
    for second, value in zip(quality.seconds, quality.values, strict=True):
        print(f"  {second:6.1f} s  {value:.4g}", flush=True)


if __name__ == "__main__":
    main()
