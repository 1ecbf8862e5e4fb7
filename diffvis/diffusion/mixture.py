"""A mixture of Gaussians: the one curved data set whose whole diffusion is known in closed form."""

import math

import torch
from torch import Tensor

from diffvis.diffusion.schedule import NoiseSchedule


class GaussianMixtureDenoiser:
    """E[x_0 | x_t] where x_0 is drawn from K Gaussians over D dimensions.

    Each remains Gaussian as it is noised: component k of q(x_t) has the mean signal mu_k
    and the covariance signal^2 Sigma_k + noise^2 I. ``weights`` (K,) are positive and are
    scaled to sum to one, ``means`` are (K, D), ``covariances`` (K, D, D) symmetric without negative
    eigenvalues (0: a point mass). Computed in float64 on the device of x_t. Raises ValueError for
    parameters that are not these.
    """

    predicts = "x0"
    learns_variance = False

    def __init__(
        self, weights: Tensor, means: Tensor, covariances: Tensor, schedule: NoiseSchedule
    ) -> None:
        components, dims = means.shape
        if weights.shape != (components,) or covariances.shape != (components, dims, dims):
            raise ValueError(
                "weights, means and covariances must be (K,), (K, D) and (K, D, D), not "
                f"{tuple(weights.shape)}, {tuple(means.shape)} and {tuple(covariances.shape)}"
            )
        if not (weights > 0).all():
            raise ValueError(f"weights must be positive, not {weights.tolist()}")
        self.schedule = schedule
        self.weights = weights.double() / weights.double().sum()
        self.means = means.double()
        self.covariances = covariances.double()
        # Diagonal in its own axes, a component is noised by adding to its eigenvalues.
        values, self._axes = torch.linalg.eigh(self.covariances)
        if values.min() < -1e-9:
            raise ValueError("covariances must have no negative eigenvalues")
        self._spread = values.clamp(min=0)

    def __call__(self, x_t: Tensor, t: Tensor, labels: Tensor | None = None) -> Tensor:
        """E[x_0 | x_t] for x_t (N, D) and t (N,) int64; labels are ignored."""
        signal, offset, noised, log_weights = self._components(x_t, t)
        axes, means = self._axes.to(x_t.device), self.means.to(x_t.device)
        gain = signal * self._spread.to(x_t.device) / noised
        towards = torch.einsum("kde,nke->nkd", axes, gain * offset)
        component_means = means + towards
        responsibility = log_weights.softmax(dim=1)
        return torch.einsum("nk,nkd->nd", responsibility, component_means).to(x_t.dtype)

    def responsibilities(self, x_t: Tensor, t: int) -> Tensor:
        """How likely each component became x_t (N, D) at t in 0..T: (N, K), each row sums to 1."""
        times = torch.full((len(x_t),), t, device=x_t.device)
        return self._components(x_t, times)[3].softmax(dim=1)

    def log_density(self, x_t: Tensor, t: int | Tensor) -> Tensor:
        """log q(x_t) in nats, (N,), of x_t (N, D) at t in 0..T: at 0, of the data itself."""
        times = t if isinstance(t, Tensor) else torch.full((len(x_t),), t, device=x_t.device)
        return self._components(x_t, times)[3].logsumexp(dim=1).to(x_t.dtype)

    def sample(self, n: int, generator: torch.Generator) -> Tensor:
        """x_0 (n, D) float32 on the CPU, drawn with a generator on the CPU."""
        k = torch.multinomial(self.weights.cpu(), n, replacement=True, generator=generator)
        z = torch.randn(n, self.means.shape[1], generator=generator, dtype=torch.float64)
        stretched = self._spread[k].sqrt() * z
        return (self.means[k] + torch.einsum("nde,ne->nd", self._axes[k], stretched)).float()

    def _components(self, x_t: Tensor, t: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Over each component: signal (N, 1, 1); x_t - mean in its axes and the variances
        along them (N, K, D); log(weight * density) (N, K).
        """
        device = x_t.device
        x = x_t.double()[:, None]
        signal = self.schedule.at("signal", t, x)
        offset = torch.einsum(
            "kde,nkd->nke", self._axes.to(device), x - signal * self.means.to(device)
        )
        noise = self.schedule.at("noise_variance", t, x)
        noised = signal**2 * self._spread.to(device) + noise
        log_density = -0.5 * (offset**2 / noised + noised.log() + math.log(2 * math.pi)).sum(2)
        return signal, offset, noised, log_density + self.weights.log().to(device)
