"""The true step back, q(x_s | x_t), where the data is a mixture of Gaussians or a finite set."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from diffvis.diffusion.mixture import GaussianMixtureDenoiser


@dataclass(frozen=True, eq=False)
class TrueReverse:
    """q(x_s | x_t) at one x_t: a mixture of K Gaussians over D dimensions, one for each of the
    data; float64.
    """

    weights: Tensor
    """(K,), how likely x_t makes each component of the data."""
    means: Tensor
    """(K, D)."""
    covariances: Tensor
    """(K, D, D)."""

    @property
    def mean(self) -> Tensor:
        """(D,): that of the posterior with E[x_0 | x_t] for x_0."""
        return self.weights @ self.means

    @property
    def covariance(self) -> Tensor:
        """(D, D): what the components have on average, and how far they lie apart."""
        away = self.means - self.mean
        apart = torch.einsum("k,kd,ke->de", self.weights, away, away)
        return torch.einsum("k,kde->de", self.weights, self.covariances) + apart

    def along(self, direction: Tensor) -> "TrueReverse":
        """What is seen of it along a unit vector (D,): the same in one dimension."""
        spread = torch.einsum("d,kde,e->k", direction, self.covariances, direction)
        return TrueReverse(self.weights, (self.means @ direction)[:, None], spread[:, None, None])

    def draw(self, n: int, generator: torch.Generator) -> Tensor:
        """Samples (n, D) of x_s, with a generator on the CPU."""
        k = torch.multinomial(self.weights, n, replacement=True, generator=generator)
        values, axes = torch.linalg.eigh(self.covariances)
        z = torch.randn(n, self.means.shape[1], generator=generator, dtype=torch.float64)
        return self.means[k] + torch.einsum(
            "nde,ne->nd", axes[k], values[k].clamp(min=0).sqrt() * z
        )

    def log_density(self, x: Tensor) -> Tensor:
        """log q(x_s | x_t) in nats, (N,), of x (N, D) for x_s. Components must have a density."""
        roots = torch.linalg.cholesky(self.covariances)
        away = torch.linalg.solve_triangular(
            roots, (x[:, None] - self.means).permute(1, 2, 0), upper=False
        )
        scale = torch.diagonal(roots, dim1=1, dim2=2).log().sum(1)
        logs = -0.5 * away.square().sum(1) - scale[:, None]
        logs = logs - 0.5 * x.shape[1] * math.log(2 * math.pi)
        found: Tensor = (logs + self.weights.log()[:, None]).logsumexp(0)
        return found


def true_reverse(mixture: GaussianMixtureDenoiser, x_t: Tensor, t: int, s: int) -> TrueReverse:
    """q(x_s | x_t) for 0 <= s < t at x_t (D,), where x_0 is drawn from ``mixture``; a finite set is
    one of points, whose covariances are 0.

    With C_s = signal_s^2 Sigma_k + noise_s^2 I the covariance of component k at s, r = signal_t /
    signal_s and b the variance of q(x_t | x_s), it is Gaussian with the gain r C_s / C_t and the
    covariance b C_s / C_t; a small b leaves one bell, whatever the data (Sohl-Dickstein et al.
    2015, section 2.2, after Feller 1949), a large one as many as the data has.
    """
    schedule = mixture.schedule
    between = schedule.variance_between(t, s)
    keep = math.sqrt(float(schedule.alpha_bar[t] / schedule.alpha_bar[s]))
    identity = torch.eye(len(x_t), dtype=torch.float64)
    at_s, at_t = (
        float(schedule.alpha_bar[k]) * mixture.covariances
        + float(schedule.noise_variance[k]) * identity
        for k in (s, t)
    )
    share = torch.linalg.solve(at_t, at_s)  # both are diagonal in the same axes
    x = x_t.double()
    away = x - float(schedule.signal[t]) * mixture.means
    means = float(schedule.signal[s]) * mixture.means
    means = means + keep * torch.einsum("kde,ke->kd", share, away)
    weights = mixture.responsibilities(x[None], t)[0]
    return TrueReverse(weights, means, between * share)
