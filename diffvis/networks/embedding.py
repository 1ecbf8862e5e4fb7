"""How a network learns what time it is, and which class is asked for."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional


def sinusoids(t: Tensor, width: int, max_period: float = 10_000.0) -> Tensor:
    """Sines and cosines of t at geometric frequencies (Vaswani et al. 2017, section 3.5).

    Args:
        t: (N,) times, about 0..1000.
        width: how many numbers each time becomes; even.

    Returns:
        float32 (N, width).
    """
    half = width // 2
    exponents = torch.arange(half, dtype=torch.float32, device=t.device) / half
    angles = t.float()[:, None] * torch.exp(-math.log(max_period) * exponents)
    return torch.cat([angles.cos(), angles.sin()], dim=1)


class Conditioning(nn.Module):
    """Time, and the class where there are any, as one vector per sample.

    Times are stretched to 0..1000 whatever T is, so that a network's design suits every T.
    ``num_classes`` is the null label; ``labels=None`` means null for the whole batch.
    """

    def __init__(self, T: int, width: int, num_classes: int = 0) -> None:
        super().__init__()
        self.T = T
        self.num_classes = num_classes
        self.sinusoid_width = max(32, width // 2 // 2 * 2)  # a sine for each cosine
        self.stretch = 1000 / T
        self.time = nn.Sequential(
            nn.Linear(self.sinusoid_width, width), nn.SiLU(), nn.Linear(width, width)
        )
        self.classes = nn.Embedding(num_classes + 1, width) if num_classes else None

    def forward(self, t: Tensor, labels: Tensor | None = None) -> Tensor:
        """t: (N,), labels: (N,) in 0..num_classes or None -> (N, width)."""
        c = self._embed_all(t) if len(t) > self.T else self._embed(t)
        if self.classes is not None:
            if labels is None:
                labels = torch.full_like(t, self.num_classes)
            c = c + self.classes(labels)
        return c

    def _embed(self, t: Tensor) -> Tensor:
        return self.time(sinusoids(t * self.stretch, self.sinusoid_width))

    def _embed_all(self, t: Tensor) -> Tensor:
        """The same by a table of all times: less work when a batch has more samples than that."""
        return functional.embedding(t, self._embed(torch.arange(self.T + 1, device=t.device)))


def zero(module: nn.Module) -> nn.Module:
    """Start a layer at zero, so that what it adds to is at first undisturbed."""
    for parameter in module.parameters():
        nn.init.zeros_(parameter)
    return module
