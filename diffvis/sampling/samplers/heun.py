"""Heun's method on the probability-flow ODE: the mean of two slopes, one at each end of a step."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from diffvis.sampling.sampler import Mean, Sampler, register

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
    """Heun's second-order method (Karras et al. 2022, algorithm 1, without churn).

    With sigma = sqrt(1 - alpha_bar)/sqrt(alpha_bar) and x scaled by 1/sqrt(alpha_bar), eps_hat is
    the slope dx/dsigma. A step of first order, which is DDIM, shows where it leads; the slope there
    is averaged with the one here. At s = 0 there is no slope: the last step is of first order, so
    that n steps take 2n - 1 network calls.

    Where a step leads from a very large sigma to a small one, eps_hat at its end counts for half of
    the way and holds for hardly any: it is then worse than DDIM (``doubt``).
    """

    def look_ahead(self, schedule: NoiseSchedule, t: int, s: int) -> Mean | None:
        if s == 0:
            return None
        signal, noise = schedule.sqrt_alpha_bar[s], schedule.sqrt_one_minus_alpha_bar[s]
        return Mean(x0_hat=float(signal), eps_hat=float(noise))

    def doubt(self, schedule: NoiseSchedule, times: Sequence[int]) -> str:
        sigma = schedule.sqrt_one_minus_alpha_bar / schedule.sqrt_alpha_bar
        ratio = max((float(sigma[t] / sigma[s]) for t, s in pairwise(times) if s > 0), default=1.0)
        if ratio < WIDEST:
            return ""
        return (
            f"Heun is worse than DDIM here: a step makes noise over signal {ratio:,.0f} times "
            "smaller; take more steps, a shift above 1, or another sampler"
        )

    def mean(self, schedule: NoiseSchedule, t: int, s: int, t_before: int | None = None) -> Mean:
        if s == 0:
            return Mean(x0_hat=1.0)
        signal, noise = schedule.sqrt_alpha_bar, schedule.sqrt_one_minus_alpha_bar
        keep = float(signal[s] / signal[t])
        slope = float(noise[s]) - keep * float(noise[t])
        return Mean(x_t=keep, eps_hat=slope, correction=0.5)

    def code(self) -> tuple[str, ...]:
        return (
            "if s > 0:  # the mean of the slopes at both ends (Karras et al. 2022, algorithm 1)",
            "    ahead = look(math.sqrt(a_s) * x0 + math.sqrt(1 - a_s) * eps, s)[1]",
            "    keep = math.sqrt(a_s / a_t)",
            "    slope = math.sqrt(1 - a_s) - keep * math.sqrt(1 - a_t)",
            "    x = keep * x + slope * (eps + ahead) / 2",
            "else:",
            "    x = x0",
        )
