"""The mean of a step of what is known at t, and whether a step draws anything."""

import torch
from torch import Tensor

from diffvis.diffusion.estimate import Estimate
from diffvis.sampling.sampler import Mean


def is_still(std: float | Tensor) -> bool:
    """Whether a step of this standard deviation draws nothing."""
    return not isinstance(std, Tensor) and std == 0


def mean_of(
    weights: Mean,
    x_t: Tensor,
    x0_hat: Tensor,
    eps_hat: Tensor,
    x0_before: Tensor | None = None,
    ahead: Estimate | None = None,
) -> Tensor:
    """The mean (N, ...) that ``weights`` make of what is known at t."""
    if weights.extrapolation:
        assert x0_before is not None, "there is no step before the first"
        x0_hat = torch.lerp(x0_before, x0_hat, 1 + weights.extrapolation)
    if weights.correction:
        assert ahead is not None, "the denoiser was asked once"
        eps_hat = torch.lerp(eps_hat, ahead.eps_hat, weights.correction)
    parts = [(weights.x0_hat, x0_hat), (weights.x_t, x_t), (weights.eps_hat, eps_hat)]
    if ahead is not None:
        parts += [(weights.x0_ahead, ahead.x0_hat), (weights.eps_ahead, ahead.eps_hat)]
    mean: Tensor | None = None
    for weight, tensor in parts:
        if weight:
            mean = weight * tensor if mean is None else mean + weight * tensor
    return torch.zeros_like(x_t) if mean is None else mean
