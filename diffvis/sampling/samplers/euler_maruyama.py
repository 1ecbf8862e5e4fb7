"""The Euler-Maruyama method on the reverse SDE, with as much noise as one likes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from diffvis.sampling.sampler import Mean, Sampler, register
from diffvis.settings import setting

if TYPE_CHECKING:
    from torch import Tensor

    from diffvis.diffusion.schedule import NoiseSchedule


@register(
    "euler-maruyama",
    "Euler–Maruyama",
    "a straight step along the drift of the reverse SDE, and its noise (Song et al. 2021, eq. 6)",
    year=2021,
)
class EulerMaruyama(Sampler):
    """Euler-Maruyama on the reverse SDE (Song et al. 2021, eq. 6; Huang et al. 2021 for any noise).

    With u = t/T falling, dx = (velocity - w/2 score) du + sqrt(w) dz has the marginals of the path
    for any w >= 0: 0 is the probability-flow ODE, g^2 the time reversal of the forward SDE, whose
    g^2 is d noise^2/du - 2 noise^2 d ln(signal)/du. Here w = ``sde_noise``^2 g^2, but no step adds
    more noise than x_t holds: g^2 is infinite where the signal ends in 0. The step to s = 0 is to
    x0_hat.
    """

    sde_noise: float = setting(
        1.0,
        ge=0,
        le=2,
        label="Noise of the SDE",
        symbol="λ",
        help="How much noise Euler-Maruyama adds: 0 is the ODE, 1 the reverse SDE.",
        tip="λ of √w = λ g: 0 is the probability-flow ODE, 1 the reverse SDE of Song et al. 2021;\n"
        "any other amount has the same marginals in small steps",
    )

    def mean(self, schedule: NoiseSchedule, t: int, s: int, t_before: int | None = None) -> Mean:
        if s == 0:
            return Mean(x0_hat=1.0)
        part = (t - s) / schedule.T
        signal, noise = float(schedule.signal_rate[t]), float(schedule.noise_rate[t])
        pull = self._added(schedule, t, s) / (2 * float(schedule.noise[t]))
        return Mean(x_t=1.0, x0_hat=-part * signal, eps_hat=-part * noise - pull)

    def std(
        self, schedule: NoiseSchedule, t: int, s: int, v: Tensor | None = None
    ) -> float | Tensor:
        return math.sqrt(self._added(schedule, t, s)) if s > 0 else 0.0

    def _added(self, schedule: NoiseSchedule, t: int, s: int) -> float:
        """w du, the variance of the noise of a step."""
        if self.sde_noise == 0:
            return 0.0
        there = float(schedule.noise_variance[t])
        signal = float(schedule.signal[t])
        if signal == 0:
            return there
        rate = 2 * float(schedule.noise[t] * schedule.turning[t]) / signal
        return min(self.sde_noise**2 * rate * (t - s) / schedule.T, there)

    @property
    def adds_noise(self) -> bool:
        return self.sde_noise > 0

    def code(self) -> tuple[str, ...]:
        return (
            "if s > 0:  # Song et al. 2021, eq. 6, along the angle of x_t = cos x_0 + sin eps",
            "    angle = torch.atan2((1 - alpha_bar).sqrt(), alpha_bar.sqrt())",
            "    turn = (t - s) * torch.gradient(angle[1:])[0][t - 1].item()",
            f"    added = {self.sde_noise**2!r} * 2 * turn * math.sqrt((1 - a_t) / a_t)",
            "    added = min(added, 1 - a_t)  # variance, never more than there is",
            "    x = x - turn * (math.sqrt(a_t) * eps - math.sqrt(1 - a_t) * x0)",
            "    x = x - added / (2 * math.sqrt(1 - a_t)) * eps + math.sqrt(added) * noise(k)",
            "else:",
            "    x = x0",
        )
