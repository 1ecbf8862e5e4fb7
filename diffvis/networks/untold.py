"""A network that is not told t."""

import torch
from torch import Tensor, nn


class Untold(nn.Module):
    """``network``, called as (x_t, t, labels), told t = 1 whatever t is: it sees of it what x_t
    shows.
    """

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, x_t: Tensor, t: Tensor, labels: Tensor | None = None) -> Tensor:
        answer: Tensor = self.network(x_t, torch.ones_like(t), labels)
        return answer
