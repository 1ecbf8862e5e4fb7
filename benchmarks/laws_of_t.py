"""What the law of t, one t alone, and hiding t from the network do to the loss by t.

    python -m benchmarks.laws_of_t
    python -m benchmarks.laws_of_t --steps 5000

The straight path of the Swiss roll, a small network, the same data, batches and seed for all; the
loss is that of the velocity on held-out points, over fifths of 1..T.
"""

import argparse
import tempfile
from pathlib import Path
from typing import Any

import torch

from diffvis.data.catalogue import open_dataset
from diffvis.training.checks import validate
from diffvis.training.config import preset_for
from diffvis.training.run import create_run, train_run

PARTS = 5
LAWS: dict[str, dict[str, Any]] = {
    "uniform": {},
    "logit-normal": {"times": "logit-normal"},
    "importance": {"times": "importance"},
    "t = T/2 alone": {"only_t": 20},
    "not told t": {"told_t": False},
    "optimal pairing": {"pairing": "optimal"},
}


def by_t(steps: int, chosen: dict[str, Any]) -> list[float]:
    """The loss over fifths of 1..T after a run with what is ``chosen``."""
    dataset = open_dataset("swiss-roll?n=20000")
    config = preset_for(dataset, "swiss-roll-flow").changed(
        steps=steps, batch_size=256, validate_every=0, preview_every=0, validation_count=8192,
        timesteps=40, **chosen,
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        run = train_run(config, create_run(Path(folder) / "run", config, dataset), dataset=dataset)
        for _ in run:
            pass
        *_, losses = validate(run.state, dataset)
        run.close()
    assert isinstance(losses, torch.Tensor), "the last are the losses"
    return [float(part.mean()) for part in losses.tensor_split(PARTS)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("--steps", type=int, default=2_000)
    asked = parser.parse_args()
    heads = [f"{k / PARTS:.1f}-{(k + 1) / PARTS:.1f}" for k in range(PARTS)]
    print(f"{'loss over t/T':18}" + "".join(f"{head:>10}" for head in (*heads, "all")))
    for name, chosen in LAWS.items():
        found = by_t(asked.steps, chosen)
        row = (*found, sum(found) / len(found))
        print(f"{name:18}" + "".join(f"{loss:10.3f}" for loss in row), flush=True)


if __name__ == "__main__":
    main()
