"""The noise schedule: every coefficient of the diffusion process, in float64.

Time runs over 1..T; index 0 is the data, so that arrays have length T + 1 with ``beta[0] = 0`` and
``alpha_bar[0] = 1``.
"""

import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import torch
from torch import Tensor

from diffvis.diffusion import betas as formulas
from diffvis.diffusion.coefficients import Coefficients
from diffvis.diffusion.schedule_advice import advice

SCHEDULE_KINDS: tuple[str, ...] = tuple(formulas.BETAS)

MAX_T = 100_000  # the tables of every schedule are kept whole

# Beyond this the square root of alpha_bar, by which x0_hat is divided, leaves float32.
MIN_ALPHA_BAR = 1e-36


@dataclass(frozen=True, eq=False, repr=False)
class NoiseSchedule(Coefficients):
    """beta_1 .. beta_T and everything that follows from them.

    ``beta`` is (T+1,) float64 on the CPU with ``beta[0] = 0``. Tensors of a schedule are computed
    once and shared: do not write into them. Raises ValueError unless 0 < beta < 1 for t >= 1, and
    T is at most ``MAX_T``.
    """

    kind: str
    beta: Tensor

    def __post_init__(self) -> None:
        beta = torch.as_tensor(self.beta).detach().to("cpu", torch.float64, copy=True)
        if beta.ndim != 1 or len(beta) < 2 or beta[0] != 0:
            raise ValueError("beta must be (T+1,) with beta[0] = 0 and T at least 1")
        if len(beta) - 1 > MAX_T:
            raise ValueError(f"T must be at most {MAX_T:,}, but there are {len(beta) - 1:,} betas")
        outside = ~((beta > 0) & (beta < 1))
        if outside[1:].any():
            t = int(outside[1:].nonzero()[0]) + 1
            raise ValueError(f"beta must lie between 0 and 1, but beta_{t} = {beta[t]:g}")
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
    def from_betas(cls, betas: Sequence[float] | Tensor, kind: str = "custom") -> Self:
        """From beta_1 .. beta_T, without the leading zero."""
        try:
            values = torch.as_tensor(betas, dtype=torch.float64)
        except (TypeError, ValueError, RuntimeError) as error:
            raise ValueError(f"betas must be a list of numbers: {error}") from error
        if values.ndim != 1 or len(values) == 0:
            raise ValueError(f"betas must be a list of T numbers, not {tuple(values.shape)}")
        return cls._of(kind, values)

    @classmethod
    def from_alpha_bar(cls, values: Sequence[float] | Tensor, kind: str = "custom") -> Self:
        """From alpha_bar_1 .. alpha_bar_T, without the leading one, which fall towards 0."""
        try:
            alpha_bar = torch.as_tensor(values, dtype=torch.float64).detach().cpu()
        except (TypeError, ValueError, RuntimeError) as error:
            raise ValueError(f"alpha_bar must be a list of numbers: {error}") from error
        if alpha_bar.ndim != 1 or len(alpha_bar) == 0:
            raise ValueError("alpha_bar must be a list of numbers")
        before = torch.cat([alpha_bar.new_ones(1), alpha_bar[:-1]])
        wrong = ~((alpha_bar > 0) & (alpha_bar < before))
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

    def warnings(self) -> list[str]:
        """What is wrong with it, in plain language; nothing for a sound schedule."""
        return advice(self.alpha_bar)

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
    """T as an int. ValueError unless it is a whole number from 1 to ``MAX_T``."""
    try:
        value = operator.index(T)
    except TypeError:
        value = 0
    if not 1 <= value <= MAX_T or isinstance(T, bool):
        raise ValueError(f"T must be a whole number from 1 to {MAX_T:,}, not {T!r}")
    return value
