"""Every coefficient of the diffusion process, as it follows from the path, in float64."""

import math
from functools import cached_property
from typing import NamedTuple, overload

import torch
from torch import Tensor

from diffvis.diffusion.paths import Path, one_minus_exp, path_of_betas, path_of_factors


class Posterior(NamedTuple):
    """q(x_s | x_t, x_0) = N(x0 * x_0 + x_t * x_t, variance) as three numbers."""

    x0: float
    x_t: float
    variance: float


class Coefficients:
    """What follows from a path: x_t = signal_t x_0 + noise_t eps, index 0 the data.

    A path is told by ``beta`` (T+1,) float64 with ``beta[0] = 0`` if it preserves variance, else by
    its ``factors`` (2, T+1). Tensors are (T+1,), computed once and shared: do not write into them.
    """

    beta: Tensor
    factors: Tensor | None

    @property
    def T(self) -> int:  # noqa: N802
        return len(self.beta) - 1

    @property
    def preserves_variance(self) -> bool:
        """Whether signal_t^2 + noise_t^2 = 1 at every t."""
        return self.factors is None

    @property
    def ends_in_noise(self) -> bool:
        """Whether the signal at T is 0: x_T says nothing of x_0 (a zero terminal SNR)."""
        return float(self.signal[-1]) == 0

    @cached_property
    def _path(self) -> Path:
        if self.factors is None:
            return path_of_betas(self.beta)
        return path_of_factors(*self.factors)

    @property
    def signal(self) -> Tensor:
        """The factor of x_0; sqrt(alpha_bar_t) (Ho et al. 2020, eq. 4)."""
        return self._path.signal

    @property
    def noise(self) -> Tensor:
        """The factor of eps; sqrt(1 - alpha_bar_t) where variance is preserved."""
        return self._path.noise

    @property
    def noise_variance(self) -> Tensor:
        """noise_t^2, the variance of q(x_t | x_0), to its last digit."""
        return self._path.noise_variance

    @property
    def alpha(self) -> Tensor:
        """What one step keeps of the signal's square: 1 - beta_t where variance is preserved."""
        return self._path.alpha

    @property
    def alpha_bar(self) -> Tensor:
        """signal_t^2: the product of alpha_1 .. alpha_t (Ho et al. 2020, eq. 4)."""
        return self._path.alpha_bar

    @property
    def log_alpha_bar(self) -> Tensor:
        """The natural logarithm of ``alpha_bar``."""
        return self._path.log_alpha_bar

    @property
    def sqrt_alpha_bar(self) -> Tensor:
        """``signal`` as it is called where variance is preserved."""
        return self._path.signal

    @property
    def one_minus_alpha_bar(self) -> Tensor:
        """``noise_variance`` where variance is preserved. ValueError on any other path."""
        self._check_preserves_variance("one_minus_alpha_bar", "noise_variance")
        return self._path.noise_variance

    @property
    def sqrt_one_minus_alpha_bar(self) -> Tensor:
        """``noise`` where variance is preserved. ValueError on any other path."""
        self._check_preserves_variance("sqrt_one_minus_alpha_bar", "noise")
        return self._path.noise

    @cached_property
    def power(self) -> Tensor:
        """signal_t^2 + noise_t^2, the variance of x_t for data of variance 1: 1 at every t where
        variance is preserved.
        """
        if self.preserves_variance:
            return torch.ones_like(self.beta)
        return self.alpha_bar + self.noise_variance

    @cached_property
    def signal_share(self) -> Tensor:
        """signal_t^2 / (signal_t^2 + noise_t^2): alpha_bar of the variance-preserving path that is
        the same but for the scale of x_t.
        """
        return self.alpha_bar / self.power

    @property
    def prior_std(self) -> float:
        """The standard deviation of the noise with which a reverse chain begins: 1 where variance
        is preserved, else noise_T.
        """
        return 1.0 if self.preserves_variance else float(self.noise[-1])

    @cached_property
    def signal_rate(self) -> Tensor:
        """The derivative of ``signal`` by t/T; see ``noise_rate``."""
        return self._rates[0]

    @cached_property
    def noise_rate(self) -> Tensor:
        """The derivative of ``noise`` by t/T: half the difference of the neighbours, at 1 and T the
        difference to the only one. Where variance is preserved, that of the angle arctan(noise /
        signal), along which both factors move. That of t = 0 stands for t = 1.
        """
        return self._rates[1]

    @cached_property
    def _rates(self) -> tuple[Tensor, Tensor]:
        if self.preserves_variance:
            turning = self._rate_of(torch.atan2(self.noise, self.signal))
            return -turning * self.noise, turning * self.signal
        return self._rate_of(self.signal), self._rate_of(self.noise)

    @cached_property
    def turning(self) -> Tensor:
        """signal noise' - signal' noise, above 0: how fast a path turns from x_0 to eps. It is what
        x_0 and eps are divided by when they follow from a velocity; 1 on the straight path.
        """
        return self.signal * self.noise_rate - self.signal_rate * self.noise

    def _rate_of(self, table: Tensor) -> Tensor:
        if self.T == 1:
            return table.diff().expand(2)
        rate = torch.gradient(table[1:], spacing=1 / self.T)[0]
        return torch.cat([rate[:1], rate])

    @cached_property
    def snr(self) -> Tensor:
        """signal^2 / noise^2; infinite at t = 0 (Kingma et al. 2021, eq. 2)."""
        return self.alpha_bar / self.noise_variance

    @cached_property
    def log_snr(self) -> Tensor:
        """The natural logarithm of ``snr``."""
        return self.log_alpha_bar - self.noise_variance.log()

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

    @cached_property
    def _noise_variance(self) -> list[float]:
        return self.noise_variance.tolist()

    @cached_property
    def _log_snr(self) -> list[float]:
        return self.log_snr.tolist()

    # Between two times s < t

    def posterior(self, t: int, s: int) -> Posterior:
        """q(x_s | x_t, x_0) for 0 <= s < t <= T (Ho et al. 2020, eq. 6-7, for any stride).

        At s = 0 it is exactly (1, 0, 0).
        """
        beta = self.variance_between(t, s)
        log_t, log_s = self._log_alpha_bar[t], self._log_alpha_bar[s]
        noise_t, noise_s = self._noise_variance[t], self._noise_variance[s]
        return Posterior(
            x0=math.exp(log_s / 2) * beta / noise_t,
            x_t=math.exp((log_t - log_s) / 2) * noise_s / noise_t,
            variance=noise_s / noise_t * beta,
        )

    def variance_between(self, t: int, s: int) -> float:
        """The variance of q(x_t | x_s), beta_t for s = t - 1: noise_t^2 - a noise_s^2 with
        a = alpha_bar_t / alpha_bar_s, which is 1 - a where variance is preserved.
        """
        if not 0 <= s < t <= self.T:
            raise ValueError(f"needs 0 <= s < t <= {self.T}, not t = {t}, s = {s}")
        if self.preserves_variance:
            return one_minus_exp(self._log_alpha_bar[t] - self._log_alpha_bar[s])
        return self._noise_variance[t] * one_minus_exp(self._log_snr[t] - self._log_snr[s])

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
        """KL(q(x_T | x_0) || N(0, prior_std^2 I)) in bits/dim for data with E[x_0^2] =
        ``mean_square``.

        What is lost by starting the reverse chain from pure noise (L_T of Ho et al. 2020, eq. 5).
        """
        prior = self.prior_std**2
        too_wide = math.exp(self._log_alpha_bar[-1]) * (mean_square - 1)
        too_wide = (too_wide + (float(self.power[-1]) - prior)) / prior
        return (too_wide - math.log(self._noise_variance[-1] / prior)) / (2 * math.log(2))

    def _check_preserves_variance(self, name: str, instead: str) -> None:
        if not self.preserves_variance:
            raise ValueError(
                f"{name} is that of a path that preserves variance; here it is {instead}"
            )

    @cached_property
    def _tables(self) -> dict[tuple[str, torch.device, torch.dtype], Tensor]:
        """What ``at`` has moved to a device, so that a training step copies nothing there."""
        return {}
