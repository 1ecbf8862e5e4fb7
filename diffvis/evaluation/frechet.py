"""The Fréchet distance between two sets of features, each taken for a Gaussian."""

import torch
from torch import Tensor


def frechet_distance(x: Tensor, y: Tensor) -> float:
    """|m_x - m_y|^2 + tr(C_x + C_y - 2 (C_x C_y)^(1/2)) of features x (N, F) and y (M, F).

    Dowson and Landau 1982; Heusel et al. 2017 use it on Inception features. It is the squared
    Wasserstein distance of order 2 between the Gaussians. In float64; the trace of the root is
    that of the symmetric (C_x^(1/2) C_y C_x^(1/2))^(1/2), from eigenvalues.

    Raises:
        ValueError: there are fewer than two of either, or their sizes differ.
    """
    if min(len(x), len(y)) < 2 or x.shape[1:] != y.shape[1:]:
        raise ValueError(f"features {tuple(x.shape)} and {tuple(y.shape)} cannot be compared")
    x, y = x.detach().cpu().double(), y.detach().cpu().double()
    covariance_x, covariance_y = (torch.atleast_2d(torch.cov(f.T)) for f in (x, y))
    values, vectors = torch.linalg.eigh(covariance_x)
    root = vectors * values.clamp(min=0).sqrt() @ vectors.T
    product = torch.linalg.eigvalsh(root @ covariance_y @ root)
    traces = covariance_x.trace() + covariance_y.trace() - 2 * product.clamp(min=0).sqrt().sum()
    return max(0.0, float((x.mean(0) - y.mean(0)).square().sum() + traces))
