"""Guidance away from a weaker prediction: classifier-free (Ho & Salimans 2022), or by another
denoiser (autoguidance, Karras et al. 2024).
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from diffvis.diffusion.prediction import AroundDenoiser, Denoiser, split_output


@dataclass(frozen=True)
class Guided(AroundDenoiser):
    """``denoiser`` pushed by ``scale`` away from a weaker prediction: weak + scale (strong - weak).

    The weak one is what it says itself without a class (scale is 1 + w of Ho & Salimans 2022, eq.
    6), or what ``weaker`` says with the same class, a denoiser of the same prediction that learned
    less (Karras et al. 2024, eq. 3). Scale 0 is the weak one, 1 the denoiser alone, more
    exaggerates in what they differ. The equation is linear, so it holds for eps, x0 and v alike. A
    learned variance is that of the denoiser. Without a class and a weaker one, it is the denoiser.
    """

    scale: float
    weaker: Denoiser | None = None

    def __call__(self, x_t: Tensor, t: Tensor, labels: Tensor | None = None) -> Tensor:
        if self.scale == 1 or (labels is None and self.weaker is None):
            return self.denoiser(x_t, t, labels)
        strong, variance = split_output(self.denoiser, self.denoiser(x_t, t, labels), x_t)
        weak = self._weak(x_t, t, labels)
        guided = weak + self.scale * (strong - weak)
        return guided if variance is None else torch.cat([guided, variance], dim=1)

    def _weak(self, x_t: Tensor, t: Tensor, labels: Tensor | None) -> Tensor:
        asked, told = (self.denoiser, None) if self.weaker is None else (self.weaker, labels)
        return split_output(asked, asked(x_t, t, told), x_t)[0]


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
