"""The noise schedule: every coefficient of the diffusion process, in float64.

A schedule is a path, x_t = signal_t x_0 + noise_t eps, at the times 1..T; index 0 is the data, so
that arrays have length T + 1 with ``signal[0] = 1`` and ``noise[0] = 0``.
"""

import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import torch
from torch import Tensor

from diffvis.diffusion import betas as formulas
from diffvis.diffusion import paths
from diffvis.diffusion.coefficients import Coefficients
from diffvis.diffusion.schedule_advice import advice

VARIANCE_PRESERVING: tuple[str, ...] = tuple(formulas.BETAS)
SCHEDULE_KINDS: tuple[str, ...] = (*VARIANCE_PRESERVING, *paths.FACTORS)

MAX_T = 100_000  # the tables of every schedule are kept whole

# Beyond this the square root of alpha_bar, by which x0_hat is divided, leaves float32.
MIN_ALPHA_BAR = 1e-36


@dataclass(frozen=True, eq=False, repr=False)
class NoiseSchedule(Coefficients):
    """beta_1 .. beta_T, or two factors, and everything that follows from them.

    ``beta`` is (T+1,) float64 on the CPU with ``beta[0] = 0``: the variance that a step adds. Where
    there are no ``factors`` it says it all, and the path preserves variance. Tensors of a schedule
    are computed once and shared: do not write into them. Raises ValueError unless 0 < beta < 1 for
    t >= 1, but that the last may be 1, and unless T is at most ``MAX_T``.
    """

    kind: str
    beta: Tensor
    factors: Tensor | None = None
    """signal and noise, (2, T+1) float64, of a path that does not preserve variance; see
    ``from_factors``."""

    def __post_init__(self) -> None:
        beta = torch.as_tensor(self.beta).detach().to("cpu", torch.float64, copy=True)
        if beta.ndim != 1 or len(beta) < 2 or beta[0] != 0:
            raise ValueError("beta must be (T+1,) with beta[0] = 0 and T at least 1")
        if len(beta) - 1 > MAX_T:
            raise ValueError(f"T must be at most {MAX_T:,}, but there are {len(beta) - 1:,} betas")
        object.__setattr__(self, "beta", beta)
        if self.factors is None:
            self._check_betas()

    def _check_betas(self) -> None:
        beta = self.beta
        outside = ~((beta > 0) & (beta < 1))
        outside[-1] &= beta[-1] != 1
        if outside[1:].any():
            t = int(outside[1:].nonzero()[0]) + 1
            raise ValueError(f"beta must lie between 0 and 1, but beta_{t} = {beta[t]:g}")
        last = self.T - 1 if self.ends_in_noise and beta[-1] == 1 else self.T
        if self.alpha_bar[last] < MIN_ALPHA_BAR:
            name = "T" if last == self.T else last
            raise ValueError(
                f"alpha_bar_{name} = {self.alpha_bar[last]:.1e} is below {MIN_ALPHA_BAR:g}: "
                "nothing of the data is left to predict, use smaller betas or fewer steps"
            )

    # How a schedule is made

    @classmethod
    def linear(cls, T: int, *, rescale: bool = True) -> Self:
        """Ho et al. 2020; ``rescale=False`` keeps 1e-4 .. 0.02 whatever T is."""
        kind = "linear" if rescale else "linear-unscaled"
        return cls._of(kind, formulas.linear_betas(_whole(T), rescale=rescale))

    @classmethod
    def cosine(cls, T: int) -> Self:
        """Nichol & Dhariwal 2021, eq. 17."""
        return cls._of("cosine", formulas.cosine_betas(_whole(T)))

    @classmethod
    def quadratic(cls, T: int, *, rescale: bool = True) -> Self:
        """Rombach et al. 2022; "scaled linear" elsewhere."""
        return cls._of("quadratic", formulas.quadratic_betas(_whole(T), rescale=rescale))

    @classmethod
    def sigmoid(cls, T: int, *, rescale: bool = True) -> Self:
        """Xu et al. 2022 (GeoDiff)."""
        return cls._of("sigmoid", formulas.sigmoid_betas(_whole(T), rescale=rescale))

    @classmethod
    def sigmoid_alpha_bar(cls, T: int) -> Self:
        """Jabri et al. 2022."""
        return cls._of("sigmoid-alpha-bar", formulas.sigmoid_alpha_bar_betas(_whole(T)))

    @classmethod
    def constant(cls, T: int, *, rescale: bool = True) -> Self:
        """The same beta at every t, one of those that Ho et al. 2020 chose among."""
        return cls._of("constant", formulas.constant_betas(_whole(T), rescale=rescale))

    @classmethod
    def flow(cls, T: int) -> Self:
        """Straight from x_0 to eps, signal_t = 1 - t/T and noise_t = t/T (Lipman et al. 2023)."""
        return cls._of_factors("flow", *paths.flow_factors(_whole(T)))

    @classmethod
    def ve(
        cls,
        T: int,
        sigma_1: float = paths.SONG_SIGMAS[0],
        sigma_T: float = paths.SONG_SIGMAS[1],
    ) -> Self:
        """A signal of 1 and noise from ``sigma_1`` to ``sigma_T`` in equal ratios: variance
        exploding (Song et al. 2021).
        """
        return cls._of_factors("ve", *paths.geometric_factors(_whole(T), sigma_1, sigma_T))

    @classmethod
    def karras(
        cls,
        T: int,
        sigma_1: float = paths.KARRAS_SIGMAS[0],
        sigma_T: float = paths.KARRAS_SIGMAS[1],
        rho: float = paths.KARRAS_RHO,
    ) -> Self:
        """A signal of 1 and noise spaced as Karras et al. 2022, eq. 5, space it."""
        return cls._of_factors("ve-karras", *paths.karras_factors(_whole(T), sigma_1, sigma_T, rho))

    @classmethod
    def from_factors(
        cls,
        signal: Sequence[float] | Tensor,
        noise: Sequence[float] | Tensor,
        kind: str = "custom",
    ) -> Self:
        """From signal_1 .. signal_T and noise_1 .. noise_T, without those of t = 0, which are 1 and
        0. The noise is above 0, and noise / signal rises; the last signal may be 0.
        """
        return cls._of_factors(kind, _numbers("signal", signal), _numbers("noise", noise))

    def with_zero_snr(self) -> Self:
        """The same with nothing of the data left at T: rescaled (Lin et al. 2024, algorithm 1), or
        itself where that is so. ValueError where the path does not preserve variance.
        """
        if self.ends_in_noise:
            return self
        if not self.preserves_variance:
            raise ValueError(f"a {self.kind} path cannot be rescaled to end in noise alone")
        return type(self)(self.kind, paths.zero_terminal_betas(self.beta))

    @classmethod
    def from_betas(cls, betas: Sequence[float] | Tensor, kind: str = "custom") -> Self:
        """From beta_1 .. beta_T, without the leading zero."""
        return cls._of(kind, _numbers("betas", betas))

    @classmethod
    def from_alpha_bar(cls, values: Sequence[float] | Tensor, kind: str = "custom") -> Self:
        """From alpha_bar_1 .. alpha_bar_T, without the leading one, which fall towards 0."""
        alpha_bar = _numbers("alpha_bar", values)
        before = torch.cat([alpha_bar.new_ones(1), alpha_bar[:-1]])
        wrong = ~((alpha_bar > 0) & (alpha_bar < before))
        wrong[-1] &= alpha_bar[-1] != 0
        if wrong.any():
            t = int(wrong.nonzero()[0]) + 1
            raise ValueError(
                f"alpha_bar must fall from 1 towards 0, but alpha_bar_{t} = {alpha_bar[t - 1]:g}"
            )
        return cls.from_betas(1 - alpha_bar / before, kind)

    @classmethod
    def from_log_snr(cls, points: Sequence[tuple[float, float]]) -> Self:
        """From drawn (t, log SNR) points; T is the last t. See :func:`betas.log_snr_betas`."""
        if points and float(points[-1][0]) > MAX_T:  # before there is a beta for each
            raise ValueError(f"T must be at most {MAX_T:,}, not {points[-1][0]:g}")
        return cls._of("drawn", formulas.log_snr_betas(points))

    @classmethod
    def _of(cls, kind: str, betas: Tensor) -> Self:
        return cls(kind, torch.cat([torch.zeros(1, dtype=torch.float64), betas.double().cpu()]))

    @classmethod
    def _of_factors(cls, kind: str, signal: Tensor, noise: Tensor) -> Self:
        if len(signal) != len(noise):
            raise ValueError(
                f"signal and noise must be of one length, not {len(signal)} and {len(noise)}"
            )
        if len(signal) > MAX_T:
            raise ValueError(f"T must be at most {MAX_T:,}, not {len(signal):,}")
        factors = torch.stack([signal, noise])
        factors = torch.cat([factors.new_tensor([[1.0], [0.0]]), factors], dim=1)
        signal, noise = factors
        wrong = ~(factors.isfinite().all(0) & (noise > 0) & (signal >= 0))
        wrong[1:] |= ~(noise[1:] * signal[:-1] > noise[:-1] * signal[1:])
        if wrong[1:].any():
            t = int(wrong[1:].nonzero()[0]) + 1
            raise ValueError(
                "noise / signal must rise from 0, with no factor below 0, but signal_"
                f"{t} = {signal[t]:g} and noise_{t} = {noise[t]:g}"
            )
        return cls(kind, paths.betas_of_factors(signal, noise), factors)

    def warnings(self) -> list[str]:
        """What is wrong with it, in plain language; nothing for a sound schedule."""
        return advice(self.signal_share)

    # Saving and comparing

    def to_json(self) -> dict[str, Any]:
        """``{"kind", "T"}``, with ``"beta"`` or ``"signal"`` and ``"noise"`` where these two do not
        say it all.
        """
        data: dict[str, Any] = {"kind": self.kind, "T": self.T}
        if self.kind in SCHEDULE_KINDS and self == make_schedule(self.kind, self.T):
            return data
        if self.factors is None:
            return {**data, "beta": self.beta.tolist()[1:]}
        return {**data, "signal": self.signal.tolist()[1:], "noise": self.noise.tolist()[1:]}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "NoiseSchedule":
        """The inverse of :meth:`to_json`. Raises ValueError for anything else."""
        if not isinstance(data, Mapping) or not isinstance(data.get("kind"), str):
            raise ValueError("a schedule needs a kind and T, or betas")
        if "beta" in data:
            return cls.from_betas(data["beta"], data["kind"])
        if "signal" in data and "noise" in data:
            return cls.from_factors(data["signal"], data["noise"], data["kind"])
        return make_schedule(data["kind"], data.get("T", 0))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, NoiseSchedule):
            return NotImplemented
        if self.kind != other.kind or not torch.equal(self.beta, other.beta):
            return False
        if self.factors is None or other.factors is None:
            return self.factors is other.factors
        return torch.equal(self.factors, other.factors)

    def __hash__(self) -> int:
        return hash((self.kind, self.T))

    def __repr__(self) -> str:
        return f"NoiseSchedule({self.kind!r}, T={self.T})"


def make_schedule(kind: str, T: int) -> NoiseSchedule:
    """The schedule of that name (one of ``SCHEDULE_KINDS``). ValueError for an unknown one."""
    if kind in paths.FACTORS:
        return NoiseSchedule._of_factors(kind, *paths.FACTORS[kind](_whole(T)))
    if kind not in formulas.BETAS:
        raise ValueError(f"unknown schedule {kind!r}, choose one of {', '.join(SCHEDULE_KINDS)}")
    return NoiseSchedule._of(kind, formulas.BETAS[kind](_whole(T)))


def _numbers(name: str, values: Sequence[float] | Tensor) -> Tensor:
    """``values`` (T,) float64 on the CPU. ValueError where they are no list of numbers."""
    try:
        numbers = torch.as_tensor(values, dtype=torch.float64).detach().cpu()
    except (TypeError, ValueError, RuntimeError) as error:
        raise ValueError(f"{name} must be a list of numbers: {error}") from error
    if numbers.ndim != 1 or len(numbers) == 0:
        raise ValueError(f"{name} must be a list of T numbers, not {tuple(numbers.shape)}")
    return numbers


def _whole(T: int) -> int:
    """T as an int. ValueError unless it is a whole number from 1 to ``MAX_T``."""
    try:
        value = operator.index(T)
    except TypeError:
        value = 0
    if not 1 <= value <= MAX_T or isinstance(T, bool):
        raise ValueError(f"T must be a whole number from 1 to {MAX_T:,}, not {T!r}")
    return value
