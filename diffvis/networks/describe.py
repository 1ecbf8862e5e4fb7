"""How large a network is and how much work it does."""

from dataclasses import dataclass

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode


@dataclass(frozen=True)
class NetworkSize:
    """What a network costs."""

    parameters: int
    flops: int
    """Floating-point operations of one forward pass of one sample (a multiply-add is two)."""

    def __str__(self) -> str:
        return f"{self.parameters:,} parameters, {self.flops / 1e6:,.1f} MFLOPs per sample"


def describe(module: nn.Module, shape: tuple[int, ...]) -> NetworkSize:
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
