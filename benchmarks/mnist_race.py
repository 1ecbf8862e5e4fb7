"""Time to the same MNIST validation loss: diffvis against a DDPM as diffusers' example writes it.

    python -m benchmarks.mnist_race                 # some 12 minutes on two CPU cores
    python -m benchmarks.mnist_race --quick         # two minutes, which say little
    python -m benchmarks.mnist_race --minutes 30    # of training of both together
    python -m benchmarks.mnist_race --network preset    # that of the preset: 3.8 million parameters

Both learn MNIST with the same noise schedule, batch size and number of parameters: 0.7 million, as
diffvis' ``unet`` has for images of this size. diffvis trains its preset images-small (or mnist,
without classes, which the other does not know) into a run folder, as the window and the command
line do; the other is ``_ddpm_example``. The loss is that of eps on the same 512 validation images,
each at the same t with the same eps; v is converted to eps. Of the example the better of its
weights and their average counts, of diffvis the average, which is what it samples.

The example's steps fill its share of the time on a quiet machine; diffvis is told to finish within
a third of that. The two take turns, so that what else the machine does disturbs both alike. The
claim is about the time in which diffvis reaches the example's best loss: in CPU time of the process
and in wall time.
"""

import argparse
import math
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import torch
from torch import Tensor

from benchmarks._ddpm_example import Example
from diffvis.data import Dataset, open_dataset
from diffvis.diffusion.forward import q_sample
from diffvis.diffusion.prediction import convert
from diffvis.errors import UserError
from diffvis.training.config import TrainConfig, preset_for
from diffvis.training.run import RunFolder, TrainingRun, train_run

FOLDER = Path(os.environ.get("DIFFVIS_TEST_DATA", "data"))
TARGET = 1 / 3
COUNT = 512  # validation images
TURNS = 16
ENTRIES = {"default": ("images-small", (32, 32, 40)), "preset": ("mnist", (48, 96, 96))}
"""diffvis' preset, and the widths that give the example as many parameters."""
TRIAL = 3  # steps that tell how long one takes


@dataclass
class Exam:
    """The same question for both: eps of the same x_t."""

    x_t: Tensor
    t: Tensor
    eps: Tensor

    @classmethod
    def of(cls, dataset: Dataset, config: TrainConfig, run: TrainingRun) -> "Exam":
        schedule = run.state.blueprint.schedule
        x0 = dataset.x0(dataset.validation[:COUNT])
        t = 1 + (torch.arange(len(x0)) * schedule.T) // len(x0)
        eps = torch.randn(x0.shape, generator=torch.Generator().manual_seed(1))
        return cls(q_sample(schedule, x0, t, eps), t, eps)

    @torch.no_grad()
    def loss(self, eps_hat: Callable[[Tensor, Tensor], Tensor]) -> float:
        parts = [
            (eps_hat(x_t, t).float() - eps).square().mean(dim=(1, 2, 3))
            for x_t, t, eps in zip(
                self.x_t.split(128), self.t.split(128), self.eps.split(128), strict=True
            )
        ]
        return float(torch.cat(parts).mean())


@dataclass
class Arm:
    name: str
    parameters: int
    step: Callable[[], None]
    loss: Callable[[], float]
    steps: int = 0
    cpu: float = 0.0
    wall: float = 0.0
    curve: list[tuple[float, float, float]] = field(default_factory=list)
    """(CPU seconds, wall seconds, loss)"""

    def take(self, steps: int) -> None:
        """Some steps, of which the time counts."""
        cpu, wall = time.process_time(), time.perf_counter()
        for _ in range(steps):
            self.step()
        self.cpu += time.process_time() - cpu
        self.wall += time.perf_counter() - wall
        self.steps += steps

    def look(self) -> None:
        self.curve.append((self.cpu, self.wall, self.loss()))

    def time_to(self, loss: float) -> tuple[float, float] | None:
        """(CPU, wall) seconds in which a loss was reached, between two looks by interpolation."""
        before = (0.0, 0.0, math.inf)
        for after in self.curve:
            if after[2] <= loss:
                part = 1.0
                if math.isfinite(before[2]):
                    part = (before[2] - loss) / (before[2] - after[2])
                cpu, wall = (before[i] + part * (after[i] - before[i]) for i in (0, 1))
                return cpu, wall
            before = after
        return None


def diffvis_arm(run: TrainingRun, exam: Exam) -> Arm:
    state = run.state
    schedule, predicts = state.blueprint.schedule, state.blueprint.predicts

    def steps() -> Iterator[None]:
        for progress in run:
            if progress.kind == "step":
                yield

    def eps_hat(x_t: Tensor, t: Tensor) -> Tensor:
        with torch.autocast("cpu", state.autocast, enabled=state.autocast is not None):
            answer = state.denoiser(x_t, t).float()
        return convert(schedule, x_t, t, answer, predicts, "eps")

    taken = steps()
    count = sum(p.numel() for p in state.parameters)
    return Arm("diffvis", count, lambda: next(taken), lambda: exam.loss(eps_hat))


def example_arm(example: Example, exam: Exam) -> Arm:
    def loss() -> float:
        return min(exam.loss(partial(example.eps_hat, averaged=either)) for either in (False, True))

    count = sum(p.numel() for p in example.model.parameters())
    return Arm("diffusers", count, example.step, loss)


def seconds_per_step(step: Callable[[], None]) -> float:
    """Of a step that has the CPU to itself, after a first one that allocates."""
    step()
    start = time.process_time()
    for _ in range(TRIAL):
        step()
    return (time.process_time() - start) / TRIAL / torch.get_num_threads()


def race(dataset: Dataset, minutes: float, network: str, lr: float, folder: Path) -> bool:
    """Train both; returns whether the target was met."""
    preset, _ = ENTRIES[network]
    config = preset_for(dataset, preset).changed(
        conditional=False, validate_every=0, preview_every=0, device="cpu"
    )
    example_seconds = 60 * minutes / (1 + TARGET)

    def run_of(name: str, config: TrainConfig) -> TrainingRun:
        return train_run(config, RunFolder.create(folder / name, config), dataset=dataset)

    def example_of(steps: int) -> Example:
        torch.manual_seed(0)
        schedule = trial.state.blueprint.schedule
        x0 = dataset.x0(dataset.train)
        return Example(x0, schedule, ENTRIES[network][1], config.batch_size, lr, steps)

    trial = run_of("trial", config)
    exam = Exam.of(dataset, config, trial)
    ours = int(example_seconds * TARGET / seconds_per_step(diffvis_arm(trial, exam).step))
    theirs = int(example_seconds / seconds_per_step(example_of(1000).step))
    ours, theirs = (max(TURNS, n // TURNS * TURNS) for n in (ours, theirs))
    run = run_of("run", config.changed(steps=ours, warmup=min(config.warmup, ours // 10)))
    arms = [diffvis_arm(run, exam), example_arm(example_of(theirs), exam)]
    precision = run.state.autocast or "float32"
    print(
        f"{dataset.title}, T = {config.timesteps}, {config.schedule} schedule, batch "
        f"{config.batch_size}, {torch.get_num_threads()} threads\n"
        f"diffvis: {arms[0].parameters:,} parameters, {precision}, {ours} steps\n"
        f"diffusers: {arms[1].parameters:,} parameters, float32, {theirs} steps, lr {lr:g}\n"
    )
    for turn in range(1, TURNS + 1):
        for arm, steps in zip(arms, (ours, theirs), strict=True):
            arm.take(steps // TURNS)
            arm.look()
        print(
            f"turn {turn:2}: "
            + ", ".join(f"{a.name} {a.curve[-1][2]:.4f} after {a.wall:4.0f} s" for a in arms),
            flush=True,
        )
    run.close()
    trial.close()
    return conclude(*arms)


def conclude(ours: Arm, theirs: Arm) -> bool:
    goal = min(loss for _, _, loss in theirs.curve)
    needed, reached = theirs.time_to(goal), ours.time_to(goal)
    for arm in (ours, theirs):
        print(
            f"{arm.name}: {arm.steps / arm.wall:.2f} steps/s, {arm.steps / arm.cpu:.2f} per CPU s"
        )
    print(f"diffusers' best loss {goal:.4f} after {needed[1]:.0f} s ({needed[0]:.0f} s of CPU)")
    if reached is None:
        best = min(loss for _, _, loss in ours.curve)
        print(f"diffvis did not reach it in {ours.wall:.0f} s: {best:.4f}")
        return False
    cpu, wall = (a / b for a, b in zip(reached, needed, strict=True))
    met = cpu <= TARGET
    print(
        f"diffvis reached it after {reached[1]:.0f} s ({reached[0]:.0f} s of CPU): ratio {cpu:.3f} "
        f"in CPU time, {wall:.3f} in wall time; target {TARGET:.3f}, {'' if met else 'not '}met"
    )
    return met


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=10.0, help="of training, of both together")
    parser.add_argument("--quick", action="store_true", help="one and a half minutes")
    parser.add_argument("--network", choices=list(ENTRIES), default="default", help="of diffvis")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--data", default=str(FOLDER / "mnist"))
    parser.add_argument(
        "--lr", type=float, default=1e-3,
        help="of diffusers; its example has 1e-4 for batches of 16, which is slower here",
    )  # fmt: skip
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    try:
        dataset = open_dataset(options.data)
    except UserError as error:
        print(f"left out: {error}; set DIFFVIS_TEST_DATA to a folder that has mnist/")
        return
    with tempfile.TemporaryDirectory() as folder:
        minutes = 1.5 if options.quick else options.minutes
        met = race(dataset, minutes, options.network, options.lr, Path(folder))
    if not (met or options.quick):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
