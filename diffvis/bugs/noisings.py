"""Wrong ways of making x_t, as numbers: what a network that was trained with them has seen."""

from collections.abc import Callable

import torch
from torch import Tensor

from diffvis.bugs.denoisers import Noising
from diffvis.diffusion.schedule import NoiseSchedule

SHORT = 1000  # T below which Ho's betas must be rescaled


def step_of_beta(schedule: NoiseSchedule) -> Noising:
    """sqrt(1 - beta_t) x_0 + sqrt(beta_t) eps: one step from x_0, as if that were all of t."""
    return Noising.of((1 - schedule.beta).sqrt(), schedule.beta.sqrt())


def without_roots(schedule: NoiseSchedule) -> Noising:
    """alpha_bar_t x_0 + (1 - alpha_bar_t) eps."""
    return Noising.of(schedule.alpha_bar, schedule.one_minus_alpha_bar)


def noise_without_root(schedule: NoiseSchedule) -> Noising:
    """sqrt(alpha_bar_t) x_0 + (1 - alpha_bar_t) eps."""
    return Noising.of(schedule.sqrt_alpha_bar, schedule.one_minus_alpha_bar)


def one_time_early(schedule: NoiseSchedule) -> Noising:
    """The coefficients of t - 1, and at t = 1 those of T: a list that is indexed with -1."""
    return Noising.of(_before(schedule.sqrt_alpha_bar), _before(schedule.sqrt_one_minus_alpha_bar))


def halved(schedule: NoiseSchedule) -> Noising:
    """x_0 in [0, 1], which is (x_0 + 1) / 2 of one in [-1, 1]."""
    half = schedule.sqrt_alpha_bar / 2
    return Noising(half, schedule.sqrt_one_minus_alpha_bar, half)


def not_rescaled(schedule: NoiseSchedule) -> Noising:
    """Ho's betas, 0.0001 to 0.02, over this T."""
    made = NoiseSchedule.linear(schedule.T, rescale=False)
    return Noising.of(made.sqrt_alpha_bar, made.sqrt_one_minus_alpha_bar)


NOISINGS: dict[str, Callable[[NoiseSchedule], Noising]] = {
    "beta-for-alpha-bar": step_of_beta,
    "sqrt-forgotten": without_roots,
    "noise-sqrt-forgotten": noise_without_root,
    "t-off-by-one": one_time_early,
    "data-in-0-1": halved,
    "betas-not-rescaled": not_rescaled,
}


def _before(values: Tensor) -> Tensor:
    """The values (T + 1,) of t - 1 at t; at t = 1 that of T, at t = 0 as they were."""
    return torch.cat([values[:1], values[-1:], values[1:-1]])


def is_of_ddpm(schedule: NoiseSchedule) -> bool:
    """Whether it is one that bugs are of: it preserves variance, and keeps some signal at T."""
    return schedule.preserves_variance and not schedule.ends_in_noise
