"""DDIM: x0_hat noised to s again, along eps_hat."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from diffvis.sampling.sampler import Mean, Sampler, register
from diffvis.settings import setting

if TYPE_CHECKING:
    from torch import Tensor

    from diffvis.diffusion.schedule import NoiseSchedule


@register("ddim", "DDIM", "√ᾱ_s x̂_0 + √(1−ᾱ_s−σ²) ε̂ + σz (Song et al. 2021, eq. 12)", year=2021)
class DDIM(Sampler):
    """DDIM (Song et al. 2021, eq. 12 and 16) over any falling times.

    With eta = 0 it is deterministic; with eta = 1 it is ancestral sampling with the small variance.
    """

    eta: float = setting(
        0.0,
        ge=0,
        le=1,
        label="η",
        spoken="Eta",
        symbol="η",
        help="How noisy DDIM is, 0 to 1.",
        tip="η of DDIM: σ = η √β̃. 0 adds no noise, 1 as much as DDPM with the small variance",
    )

    def mean(self, schedule: NoiseSchedule, t: int, s: int, t_before: int | None = None) -> Mean:
        std = self._std(schedule, t, s)
        direction = math.sqrt(max(0.0, float(schedule.noise_variance[s]) - std**2))
        return Mean(x0_hat=float(schedule.signal[s]), eps_hat=direction)

    def std(
        self, schedule: NoiseSchedule, t: int, s: int, v: Tensor | None = None
    ) -> float | Tensor:
        return self._std(schedule, t, s)

    def code(self) -> tuple[str, ...]:
        if self.eta == 0:
            return ("x = math.sqrt(a_s) * x0 + math.sqrt(1 - a_s) * eps  # Song et al. 2021",)
        return (
            f"std = {self.eta!r} * math.sqrt((1 - a_s) / (1 - a_t) * (1 - a_t / a_s))",
            "mean = math.sqrt(a_s) * x0 + math.sqrt(max(0, 1 - a_s - std**2)) * eps",
            "x = mean + (std * noise(k) if s > 0 else 0)  # Song et al. 2021, eq. 12",
        )

    @property
    def adds_noise(self) -> bool:
        return self.eta > 0

    def _std(self, schedule: NoiseSchedule, t: int, s: int) -> float:
        return self.eta * math.sqrt(schedule.posterior(t, s).variance)
