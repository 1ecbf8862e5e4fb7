"""What of a schedule is plotted over t: names, formulas and what they mean."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from torch import Tensor

from diffvis.diffusion.schedule import NoiseSchedule
from diffvis.rendering.factors import factors_of


@dataclass(frozen=True)
class Quantity:
    """``values`` gives float64 (T+1,), NaN where there is none."""

    key: str
    says: str
    values: Callable[[NoiseSchedule], np.ndarray]
    signed: bool = False
    """Whether it falls below 0, so that it has no logarithmic axis."""
    anywhere: str = ""
    """What it means where a path that does not preserve variance is on show; the same if empty."""
    factor: int | None = None
    """Which of both factors it is, that of x_0 or of eps: it is written as each path writes it."""

    def title(self, schedules: Iterable[NoiseSchedule]) -> str:
        """What it means for these schedules."""
        shown = tuple(schedules)
        if not self.anywhere or all(schedule.preserves_variance for schedule in shown):
            return self.says
        if self.factor is None:
            return self.anywhere
        letters = {factors_of(schedule)[self.factor] for schedule in shown}
        _, colon, means = self.anywhere.partition(":")
        return f"{letters.pop()}{colon}{means}" if len(letters) == 1 else self.anywhere


def _from_1(values: Tensor) -> np.ndarray:
    """Without t = 0, where there is no step, and without what is infinite."""
    found = values[1:].numpy()
    return np.r_[np.nan, np.where(np.isfinite(found), found, np.nan)]


def _decibels(schedule: NoiseSchedule) -> np.ndarray:
    """10 log10 SNR; infinite at t = 0, where it is left out."""
    return _from_1(schedule.log_snr) * (10 / np.log(10))


def _noise_factor(schedule: NoiseSchedule) -> np.ndarray:
    """-beta / (sqrt(alpha) noise) (Ho et al. 2020, eq. 11); none where there is no signal."""
    return _from_1(-schedule.beta / (schedule.alpha.sqrt() * schedule.noise))


QUANTITIES = {
    made.key: made
    for made in (
        Quantity("alpha_bar", "ᾱ: signal part of the variance", lambda s: s.alpha_bar.numpy(),
                 anywhere="ᾱ: square of the factor of x_0"),
        Quantity("signal", "√ᾱ: factor of x_0", lambda s: s.signal.numpy(),
                 anywhere="signal: factor of x_0", factor=0),
        Quantity("noise", "√(1−ᾱ): factor of ε", lambda s: s.noise.numpy(),
                 anywhere="noise: factor of ε", factor=1),
        Quantity("beta", "β: variance added at each step; the large σ²", lambda s: _from_1(s.beta)),
        Quantity("small", "β̃: small σ² of a reverse step", lambda s: _from_1(s.posterior_variance)),
        Quantity("sigma", "σ̃: standard deviation of a reverse step",
                 lambda s: s.posterior_variance.sqrt().numpy()),
        Quantity("snr", "SNR in dB", _decibels, signed=True),
        Quantity("log_snr", "log SNR (natural)", lambda s: _from_1(s.log_snr), signed=True),
        Quantity("ratio", "SNR: ᾱ / (1−ᾱ)", lambda s: _from_1(s.snr),
                 anywhere="SNR: signal² / noise²"),
        Quantity("mean_x0", "reverse mean: factor of x_0", lambda s: _from_1(s.posterior_x0)),
        Quantity("mean_x_t", "reverse mean: factor of x_t", lambda s: _from_1(s.posterior_x_t)),
        Quantity("mean_eps", "reverse mean: factor of ε̂", _noise_factor, signed=True),
    )
}  # fmt: skip
