"""Euler's method on the probability-flow ODE, in the time of the path itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diffvis.sampling.sampler import Mean, Sampler, register

if TYPE_CHECKING:
    from diffvis.diffusion.schedule import NoiseSchedule


@register(
    "euler",
    "Euler",
    "a straight step along the velocity of the path, no noise (Lipman et al. 2023)",
    year=2023,
)
class Euler(Sampler):
    """Euler's method on dx/du = signal' x0_hat + noise' eps_hat with u = t/T.

    On the straight path of flow matching this is DDIM, which is Euler's method in noise / (signal +
    noise) on any path once x is divided by signal + noise. On a curved path a straight step leaves
    it, where DDIM stays. The step to s = 0 is to x0_hat, as the rates there are those of t = 1.
    """

    def mean(self, schedule: NoiseSchedule, t: int, s: int, t_before: int | None = None) -> Mean:
        if s == 0:
            return Mean(x0_hat=1.0)
        part = (t - s) / schedule.T
        signal, noise = float(schedule.signal_rate[t]), float(schedule.noise_rate[t])
        return Mean(x_t=1.0, x0_hat=-part * signal, eps_hat=-part * noise)

    def code(self) -> tuple[str, ...]:
        return (
            "if s > 0:  # along the angle of x_t = cos x_0 + sin eps, whose rate is the velocity's",
            "    angle = torch.atan2((1 - alpha_bar).sqrt(), alpha_bar.sqrt())",
            "    turn = torch.gradient(angle[1:])[0][t - 1].item()",
            "    x = x - (t - s) * turn * (math.sqrt(a_t) * eps - math.sqrt(1 - a_t) * x0)",
            "else:",
            "    x = x0",
        )
