"""Denoisers around another one, that change what it predicts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from diffvis.bench.filters import block_mean, gaussian_blur, repeat_blocks
from diffvis.bench.views import View
from diffvis.diffusion.prediction import (
    AroundDenoiser,
    Denoiser,
    Prediction,
    convert,
    split_output,
)
from diffvis.diffusion.schedule import NoiseSchedule
from diffvis.errors import UserError

Loss = Callable[[Tensor], Tensor]
"""Of x0_hat (N, ...): (N,), to be made small; differentiable."""


@dataclass(frozen=True)
class Projected(AroundDenoiser):
    """x0_hat with the block means of ``large`` (N, C, H, W), even in each block."""

    schedule: NoiseSchedule
    large: Tensor
    factor: int

    def __call__(self, x_t: Tensor, t: Tensor, labels: Tensor | None = None) -> Tensor:
        output = self.denoiser(x_t, t, labels)
        prediction, variance = split_output(self.denoiser, output, x_t)
        x0_hat = convert(self.schedule, x_t, t, prediction, self.predicts, "x0")
        x0_hat = x0_hat + self.large - repeat_blocks(block_mean(x0_hat, self.factor), self.factor)
        return _joined(convert(self.schedule, x_t, t, x0_hat, "x0", self.predicts), variance)


@dataclass(frozen=True)
class Viewed(AroundDenoiser):
    """The mean of what is predicted of several views of x_t, each turned back (Geng et al. 2024,
    "Visual Anagrams", eq. 3), with a class for each view, or none.
    """

    views: Sequence[View]
    labels: Sequence[int] | None = None

    def __call__(self, x_t: Tensor, t: Tensor, labels: Tensor | None = None) -> Tensor:
        total: Tensor | None = None
        for k, view in enumerate(self.views):
            own = _label(labels, x_t, self.labels, k)
            output = self.denoiser(view.there(x_t), t, own)
            prediction, _ = split_output(self.denoiser, output, x_t)
            turned = view.back(prediction)
            total = turned if total is None else total + turned
        assert total is not None, "there is no view"
        return total / len(self.views)

    @property
    def learns_variance(self) -> bool:
        return False  # that of several views is not known


@dataclass(frozen=True)
class Hybrid(AroundDenoiser):
    """Low frequencies of what is predicted for one class, high ones of that for another (Geng et
    al. 2024, "Factorized Diffusion", eq. 6): a Gaussian blur of ``sigma`` pixels, and the rest.
    """

    sigma: float
    low: int
    high: int

    def __call__(self, x_t: Tensor, t: Tensor, labels: Tensor | None = None) -> Tensor:
        parts = []
        for label in (self.low, self.high):
            own = torch.full((len(x_t),), label, device=x_t.device)
            parts.append(split_output(self.denoiser, self.denoiser(x_t, t, own), x_t)[0])
        return gaussian_blur(parts[0], self.sigma) + parts[1] - gaussian_blur(parts[1], self.sigma)

    @property
    def learns_variance(self) -> bool:
        return False


class GuidedByLoss:
    """eps_hat + weight noise_t d loss(x0_hat) / d x_t, through the network: -loss
    takes the place of the log-probability of a classifier (Dhariwal & Nichol 2021, algorithm 2),
    asked about x0_hat (Chung et al. 2023, "Diffusion Posterior Sampling", eq. 16).
    """

    learns_variance = False

    def __init__(
        self, denoiser: Denoiser, schedule: NoiseSchedule, loss: Loss, weight: float
    ) -> None:
        self.denoiser = denoiser
        self.schedule = schedule
        self.loss = loss
        self.weight = weight
        self.gradient: Tensor | None = None
        """The last one, (N, ...), to be looked at."""
        self.losses: Tensor | None = None
        """The last ones, (N,)."""

    @property
    def predicts(self) -> Prediction:
        return self.denoiser.predicts

    def __call__(self, x_t: Tensor, t: Tensor, labels: Tensor | None = None) -> Tensor:
        with torch.enable_grad():
            x = x_t.detach().requires_grad_()
            prediction, _ = split_output(self.denoiser, self.denoiser(x, t, labels), x)
            x0_hat = convert(self.schedule, x, t, prediction, self.predicts, "x0")
            losses = self.loss(x0_hat)
            if not losses.requires_grad:
                raise UserError(
                    "the model cannot be differentiated, so no loss can guide it",
                    "choose a trained network",
                )
            (gradient,) = torch.autograd.grad(losses.sum(), x)
        self.gradient, self.losses = gradient, losses.detach()
        eps_hat = convert(self.schedule, x_t, t, prediction.detach(), self.predicts, "eps")
        noise = self.schedule.at("noise", t, x_t)
        eps_hat = eps_hat + self.weight * noise * gradient
        return convert(self.schedule, x_t, t, eps_hat, "eps", self.predicts)


def _label(labels: Tensor | None, x_t: Tensor, own: Sequence[int] | None, k: int) -> Tensor | None:
    """What the k-th view is told: its own class, or what all are told."""
    if own is None:
        return labels
    return torch.full((len(x_t),), own[k], device=x_t.device)


def _joined(prediction: Tensor, variance: Tensor | None) -> Tensor:
    return prediction if variance is None else torch.cat([prediction, variance], dim=1)
