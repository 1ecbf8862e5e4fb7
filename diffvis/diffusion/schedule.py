"""The noise schedule: every coefficient of the diffusion process, in float64.

Time runs over 1..T; index 0 is the data, so that arrays have length T + 1 with ``beta[0] = 0`` and
``alpha_bar[0] = 1``.
"""

import math
import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple, Self

import torch
from torch import Tensor

from diffvis.diffusion import betas as formulas

SCHEDULE_KINDS: tuple[str, ...] = tuple(formulas.BETAS)

# Beyond this the square root of alpha_bar, by which x0_hat is divided, leaves float32.
MIN_ALPHA_BAR = 1e-36


class Posterior(NamedTuple):
    """q(x_s | x_t, x_0) = N(x0 * x_0 + x_t * x_t, variance) as three numbers."""

    x0: float
    x_t: float
    variance: float


@dataclass(frozen=True, eq=False, repr=False)
class NoiseSchedule:
    """beta_1 .. beta_T and everything that follows from them.

    ``beta`` is (T+1,) float64 on the CPU with ``beta[0] = 0``. Tensors of a schedule are computed
    once and shared: do not write into them. Raises ValueError unless 0 < beta < 1 for t >= 1.
    """

    kind: str
    beta: Tensor
    _tables: dict[tuple[str, torch.device, torch.dtype], Tensor] = field(
        default_factory=dict, init=False
    )

    def __post_init__(self) -> None:
        beta = torch.as_tensor(self.beta).detach().to("cpu", torch.float64, copy=True)
        if beta.ndim != 1 or len(beta) < 2 or beta[0] != 0:
            raise ValueError("beta must be (T+1,) with beta[0] = 0 and T at least 1")
        for t, value in enumerate(beta.tolist()[1:], start=1):
            if not 0 < value < 1:
                raise ValueError(f"beta must lie between 0 and 1, but beta_{t} = {value:g}")
        object.__setattr__(self, "beta", beta)
        if self.alpha_bar[-1] < MIN_ALPHA_BAR:
            raise ValueError(
                f"alpha_bar_T = {self.alpha_bar[-1]:.1e} is below {MIN_ALPHA_BAR:g}: nothing of "
                "the data is left to predict, use smaller betas or fewer steps"
            )

    # How a schedule is made

    @classmethod
    def linear(cls, T: int, *, rescale: bool = True) -> Self:
        """Ho et al. 2020; ``rescale=False`` keeps 1e-4 .. 0.02 whatever T is."""
        return cls._of("linear", formulas.linear_betas(_whole(T), rescale=rescale))

    @classmethod
    def cosine(cls, T: int) -> Self:
        """Nichol & Dhariwal 2021, eq. 17."""
        return cls._of("cosine", formulas.cosine_betas(_whole(T)))

    @classmethod
    def quadratic(cls, T: int, *, rescale: bool = True) -> Self:
        """Song et al. 2021 (DDIM); "scaled linear" elsewhere."""
        return cls._of("quadratic", formulas.quadratic_betas(_whole(T), rescale=rescale))

    @classmethod
    def sigmoid(cls, T: int, *, rescale: bool = True) -> Self:
        """Xu et al. 2022 (GeoDiff)."""
        return cls._of("sigmoid", formulas.sigmoid_betas(_whole(T), rescale=rescale))

    @classmethod
    def constant(cls, T: int, *, rescale: bool = True) -> Self:
        """The same beta at every t."""
        return cls._of("constant", formulas.constant_betas(_whole(T), rescale=rescale))

    @classmethod
    def from_betas(cls, betas: Sequence[float] | Tensor, kind: str = "custom") -> Self:
        """From beta_1 .. beta_T, without the leading zero."""
        try:
            values = torch.as_tensor(betas, dtype=torch.float64)
        except (TypeError, ValueError) as error:
            raise ValueError(f"betas must be a list of numbers: {error}") from error
        if values.ndim != 1 or len(values) == 0:
            raise ValueError(f"betas must be a list of T numbers, not {tuple(values.shape)}")
        return cls._of(kind, values)

    @classmethod
    def from_log_snr(cls, points: Sequence[tuple[float, float]]) -> Self:
        """From drawn (t, log SNR) points; T is the last t. See :func:`betas.log_snr_betas`."""
        return cls._of("drawn", formulas.log_snr_betas(points))

    @classmethod
    def _of(cls, kind: str, betas: Tensor) -> Self:
        return cls(kind, torch.cat([torch.zeros(1, dtype=torch.float64), betas.double().cpu()]))

    # Its coefficients, (T+1,) each

    @property
    def T(self) -> int:
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
    def one_minus_alpha_bar(self) -> Tensor:
        """The noise variance of q(x_t | x_0), without the cancellation that 1 - alpha_bar has."""
        return -torch.expm1(torch.log1p(-self.beta).cumsum(0))

    @cached_property
    def sqrt_alpha_bar(self) -> Tensor:
        return self.alpha_bar.sqrt()

    @cached_property
    def sqrt_one_minus_alpha_bar(self) -> Tensor:
        return self.one_minus_alpha_bar.sqrt()

    @cached_property
    def snr(self) -> Tensor:
        """alpha_bar / (1 - alpha_bar); infinite at t = 0 (Kingma et al. 2021, eq. 3)."""
        return self.alpha_bar / self.one_minus_alpha_bar

    @cached_property
    def log_snr(self) -> Tensor:
        """The natural logarithm of ``snr``."""
        return self.alpha_bar.log() - self.one_minus_alpha_bar.log()

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
    def log_beta(self) -> Tensor:
        """Log of the large variance; -inf at t = 0."""
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
    def _floats(self) -> tuple[tuple[float, float], ...]:
        """(alpha_bar, 1 - alpha_bar) at each t, as Python numbers: a step looks up many."""
        return tuple(zip(self.alpha_bar.tolist(), self.one_minus_alpha_bar.tolist(), strict=True))

    # Between two times s < t

    def posterior(self, t: int, s: int) -> Posterior:
        """q(x_s | x_t, x_0) for 0 <= s < t <= T (Ho et al. 2020, eq. 6-7, for any stride).

        At s = 0 it is exactly (1, 0, 0).
        """
        beta = self.variance_between(t, s)
        alpha_bar_s, noise_s = self._floats[s]
        alpha_bar_t, noise_t = self._floats[t]
        return Posterior(
            x0=math.sqrt(alpha_bar_s) * beta / noise_t,
            x_t=math.sqrt(alpha_bar_t / alpha_bar_s) * noise_s / noise_t,
            variance=noise_s / noise_t * beta,
        )

    def variance_between(self, t: int, s: int) -> float:
        """1 - alpha_bar_t / alpha_bar_s: the variance of q(x_t | x_s), beta_t for s = t - 1."""
        if not 0 <= s < t <= self.T:
            raise ValueError(f"needs 0 <= s < t <= {self.T}, not t = {t}, s = {s}")
        alpha_bar_s, noise_s = self._floats[s]
        return (self._floats[t][1] - noise_s) / alpha_bar_s

    # Where its coefficients meet a tensor

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
        if t.shape != x.shape[:1] or t.dtype != torch.int64:
            raise ValueError(
                f"t must be int64 ({len(x)},), one for each sample, not {t.dtype} {tuple(t.shape)}"
            )
        if t.device.type == "cpu" and len(t) and not 0 <= int(t.min()) <= int(t.max()) <= self.T:
            raise ValueError(f"t must lie in 0..{self.T}, not {int(t.min())}..{int(t.max())}")
        key = (name, t.device, x.dtype)
        if key not in self._tables:
            self._tables[key] = values.to(x.dtype).to(t.device)
        return self._tables[key][t].to(x.device).reshape(-1, *[1] * (x.ndim - 1))

    # What to say about it

    def prior_kl(self, mean_square: float = 1.0) -> float:
        """KL(q(x_T | x_0) || N(0, I)) in bits/dim for data with E[x_0^2] = ``mean_square``.

        What is lost by starting the reverse chain from pure noise (L_T of Ho et al. 2020, eq. 5).
        """
        alpha_bar, noise = self._floats[-1]
        return (alpha_bar * mean_square + noise - 1 - math.log(noise)) / (2 * math.log(2))

    def warnings(self) -> list[str]:
        """What a lecturer should know before using this schedule, in plain language."""
        found = []
        contrast = math.sqrt(self._floats[-1][0])
        if contrast > 0.1:
            found.append(
                f"x_T is not pure noise: {contrast:.0%} of the image's contrast is left at "
                f"t = {self.T}, so chains that start from noise start in the wrong place. "
                "Use more steps or larger betas."
            )
        lost = int((self.alpha_bar < 1e-6).sum())
        if lost > max(1, self.T // 5):
            found.append(
                f"The last {lost} of {self.T} steps see nothing but noise and teach nothing. "
                "Use smaller betas or the cosine schedule."
            )
        first = math.sqrt(self._floats[1][1])
        if first > 0.25:
            found.append(
                f"The first step is coarse: x_1 already holds noise of standard deviation "
                f"{first:.2f}, which the last reverse step has to remove at once. Use more steps."
            )
        return found

    # Saving and comparing

    def to_json(self) -> dict[str, Any]:
        """``{"kind", "T"}``, with ``"beta"`` where these two do not say it all."""
        data: dict[str, Any] = {"kind": self.kind, "T": self.T}
        if self.kind not in formulas.BETAS or self != make_schedule(self.kind, self.T):
            data["beta"] = self.beta.tolist()[1:]
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "NoiseSchedule":
        """The inverse of :meth:`to_json`. Raises ValueError for anything else."""
        if not isinstance(data, Mapping) or not isinstance(data.get("kind"), str):
            raise ValueError("a schedule needs a kind and T, or betas")
        if "beta" in data:
            return cls.from_betas(data["beta"], data["kind"])
        return make_schedule(data["kind"], data.get("T", 0))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, NoiseSchedule):
            return NotImplemented
        return self.kind == other.kind and torch.equal(self.beta, other.beta)

    def __hash__(self) -> int:
        return hash((self.kind, self.T))

    def __repr__(self) -> str:
        return f"NoiseSchedule({self.kind!r}, T={self.T})"


def make_schedule(kind: str, T: int) -> NoiseSchedule:
    """The schedule of that name (one of ``SCHEDULE_KINDS``). ValueError for an unknown one."""
    if kind not in formulas.BETAS:
        raise ValueError(f"unknown schedule {kind!r}, choose one of {', '.join(SCHEDULE_KINDS)}")
    return NoiseSchedule._of(kind, formulas.BETAS[kind](_whole(T)))


def _whole(T: int) -> int:
    """T as an int. ValueError unless it is a whole number from 1."""
    try:
        value = operator.index(T)
    except TypeError:
        value = 0
    if value < 1 or isinstance(T, bool):
        raise ValueError(f"T must be a whole number from 1, not {T!r}")
    return value
