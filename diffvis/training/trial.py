"""What a configuration costs: the size of its network, and the time of a step, found by trying."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from diffvis.data.dataset import Dataset
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
    flops: int
    """Floating-point operations of the convolutions and linear layers in one forward pass of one
    sample; a multiply-add is two.
    """
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
    parameters = sum(parameter.numel() for parameter in state.parameters)
    cost = Cost(parameters, operations(state.ema.module, state.blueprint.shape))
    yield cost
    took: list[float] = []
    steps = train(state, dataset)
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
            return


@torch.no_grad()
def operations(module: nn.Module, shape: tuple[int, ...]) -> int:
    """The operations of the layers that do nearly all of the work.

    ``networks.describe`` counts every product, but what it counts with takes PyTorch a second and
    80 MB to load, and that is too much beside a window.
    """
    total = 0

    def count(layer: nn.Module, given: tuple[Tensor], out: Tensor) -> None:
        nonlocal total
        # Each number of the output, or where it is spread out, of the input, meets these weights.
        numbers = given[0] if isinstance(layer, nn.ConvTranspose2d) else out
        total += 2 * layer.get_parameter("weight")[0].numel() * numbers.numel()

    kinds = (nn.Linear, nn.Conv1d, nn.Conv2d, nn.ConvTranspose2d)
    layers = [layer for layer in module.modules() if isinstance(layer, kinds)]
    hooks = [layer.register_forward_hook(count) for layer in layers]
    parameter = next(module.parameters())
    try:
        module(
            torch.zeros((1, *shape), device=parameter.device, dtype=parameter.dtype),
            torch.ones(1, dtype=torch.int64, device=parameter.device),
        )
    finally:
        for hook in hooks:
            hook.remove()
    return total
