"""A denoiser that is asked about many samples, a part of them at a time."""

from dataclasses import dataclass

import torch
from torch import Tensor

from diffvis.diffusion.prediction import AroundDenoiser


@dataclass(frozen=True)
class Batched(AroundDenoiser):
    """``denoiser``, asked about at most ``size`` samples at once: any number fits into memory."""

    size: int

    def __call__(self, x_t: Tensor, t: Tensor, labels: Tensor | None = None) -> Tensor:
        given = (x_t, t) if labels is None else (x_t, t, labels)
        parts = zip(*(tensor.split(self.size) for tensor in given), strict=True)
        return torch.cat([self.denoiser(*part) for part in parts])
