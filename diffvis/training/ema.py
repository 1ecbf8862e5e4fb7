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
        self._averages: list[Tensor] = list(self.module.parameters())
        self._weights = [parameter.detach() for parameter in network.parameters()]
        self._buffers = list(zip(self.module.buffers(), network.buffers(), strict=True))
        self.updates = torch.zeros((), dtype=torch.int64, device=self._averages[0].device)

    @torch.no_grad()
    def update(self, taken: Tensor | bool = True) -> None:
        """Move the copy towards the network's present weights.

        Args:
            taken: whether there was a step, () bool on the network's device where only that knows.
                If not, nothing moves, and the network's buffers are again what they were before.
        """
        told = (~taken).float() if isinstance(taken, Tensor) else None
        self.updates += taken
        # 1 - decay of the n-th update, without the cancellation.
        weight = (9 / (10 + self.updates)).clamp(min=1 - self.decay)
        if told is not None or taken:
            # a - weight (a - w) is a step of gradient descent on (a - w)^2 / 2, whose kernel can be
            # told on the device to leave all as it is.
            torch._fused_sgd_(
                self._averages,
                self._weights,
                [],
                lr=weight,
                weight_decay=1.0,
                maximize=True,
                momentum=0.0,
                dampening=0.0,
                nesterov=False,
                is_first_step=False,
                found_inf=told,
            )
        for copied, buffer in self._buffers:
            if isinstance(taken, Tensor):
                copied.copy_(torch.where(taken, buffer, copied))
            elif taken:
                copied.copy_(buffer)
            buffer.copy_(copied)
