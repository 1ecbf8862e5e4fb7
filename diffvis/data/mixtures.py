"""Toys that are mixtures of Gaussians, whose noised density and score are known exactly."""

import math
from typing import NamedTuple

import torch
from torch import Generator, Tensor

from diffvis.data.cloud import Cloud
from diffvis.data.scaling import Scaling

SMALLEST = 1e-6  # standard deviation, which keeps a mixture of points factorisable


class Mixture(NamedTuple):
    """weights (K,) that sum to one, means (K, D) and covariances (K, D, D); float64."""

    weights: Tensor
    means: Tensor
    covariances: Tensor

    def in_model_units(self, scaling: Scaling) -> "Mixture":
        """The same mixture after ``scaling.to_model``."""
        std = torch.tensor(scaling.std, dtype=torch.float64)
        return Mixture(
            self.weights, scaling.to_model(self.means), self.covariances / (std[:, None] * std)
        )

    def draw(self, n: int, generator: Generator) -> Cloud:
        """n points, labelled with their component; the colour is the component's place."""
        labels = torch.multinomial(self.weights, n, replacement=True, generator=generator)
        roots = torch.linalg.cholesky(self.covariances).float()
        spread = torch.randn(n, self.means.shape[1], 1, generator=generator)
        x = self.means.float()[labels] + (roots[labels] @ spread).squeeze(-1)
        return Cloud(x, labels / max(1, len(self.weights) - 1), labels)


def ring(noise: float, components: int = 8) -> Mixture:
    """Equal round Gaussians on a circle of radius 0.8."""
    angle = torch.arange(components, dtype=torch.float64) * (2 * math.pi / components)
    means = 0.8 * torch.stack([angle.cos(), angle.sin()], dim=1)
    covariances = _covariance(noise, noise, 0.0).expand(components, 2, 2)
    weights = torch.full((components,), 1 / components, dtype=torch.float64)
    return Mixture(weights, means, covariances)


def unequal(noise: float) -> Mixture:
    """Three Gaussians of different weight, length and direction; ``noise`` is their thickness."""
    covariances = [
        _covariance(3 * noise, noise, math.pi / 4),
        _covariance(2 * noise, noise, -math.pi / 6),
        _covariance(noise, noise, 0.0),
    ]
    return Mixture(
        torch.tensor([0.5, 0.3, 0.2], dtype=torch.float64),
        torch.tensor([[-0.45, 0.2], [0.45, 0.45], [0.35, -0.6]], dtype=torch.float64),
        torch.stack(covariances),
    )


def spikes(noise: float) -> Mixture:
    """Two narrow Gaussians on a line, at -0.8 and 0.8."""
    return _on_a_line([0.5, 0.5], [-0.8, 0.8], [noise, noise])


def hills(noise: float) -> Mixture:
    """Three Gaussians on a line, of different weight and width; ``noise`` is the least width."""
    return _on_a_line([0.25, 0.5, 0.25], [-0.8, 0.1, 0.85], [noise, 3 * noise, noise])


def _on_a_line(weights: list[float], means: list[float], spreads: list[float]) -> Mixture:
    least = torch.tensor(spreads, dtype=torch.float64).clamp(min=SMALLEST)
    return Mixture(
        torch.tensor(weights, dtype=torch.float64),
        torch.tensor(means, dtype=torch.float64)[:, None],
        least.square()[:, None, None],
    )


def _covariance(long: float, short: float, angle: float) -> Tensor:
    """The covariance of a Gaussian with these standard deviations, turned by an angle."""
    turn = torch.tensor(
        [[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]],
        dtype=torch.float64,
    )
    axes = torch.tensor([max(long, SMALLEST), max(short, SMALLEST)], dtype=torch.float64)
    return turn * axes.square() @ turn.T
