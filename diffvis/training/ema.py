"""The exponential moving average of a network's weights: what samples are drawn from."""

import copy

import torch
from torch import Tensor, nn


class EMA:
    """A slowly following copy of ``network``, always in eval mode and without gradients.

    The n-th update uses the decay min(decay, (1 + n)/(10 + n)): without this warm-up the average
    would remember the random start for about 1/(1 - decay) steps. Buffers are copied, not averaged.
    """

    def __init__(self, network: nn.Module, decay: float) -> None:
        self.module = copy.deepcopy(network).eval().requires_grad_(False)
        self.decay = decay
        self.updates = 0
        self._averages: list[Tensor] = list(self.module.parameters())
        self._weights = [parameter.detach() for parameter in network.parameters()]
        self._buffers = list(zip(self.module.buffers(), network.buffers(), strict=True))

    @torch.no_grad()
    def update(self) -> None:
        """Move the copy towards the network's present weights."""
        self.updates += 1
        decay = min(self.decay, (1 + self.updates) / (10 + self.updates))
        torch._foreach_lerp_(self._averages, self._weights, 1 - decay)
        for copied, buffer in self._buffers:
            copied.copy_(buffer)
