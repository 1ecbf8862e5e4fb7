"""Every coefficient of the diffusion process, as it follows from beta, in float64."""

import math
from functools import cached_property
from typing import NamedTuple, overload

import torch
from torch import Tensor


class Posterior(NamedTuple):
    """q(x_s | x_t, x_0) = N(x0 * x_0 + x_t * x_t, variance) as three numbers."""

    x0: float
    x_t: float
    variance: float


class Coefficients:
    """What follows from ``beta`` (T+1,) float64, with ``beta[0] = 0`` and index 0 the data.

    Tensors are (T+1,), computed once and shared: do not write into them.
    """

    beta: Tensor

    @property
    def T(self) -> int:  # noqa: N802
        return len(self.beta) - 1

    @cached_property
    def alpha(self) -> Tensor:
        """1 - beta_t: what one step keeps of the variance."""
        return 1 - self.beta

    @cached_property
    def alpha_bar(self) -> Tensor:
        """The product of alpha_1 .. alpha_t (Ho et al. 2020, eq. 4)."""
        return self.alpha.cumprod(0)

    @cached_property
    def log_alpha_bar(self) -> Tensor:
        """The natural logarithm of ``alpha_bar``."""
        return torch.log1p(-self.beta).cumsum(0)

    @cached_property
    def one_minus_alpha_bar(self) -> Tensor:
        """The noise variance of q(x_t | x_0), without the cancellation that 1 - alpha_bar has."""
        return torch.tensor(
            [_one_minus_exp(log) for log in self._log_alpha_bar], dtype=torch.float64
        )

    @cached_property
    def sqrt_alpha_bar(self) -> Tensor:
        return self.alpha_bar.sqrt()

    @cached_property
    def sqrt_one_minus_alpha_bar(self) -> Tensor:
        return self.one_minus_alpha_bar.sqrt()

    @cached_property
    def snr(self) -> Tensor:
        """alpha_bar / (1 - alpha_bar); infinite at t = 0 (Kingma et al. 2021, eq. 2)."""
        return self.alpha_bar / self.one_minus_alpha_bar

    @cached_property
    def log_snr(self) -> Tensor:
        """The natural logarithm of ``snr``."""
        return self.log_alpha_bar - self.one_minus_alpha_bar.log()

    @cached_property
    def posterior_variance(self) -> Tensor:
        """The small variance, of q(x_{t-1} | x_t, x_0) (Ho et al. 2020, eq. 7); 0 at t = 0, 1.

        The large one is ``beta`` (section 3.2).
        """
        return self._posteriors[2]

    @cached_property
    def posterior_log_variance(self) -> Tensor:
        """Log of the small variance; at t = 1, where that is 0, the one of t = 2 instead."""
        small = self.posterior_variance.clone()
        small[:2] = small[2] if self.T > 1 else self.beta[1]
        return small.log()

    @cached_property
    def large_log_variance(self) -> Tensor:
        """Log of the large variance; at t = 1 that of the small one of t = 2 instead."""
        large = self.beta.clone()
        large[:2] = self.posterior_variance[2] if self.T > 1 else self.beta[1]
        return large.log()

    @cached_property
    def log_beta(self) -> Tensor:
        """Log of beta, the upper end of a learned variance; -inf at t = 0."""
        return self.beta.log()

    @cached_property
    def posterior_x0(self) -> Tensor:
        """The factor of x_0 in the mean of q(x_{t-1} | x_t, x_0); 1 at t = 0, 1."""
        return self._posteriors[0]

    @cached_property
    def posterior_x_t(self) -> Tensor:
        """The factor of x_t in the mean of q(x_{t-1} | x_t, x_0); 0 at t = 0, 1."""
        return self._posteriors[1]

    @cached_property
    def _posteriors(self) -> tuple[Tensor, Tensor, Tensor]:
        rows = [Posterior(1.0, 0.0, 0.0)]
        rows += [self.posterior(t, t - 1) for t in range(1, self.T + 1)]
        x0, x_t, variance = torch.tensor(rows, dtype=torch.float64).T.contiguous()
        return x0, x_t, variance

    @cached_property
    def _log_alpha_bar(self) -> list[float]:
        """As Python numbers, whose arithmetic is a hundred times faster than that of tensors."""
        return self.log_alpha_bar.tolist()

    # Between two times s < t

    def posterior(self, t: int, s: int) -> Posterior:
        """q(x_s | x_t, x_0) for 0 <= s < t <= T (Ho et al. 2020, eq. 6-7, for any stride).

        At s = 0 it is exactly (1, 0, 0).
        """
        beta = self.variance_between(t, s)
        log_t, log_s = self._log_alpha_bar[t], self._log_alpha_bar[s]
        noise_t, noise_s = _one_minus_exp(log_t), _one_minus_exp(log_s)
        return Posterior(
            x0=math.exp(log_s / 2) * beta / noise_t,
            x_t=math.exp((log_t - log_s) / 2) * noise_s / noise_t,
            variance=noise_s / noise_t * beta,
        )

    def variance_between(self, t: int, s: int) -> float:
        """1 - alpha_bar_t / alpha_bar_s: the variance of q(x_t | x_s), beta_t for s = t - 1."""
        if not 0 <= s < t <= self.T:
            raise ValueError(f"needs 0 <= s < t <= {self.T}, not t = {t}, s = {s}")
        return _one_minus_exp(self._log_alpha_bar[t] - self._log_alpha_bar[s])

    # Where its coefficients meet a tensor

    @overload
    def at(self, name: str, t: int, x: Tensor) -> float: ...
    @overload
    def at(self, name: str, t: Tensor, x: Tensor) -> Tensor: ...
    @overload
    def at(self, name: str, t: int | Tensor, x: Tensor) -> float | Tensor: ...
    def at(self, name: str, t: int | Tensor, x: Tensor) -> float | Tensor:
        """The coefficient ``name`` at t, ready to multiply x (N, ...).

        A number for a t common to the batch; for t (N,) int64 a tensor (N, 1, ...) like x. Raises
        ValueError for t outside 0..T (not looked at on a GPU, which would have to wait for it).
        """
        values: Tensor = getattr(self, name)
        if not isinstance(t, Tensor):
            if not 0 <= t <= self.T:
                raise ValueError(f"t must lie in 0..{self.T}, not {t}")
            return float(values[t])
        self._check_times(t, x)
        key = (name, t.device, x.dtype)
        if key not in self._tables:
            self._tables[key] = values.to(x.dtype).to(t.device)
        return self._tables[key][t].to(x.device).reshape(-1, *[1] * (x.ndim - 1))

    def _check_times(self, t: Tensor, x: Tensor) -> None:
        if t.shape != x.shape[:1] or t.dtype != torch.int64:
            raise ValueError(f"t must be int64 ({len(x)},), not {t.dtype} {tuple(t.shape)}")
        if t.device.type == "cpu" and len(t):
            low, high = t.aminmax()
            if low < 0 or high > self.T:
                raise ValueError(f"t must lie in 0..{self.T}, not {low}..{high}")

    @overload
    def prior_kl(self, mean_square: float = 1.0) -> float: ...
    @overload
    def prior_kl(self, mean_square: Tensor) -> Tensor: ...
    def prior_kl(self, mean_square: float | Tensor = 1.0) -> float | Tensor:
        """KL(q(x_T | x_0) || N(0, I)) in bits/dim for data with E[x_0^2] = ``mean_square``.

        What is lost by starting the reverse chain from pure noise (L_T of Ho et al. 2020, eq. 5).
        """
        log_alpha_bar = self._log_alpha_bar[-1]
        log_noise = math.log(_one_minus_exp(log_alpha_bar))
        return (math.exp(log_alpha_bar) * (mean_square - 1) - log_noise) / (2 * math.log(2))

    @cached_property
    def _tables(self) -> dict[tuple[str, torch.device, torch.dtype], Tensor]:
        """What ``at`` has moved to a device, so that a training step copies nothing there."""
        return {}


def _one_minus_exp(x: float) -> float:
    """1 - exp(x) for x <= 0, exact for small x and for large, and never -0."""
    return abs(math.expm1(x))
