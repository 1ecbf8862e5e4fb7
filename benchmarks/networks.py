"""What each network costs and how far it gets in the same time, against other people's U-Nets.

    python -m benchmarks.networks                     # 5 minutes for each network and data set
    python -m benchmarks.networks --quick             # a look, in a few minutes
    python -m benchmarks.networks --data mnist        # one set alone; another core takes another
    python -m benchmarks.networks --minutes 1 --networks unet unet-classic

All learn the same data with the same loop, optimiser, learning rate, precision, batches, t and
eps: whoever has the lower validation loss (of eps, on fixed t and eps, by the weight average) after
the same time has learned more. They take turns, so that other programs disturb all alike. On a CPU
a minute is one of this process's time on one thread, validation not counted. Sampling is DDIM in
50 steps, 64 images or 1,000 points at a time, measured over 10 of the steps. The tables
are Markdown; "trained/s" and "drawn/s" are samples per second, FLOPs those of one sample forwards.
"""

import argparse
import math
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import torch

from benchmarks import _rivals
from diffvis.data import Dataset, open_dataset
from diffvis.diffusion.reverse import timesteps
from diffvis.errors import UserError
from diffvis.networks import describe
from diffvis.sampling.walk import ddim
from diffvis.training.checks import validate
from diffvis.training.config import TrainConfig, make_config
from diffvis.training.device import resolve_device
from diffvis.training.loop import train
from diffvis.training.state import new_state

FOLDER = Path(os.environ.get("DIFFVIS_TEST_DATA", "data"))
SETS = {
    "mnist": (FOLDER / "mnist", {}, {"timesteps": 300, "batch_size": 128}),
    "flowers": (FOLDER / "flowers", {"size": 32}, {"timesteps": 1000, "batch_size": 64}),
    "swiss-roll": ("swiss-roll", {}, {"timesteps": 40, "batch_size": 512, "lr": 3e-3}),
}
FOR_IMAGES = ("unet", "unet-classic", _rivals.DIFFUSERS)
ROUNDS = 10  # turns of each network
STEPS, MEASURED = 50, 10  # of sampling


@dataclass
class Arm:
    """One network in the race."""

    name: str
    config: TrainConfig
    dataset: Dataset
    clock: Callable[[], float]
    seconds: float = 0.0
    curve: list[tuple[float, float]] = field(default_factory=list)
    """(seconds, validation loss)"""

    def __post_init__(self) -> None:
        self.state = new_state(self.config, self.dataset)
        self.loop = train(self.state, self.dataset)

    def train_for(self, seconds: float) -> None:
        """Go on until so many seconds of training have been spent in all."""
        start = self.clock() - self.seconds
        while self.seconds < seconds:
            next(self.loop)
            self.seconds = self.clock() - start
        *_, loss = validate(self.state, self.dataset)
        self.curve.append((self.seconds, float(loss.mean())))

    def images_per_second(self) -> float:
        """Of DDIM with ``STEPS`` steps."""
        state = self.state
        count = 1000 if self.dataset.is_points else 64
        x_T = torch.randn(count, *self.dataset.shape, device=state.device)
        walk = timesteps(state.blueprint.schedule.T, min(MEASURED, state.blueprint.schedule.T))
        with torch.autocast(state.device.type, state.autocast, enabled=state.autocast is not None):
            start = self.clock()
            steps = sum(1 for _ in ddim(state.denoiser, state.blueprint.schedule, x_T, walk))
            return count / ((self.clock() - start) * STEPS / steps)

    def time_to(self, loss: float) -> float:
        """Seconds until the curve reaches a loss; infinite where it never does."""
        return next((s for s, reached in self.curve if reached <= loss), math.inf)

    def row(self, rounds: int) -> list[str]:
        size = describe(self.state.network, self.dataset.shape)
        per_second = self.state.step / self.seconds
        return [
            self.name,
            f"{size.parameters / 1e6:.3f} M",
            f"{size.flops / 1e6:,.2f} M" if size.flops < 1e7 else f"{size.flops / 1e6:,.0f} M",
            f"{per_second:.2f}",
            f"{per_second * self.config.batch_size:,.0f}",
            f"{self.images_per_second():,.1f}",
            f"{self.state.step:,}",
            f"{self.curve[rounds - 1][1]:.4f}",
        ]


HEAD = ["network", "weights", "FLOPs", "steps/s", "trained/s", "drawn/s", "steps", "loss"]


def race(
    source: str, networks: list[str], seconds: float, device: str, lr: float | None = None
) -> list[Arm]:
    """Train the networks on one data set in turns, and print the table."""
    where, options, settings = SETS[source]
    dataset = open_dataset(where, **options)
    if dataset.is_points:
        networks, seconds = ["mlp"], min(seconds, 30.0)
    common = {
        "data": dataset.source,
        "schedule": "cosine",
        "predict": "eps",
        "lr": 1e-3,
        "lr_schedule": "constant",
        "steps": 10**9,
        "validation_count": 512,
        "device": device,
        **settings,
        **({} if lr is None else {"lr": lr}),
    }
    clock = clock_of(resolve_device(device))
    arms = [
        Arm(name, make_config({**common, "network": name}), dataset, clock) for name in networks
    ]
    for arm in arms:
        next(arm.loop)  # the first step allocates
    print(f"\n{dataset.title}: {dataset.description}; {seconds / 60:g} minutes each", flush=True)
    for turn in range(1, ROUNDS + 1):
        for arm in arms:
            arm.train_for(seconds * turn / ROUNDS)
        losses = ", ".join(f"{arm.name} {arm.curve[-1][1]:.4f}" for arm in arms)
        print(f"  after {seconds * turn / ROUNDS / 60:4.2f} minutes: {losses}", flush=True)
    table([HEAD, *(arm.row(ROUNDS) for arm in arms)])
    for rival in arms[1:]:
        reached = arms[0].time_to(rival.curve[-1][1])
        print(
            f"{arms[0].name} reaches the last loss of {rival.name} in {reached / 60:.2f} minutes, "
            f"{reached / rival.seconds:.2f} of its time"
        )
    return arms


def clock_of(device: torch.device) -> Callable[[], float]:
    """CPU time of this process, or wall time of an accelerator that has finished its work."""
    if device.type != "cuda":
        return time.process_time

    def wall() -> float:
        torch.cuda.synchronize(device)
        return time.perf_counter()

    return wall


def table(rows: list[list[str]]) -> None:
    """Print rows, the first of which is the head, as Markdown."""
    first, *others = (max(len(row[i]) for row in rows) for i in range(len(rows[0])))
    head, *body = (
        [row[0].ljust(first), *(c.rjust(w) for c, w in zip(row[1:], others, strict=True))]
        for row in rows
    )
    rule = ["-" * first, *("-" * (w - 1) + ":" for w in others)]
    print()
    for cells in (head, rule, *body):
        print(f"| {' | '.join(cells)} |")
    print()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=5.0, help="for each network")
    parser.add_argument("--quick", action="store_true", help="a quarter of a minute each")
    parser.add_argument("--data", nargs="*", choices=list(SETS), default=list(SETS))
    parser.add_argument("--networks", nargs="*", default=list(FOR_IMAGES), help="of images")
    parser.add_argument("--lr", type=float, help="of all; 1e-3 for images, 3e-3 for points")
    parser.add_argument("--device", default="auto")
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    for source in options.data:
        try:
            race(
                source,
                options.networks,
                60 * (0.25 if options.quick else options.minutes),
                options.device,
                options.lr,
            )
        except UserError as error:
            print(f"\n{source} is left out: {error}; set DIFFVIS_TEST_DATA to a folder that has it")


if __name__ == "__main__":
    main()
