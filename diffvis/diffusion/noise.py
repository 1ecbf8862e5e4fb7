"""Standard normal noise that a seed fixes on every machine."""

import torch
from torch import Tensor


def draw_noise(like: Tensor, generator: torch.Generator) -> Tensor:
    """eps ~ N(0, I) of the shape, device and dtype of ``like`` (N, ...).

    Always drawn in float32 on the CPU, sample after sample, then moved: so that a seed means the
    same noise on a GPU.
    """
    noise = torch.randn(like.shape, generator=generator, dtype=torch.float32)
    return noise.to(like.device, like.dtype)
