"""Samplers whose step is wrong in one place: each beside the right one that it spoils."""

import math
from typing import Any

from torch import Tensor

from diffvis.diffusion.schedule import NoiseSchedule
from diffvis.sampling.sampler import Mean, Sampler


class Spoilt(Sampler):
    """Another sampler, whose mean or noise a subclass makes wrong. It is not registered: no setting
    names it.
    """

    right: Any

    def mean(self, schedule: NoiseSchedule, t: int, s: int, t_before: int | None = None) -> Mean:
        return self.right.mean(schedule, t, s, t_before)

    def std(
        self, schedule: NoiseSchedule, t: int, s: int, v: Tensor | None = None
    ) -> float | Tensor:
        return self.right.std(schedule, t, s, v)

    @property
    def adds_noise(self) -> bool:
        return self.right.adds_noise

    @property
    def has_own_std(self) -> bool:
        return self.right.has_own_std


class VarianceForSigma(Spoilt):
    """x_s = mean + sigma^2 z."""

    def std(
        self, schedule: NoiseSchedule, t: int, s: int, v: Tensor | None = None
    ) -> float | Tensor:
        return super().std(schedule, t, s, v) ** 2


class BetaForPosterior(Spoilt):
    """sigma^2 = beta_t where beta~_t was said."""

    def std(
        self, schedule: NoiseSchedule, t: int, s: int, v: Tensor | None = None
    ) -> float | Tensor:
        return math.sqrt(schedule.variance_between(t, s)) if s else 0.0


class DirectionSigma(Spoilt):
    """sqrt(alpha_bar_s) x0_hat + sigma eps_hat + sigma z."""

    def mean(self, schedule: NoiseSchedule, t: int, s: int, t_before: int | None = None) -> Mean:
        std = self.right.std(schedule, t, s)
        return Mean(x0_hat=float(schedule.sqrt_alpha_bar[s]), eps_hat=std)


class SigmaNotSubtracted(Spoilt):
    """sqrt(alpha_bar_s) x0_hat + sqrt(1 - alpha_bar_s) eps_hat + sigma z."""

    def mean(self, schedule: NoiseSchedule, t: int, s: int, t_before: int | None = None) -> Mean:
        direction = float(schedule.sqrt_one_minus_alpha_bar[s])
        return Mean(x0_hat=float(schedule.sqrt_alpha_bar[s]), eps_hat=direction)


class AlphaForItsRoot(Spoilt):
    """(x_t - beta_t / sqrt(1 - alpha_bar_t) eps_hat) / alpha_t, without the root of alpha_t."""

    def mean(self, schedule: NoiseSchedule, t: int, s: int, t_before: int | None = None) -> Mean:
        beta, alpha = _between(schedule, t, s)
        noise = float(schedule.sqrt_one_minus_alpha_bar[t])
        return Mean(x_t=1 / alpha, eps_hat=-beta / noise / alpha)


class EpsWithoutRoot(Spoilt):
    """(x_t - beta_t / (1 - alpha_bar_t) eps_hat) / sqrt(alpha_t)."""

    def mean(self, schedule: NoiseSchedule, t: int, s: int, t_before: int | None = None) -> Mean:
        beta, alpha = _between(schedule, t, s)
        noise, root = float(schedule.one_minus_alpha_bar[t]), math.sqrt(alpha)
        return Mean(x_t=1 / root, eps_hat=-beta / noise / root)


class StrideOfOneStep(Spoilt):
    """The coefficients of t to t - 1 for a step from t to an s far below."""

    def mean(self, schedule: NoiseSchedule, t: int, s: int, t_before: int | None = None) -> Mean:
        return super().mean(schedule, t, t - 1, t_before)

    def std(
        self, schedule: NoiseSchedule, t: int, s: int, v: Tensor | None = None
    ) -> float | Tensor:
        return super().std(schedule, t, t - 1, v)


STEPS: dict[str, type[Spoilt]] = {
    "variance-for-sigma": VarianceForSigma,
    "beta-for-posterior-variance": BetaForPosterior,
    "ddim-direction-sigma": DirectionSigma,
    "ddim-sigma-not-subtracted": SigmaNotSubtracted,
    "alpha-for-its-root": AlphaForItsRoot,
    "eps-without-root": EpsWithoutRoot,
    "stride-of-one-step": StrideOfOneStep,
}


def _between(schedule: NoiseSchedule, t: int, s: int) -> tuple[float, float]:
    """beta and alpha of the step from t to s: beta_t and alpha_t where s = t - 1."""
    beta = schedule.variance_between(t, s)
    return beta, 1 - beta
