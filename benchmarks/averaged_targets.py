"""What averaged targets bring: the same steps with and without references, loss and time.

    python -m benchmarks.averaged_targets                       # the Swiss roll, some minutes
    python -m benchmarks.averaged_targets --data digits --references 1000 --steps 1000
    python -m benchmarks.averaged_targets --quick

All runs have the preset of the data, the same weights, batches, t and eps, and are judged by the
same validation (L_simple of the weight average). Times are processor time of one thread.
"""

import argparse
import time

import torch

from diffvis.data import Dataset, open_dataset
from diffvis.training.checks import validate
from diffvis.training.config import preset_for
from diffvis.training.loop import train
from diffvis.training.state import new_state

VALIDATED = 8_000


def measure(dataset: Dataset, steps: int, references: int, seed: int) -> tuple[float, float]:
    """The validation loss after ``steps``, and the milliseconds of one."""
    config = preset_for(dataset).changed(
        steps=steps,
        references=references,
        seed=seed,
        validation_count=VALIDATED if dataset.is_points else VALIDATED // 8,
        device="cpu",
    )
    state = new_state(config, dataset)
    started = time.process_time()
    for _ in train(state, dataset):
        pass
    milliseconds = 1000 * (time.process_time() - started) / steps
    *_, loss = validate(state, dataset)
    return float(loss.mean()), milliseconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", default="swiss-roll")
    parser.add_argument("--steps", type=int, default=1_500)
    parser.add_argument("--references", type=int, nargs="+", default=[500, 2_000])
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--quick", action="store_true", help="200 steps and one seed")
    asked = parser.parse_args()
    if asked.quick:
        asked.steps, asked.seeds = 200, 1
    torch.set_num_threads(1)
    dataset = open_dataset(asked.data)
    print(f"{dataset.title}, {asked.steps:,} steps; validation loss of each seed, time of a step")
    first = 0.0
    for references in (0, *asked.references):
        found = [measure(dataset, asked.steps, references, seed) for seed in range(asked.seeds)]
        losses = " ".join(f"{loss:.4f}" for loss, _ in found)
        milliseconds = sum(step for _, step in found) / len(found)
        first = first or milliseconds
        print(
            f"{references:6,} references: {losses}   {milliseconds:.1f} ms, "
            f"x {milliseconds / first:.2f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
