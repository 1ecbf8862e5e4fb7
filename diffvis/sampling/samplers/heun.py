"""Heun's method on the probability-flow ODE: the mean of two slopes, one at each end of a step."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from diffvis.sampling.sampler import Mean, Sampler, register
from diffvis.sampling.samplers.euler import Euler
from diffvis.settings import setting

if TYPE_CHECKING:
    from diffvis.diffusion.schedule import NoiseSchedule


WIDEST = 50.0  # of sigma at both ends of a step: with 13 it is still better than DDIM, with 600 not


@register(
    "heun",
    "Heun",
    "DDIM to s, ε̂ asked there too, and the mean of both slopes (Karras et al. 2022, alg. 1)",
    year=2022,
)
class Heun(Sampler):
    """Heun's second-order method on the probability-flow ODE (Karras et al. 2022, algorithm 1,
    without churn).

    A step of first order shows where it leads; the slope there is averaged with the one here. Along
    sigma = noise / signal, with x divided by signal, the slope is eps_hat, and the step of first
    order is DDIM. Along t, with x as it is, the slope is the velocity, and the step is Euler's. At
    s = 0 there is no slope, nor along sigma where it is infinite: these steps are DDIM, so that n
    steps take 2n - 1 network calls at most.

    Where a step along sigma leads from a very large sigma to a small one, eps_hat at its end counts
    for half of the way and holds for hardly any: it is then worse than DDIM (``doubt``).
    """

    slopes: Literal["sigma", "t"] = setting(
        "sigma",
        choices={"sigma": "σ", "t": "t"},
        label="Slopes along",
        rare=True,
        help="Heun's slopes: along sigma, noise over signal, or along t, as in flow matching.",
        tip="σ = noise over signal: the slope is ε̂ (Karras et al. 2022). t: it is the velocity of "
        "the path,\nas in flow matching",
        words=lambda slopes: "" if slopes == "sigma" else "along t",
    )

    def look_ahead(self, schedule: NoiseSchedule, t: int, s: int) -> Mean | None:
        if s == 0:
            return None
        if self.slopes == "t":
            return Euler().mean(schedule, t, s)
        if float(schedule.signal[t]) == 0:
            return None
        return Mean(x0_hat=float(schedule.signal[s]), eps_hat=float(schedule.noise[s]))

    def doubt(self, schedule: NoiseSchedule, times: Sequence[int]) -> str:
        if self.slopes == "t":
            return ""
        sigma = schedule.noise / schedule.signal
        steps = [(t, s) for t, s in pairwise(times) if s > 0 and schedule.signal[t] > 0]
        ratio = max((float(sigma[t] / sigma[s]) for t, s in steps), default=1.0)
        if ratio < WIDEST:
            return ""
        return (
            f"Heun is worse than DDIM here: a step makes noise over signal {ratio:,.0f} times "
            "smaller; take more steps, a shift above 1, or another sampler"
        )

    def mean(self, schedule: NoiseSchedule, t: int, s: int, t_before: int | None = None) -> Mean:
        if s == 0:
            return Mean(x0_hat=1.0)
        if self.slopes == "t":
            part = (t - s) / (2 * schedule.T)
            signal, noise = schedule.signal_rate, schedule.noise_rate
            return Mean(
                x_t=1.0,
                x0_hat=-part * float(signal[t]),
                eps_hat=-part * float(noise[t]),
                x0_ahead=-part * float(signal[s]),
                eps_ahead=-part * float(noise[s]),
            )
        signal, noise = schedule.signal, schedule.noise
        if float(signal[t]) == 0:
            return Mean(x0_hat=float(signal[s]), eps_hat=float(noise[s]))
        keep = float(signal[s] / signal[t])
        slope = float(noise[s]) - keep * float(noise[t])
        return Mean(x_t=keep, eps_hat=slope, correction=0.5)

    def code(self) -> tuple[str, ...]:
        if self.slopes == "t":
            return (
                "if s > 0:  # the mean of the velocities at both ends, along cos x_0 + sin eps",
                "    angle = torch.atan2((1 - alpha_bar).sqrt(), alpha_bar.sqrt())",
                "    turns = (t - s) * torch.gradient(angle[1:])[0]",
                "    v = math.sqrt(a_t) * eps - math.sqrt(1 - a_t) * x0",
                "    slope = turns[t - 1].item() * v",
                "    x0, eps = look(x - slope, s)[:2]",
                "    v = math.sqrt(a_s) * eps - math.sqrt(1 - a_s) * x0",
                "    x = x - (slope + turns[s - 1].item() * v) / 2",
                "else:",
                "    x = x0",
            )
        return (
            "if s > 0:  # the mean of the slopes at both ends (Karras et al. 2022, algorithm 1)",
            "    ahead = look(math.sqrt(a_s) * x0 + math.sqrt(1 - a_s) * eps, s)[1]",
            "    keep = math.sqrt(a_s / a_t)",
            "    slope = math.sqrt(1 - a_s) - keep * math.sqrt(1 - a_t)",
            "    x = keep * x + slope * (eps + ahead) / 2",
            "else:",
            "    x = x0",
        )
