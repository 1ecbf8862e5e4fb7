"""The Swiss roll by DDPM, by a straight path and after reflow, in 1, 2, 4, 8 and 40 steps.

    python -m benchmarks.flow_and_ddpm
    python -m benchmarks.flow_and_ddpm RUN OTHER_RUN     # of two runs of one's own

The ready-trained swiss-roll and swiss-roll-flow have the same network, data, batches, seed and
optimiser, and as many steps behind them. Each row is the sliced Wasserstein distance of order 1 of
10,000 samples to as many points of the data, mean and standard deviation over seeds; beside it what
other points of the data measure. swiss-roll-reflow has gone on from swiss-roll-flow with pairs of
noise and the sample that this made of it. How curved the paths of a flow are is the mean square of
x_T - x_0 less the velocity, in parts of that of x_T - x_0.
"""

import argparse
import statistics

import torch

from diffvis.data.catalogue import open_dataset
from diffvis.evaluation.distances import sliced_wasserstein
from diffvis.evaluation.straightness import straightness
from diffvis.models.model import Model, open_model
from diffvis.sampling.chain import run_chain
from diffvis.sampling.settings import ChainSettings

STEPS = (1, 2, 4, 8, 40)
MODELS = ["swiss-roll", "swiss-roll-flow", "swiss-roll-reflow"]
SAMPLERS: dict[str, dict[str, str]] = {
    "ddpm": {"sampler": "ddpm"},
    "ddim": {"sampler": "ddim"},
    "dpm-solver": {"sampler": "dpm-solver"},
    "heun along t": {"sampler": "heun", "slopes": "t"},
    "euler": {"sampler": "euler"},
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("models", nargs="*", default=MODELS)
    parser.add_argument("--count", type=int, default=10_000, help="samples a row")
    parser.add_argument("--seeds", type=int, default=3)
    asked = parser.parse_args()
    for source in asked.models:
        model = open_model(source)
        print(f"\n{source}: {model.about}, predicts {model.denoiser.predicts}")
        if model.schedule.kind == "flow":
            curved = straightness(model)
            print(f"curvature {curved.curvature:.4f}, {curved.share:.2%} of the way's square")
        floor = [_apart(model, None, asked.count, seed) for seed in range(asked.seeds)]
        print(f"{'':14}" + "".join(f"{n:>17}" for n in STEPS) + f"   data {_said(floor)}")
        for name, settings in SAMPLERS.items():
            row = []
            for n in STEPS:
                chosen = {**settings, "steps": n, "count": asked.count}
                row.append([
                    _apart(model, chosen, asked.count, seed) for seed in range(asked.seeds)
                ])  # fmt: skip
            print(f"{name:14}" + "".join(f"{_said(found):>17}" for found in row), flush=True)


def _apart(model: Model, chosen: dict | None, count: int, seed: int) -> float:
    """The distance of samples, or of other points where none are ``chosen``, to the data."""
    data = open_dataset(model.data)
    order = torch.randperm(len(data.train), generator=torch.Generator().manual_seed(seed))
    points = data.x0(data.train[order[: 2 * count]])
    real, x = points[:count], points[count:]
    if chosen is not None:
        for step in run_chain(model, ChainSettings(**chosen, seed=seed)):
            x = step.x_s
    return sliced_wasserstein(x, real, p=1)


def _said(values: list[float]) -> str:
    spread = statistics.stdev(values) if len(values) > 1 else 0.0
    return f"{statistics.mean(values):.4f} ± {spread:.4f}"


if __name__ == "__main__":
    main()
