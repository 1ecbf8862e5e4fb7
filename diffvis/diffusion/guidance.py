"""Classifier-free guidance (Ho & Salimans 2022)."""

from dataclasses import dataclass

import torch
from torch import Tensor

from diffvis.diffusion.prediction import AroundDenoiser, split_output


@dataclass(frozen=True)
class Guided(AroundDenoiser):
    """``denoiser`` pushed by ``scale`` from what it says without a class to what it says with it.

    Scale 0 ignores the class, 1 is the plain conditional model, more exaggerates the class: scale
    is 1 + w of Ho & Salimans 2022, eq. 6. The equation is linear, so it holds for eps, x0 and v
    alike. A learned variance is the conditional one. Called without labels, it is the denoiser.
    """

    scale: float

    def __call__(self, x_t: Tensor, t: Tensor, labels: Tensor | None = None) -> Tensor:
        if labels is None or self.scale == 1:
            return self.denoiser(x_t, t, labels)
        with_class = self.denoiser(x_t, t, labels)
        conditional, variance = split_output(self.denoiser, with_class, x_t)
        unconditional, _ = split_output(self.denoiser, self.denoiser(x_t, t, None), x_t)
        guided = unconditional + self.scale * (conditional - unconditional)
        return guided if variance is None else torch.cat([guided, variance], dim=1)


def drop_labels(
    labels: Tensor, num_classes: int, probability: float, generator: torch.Generator
) -> Tensor:
    """``labels`` (N,) int64, each replaced by the null class ``num_classes`` with ``probability``.

    So that one network learns both models (Ho & Salimans 2022, algorithm 1). The generator is on
    the CPU; the result is on the device of ``labels``.
    """
    if not 0 <= probability <= 1:
        raise ValueError(f"the probability of dropping must lie in 0..1, not {probability}")
    drop = torch.rand(labels.shape, generator=generator) < probability
    return labels.masked_fill(drop.to(labels.device), num_classes)
