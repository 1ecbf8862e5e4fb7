"""What a configuration costs: the size of its network, and the time of a step, found by trying."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

import torch

from diffvis.data.batches import batches
from diffvis.data.dataset import Dataset
from diffvis.networks.describe import describe
from diffvis.training.config import TrainConfig
from diffvis.training.loop import train
from diffvis.training.state import new_state

WARM_UP_STEPS = 2  # the first ones allocate memory and choose kernels
MOST_STEPS = 12
ENOUGH_SECONDS = 0.4


@dataclass(frozen=True)
class Cost:
    """What is known so far; the rest is None."""

    parameters: int
    flops: int | None = None
    """Floating-point operations of one forward pass of one sample (a multiply-add is two)."""
    step_seconds: float | None = None
    training_seconds: float | None = None
    """The estimate for all steps, without validations and previews."""


def trial(config: TrainConfig, dataset: Dataset) -> Iterator[Cost]:
    """Build the network and take a few steps that are thrown away, one for each ``next``.

    The median of the steps counts, so that a moment in which the machine was busy does not.

    Raises:
        UserError: the configuration is not possible on this data or device.
    """
    state = new_state(config, dataset)
    cost = Cost(sum(parameter.numel() for parameter in state.parameters))
    yield cost
    source = batches(
        dataset, config.batch_size, state.generators.data, state.device, flip=config.flip
    )
    took: list[float] = []
    steps = train(state, source, config)
    for number in range(min(WARM_UP_STEPS + MOST_STEPS, config.steps)):
        started = time.perf_counter()
        next(steps)
        if state.device.type == "cuda":
            torch.cuda.synchronize(state.device)
        if number < WARM_UP_STEPS and number + 1 < config.steps:
            yield cost
            continue
        took.append(time.perf_counter() - started)
        middle = sorted(took)[len(took) // 2]
        cost = replace(cost, step_seconds=middle, training_seconds=middle * config.steps)
        yield cost
        if sum(took) > ENOUGH_SECONDS:
            break
    # Last, as PyTorch takes a second to load what counts operations.
    yield replace(cost, flops=describe(state.ema.module, state.blueprint.shape).flops)
