"""How large a network is and how much work it does."""

from dataclasses import dataclass

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from diffvis.networks.options import Shape
from diffvis.networks.registry import make_network


@dataclass(frozen=True)
class NetworkSize:
    """What a network costs."""

    parameters: int
    flops: int
    """Floating-point operations of one forward pass of one sample (a multiply-add is two)."""

    def __str__(self) -> str:
        return f"{self.parameters:,} parameters, {self.mflops} MFLOPs per sample"

    @property
    def mflops(self) -> str:
        """Millions of operations, with three figures or more."""
        millions = self.flops / 1e6
        return f"{millions:,.{0 if millions >= 100 else 1 if millions >= 10 else 2}f}"


def describe(module: nn.Module, shape: Shape) -> NetworkSize:
    """Count parameters and operations; the module's mode and gradients stay as they are.

    Args:
        shape: of one sample, (2,) or (C, H, W).
    """
    parameter = next(module.parameters())
    x_t = torch.zeros((1, *shape), device=parameter.device, dtype=parameter.dtype)
    t = torch.ones(1, dtype=torch.int64, device=parameter.device)
    training = module.training
    counter = FlopCounterMode(display=False)
    module.eval()
    try:
        with torch.no_grad(), counter:
            module(x_t, t)
    finally:
        module.train(training)
    return NetworkSize(sum(p.numel() for p in module.parameters()), counter.get_total_flops())


def size_of(
    name: str, shape: Shape, *, T: int = 1000, num_classes: int = 0, **options: object
) -> NetworkSize:
    """What a network would cost: nothing is computed, allocated or drawn at random.

    Raises:
        UserError: as ``make_network``.
    """
    with torch.device("meta"):
        module = make_network(name, shape, T=T, num_classes=num_classes, **options)
    return describe(module, shape)
