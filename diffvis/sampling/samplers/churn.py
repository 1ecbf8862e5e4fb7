"""Stochastic churn: some noise is added again before each step of Heun's method."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from diffvis.sampling.free import FreeSampler, Here, Moved, Sum, parts_of
from diffvis.sampling.sampler import register
from diffvis.sampling.samplers.heun import Heun
from diffvis.settings import setting

if TYPE_CHECKING:
    from collections.abc import Sequence

    from diffvis.diffusion.schedule import NoiseSchedule


@register(
    "churn",
    "Churn",
    "noise added again, then Heun to s (Karras et al. 2022, algorithm 2)",
    year=2022,
)
class Churn(FreeSampler):
    """Heun's method after going up again (Karras et al. 2022, algorithm 2): from sigma_t to (1 +
    gamma) sigma_t with fresh noise, then down to s, where sigma = noise / signal.

    A network knows whole t alone: it goes up to the time whose sigma is nearest to that, at most T.
    Their gamma is S_churn divided by the number of steps, at most sqrt(2) - 1.
    """

    gamma: float = setting(
        0.1,
        ge=0,
        le=0.41421356237309515,
        label="Churn γ",
        symbol="γ",
        help="How much of sigma is added again before each step of churn, 0 to 0.414.",
        tip="γ: before each step, noise is added again until σ is (1 + γ) times as large; S_churn\n"
        "divided by the number of steps in Karras et al. 2022. 0 is Heun's method",
    )
    churn_noise: float = setting(
        1.0,
        ge=0,
        le=1.5,
        label="Noise of churn",
        rare=True,
        help="Standard deviation of the noise that churn adds.",
        tip="S_noise: the standard deviation of the noise that is added again; 1.003 to 1.007\n"
        "makes up for what a network smooths away (Karras et al. 2022)",
        words=lambda std: "" if std == 1 else f"churning noise of {std:g}",
    )
    churn_from: float = setting(
        0.0,
        ge=0,
        label="Churn from σ",
        rare=True,
        help="The smallest sigma at which churn adds noise.",
        tip="S_min: where σ is smaller, no noise is added",
        words=lambda least: "" if least == 0 else f"churn from σ = {least:g}",
    )
    churn_to: float | None = setting(
        None,
        ge=0,
        label="Churn to σ",
        none="all",
        rare=True,
        help="The largest sigma at which churn adds noise.",
        tip="S_max: where σ is larger, no noise is added",
        words=lambda most: "" if most is None else f"churn to σ = {most:g}",
    )

    def move(self, here: Here) -> Moved:
        from diffvis.diffusion.prediction import eps_from_x0
        from diffvis.sampling.mixing import mean_of

        schedule, x_t, t, s = here.schedule, here.x_t, here.t, here.s
        x, up = x_t, self.raised(schedule, t)
        noise = here.draw(x) if self.adds_noise else None
        if noise is not None and up > t:
            keep = float(schedule.signal[up] / schedule.signal[t])
            x = keep * x + self.churn_noise * math.sqrt(schedule.variance_between(up, t)) * noise
        heun = Heun()
        found, first = here.ask(x, up), heun.look_ahead(schedule, up, s)
        ahead = None
        if first is not None:
            ahead = here.ask(mean_of(first, x, found.x0_hat, found.eps_hat), s)
        weights = heun.mean(schedule, up, s)
        mean = mean_of(weights, x, found.x0_hat, found.eps_hat, ahead=ahead)
        if up > t:
            found = replace(found, eps_hat=eps_from_x0(schedule, x_t, t, found.x0_hat))
        return Moved(found, mean)

    def sums(self, schedule: NoiseSchedule, t: int, s: int) -> tuple[Sum, ...]:
        up = self.raised(schedule, t)
        down = Sum("μ", parts_of(Heun().mean(schedule, up, s), up, s))
        if not (self.adds_noise and up > t):
            return (down,)
        keep = float(schedule.signal[up] / schedule.signal[t])
        std = self.churn_noise * math.sqrt(schedule.variance_between(up, t))
        return Sum(f"x_{{{up}}}", ((keep, f"x_{{{t}}}"), (std, "z"))), down

    def raised(self, schedule: NoiseSchedule, t: int) -> int:
        """The time up to which it goes from t."""
        sigma = schedule.noise / schedule.signal
        most = math.inf if self.churn_to is None else self.churn_to
        if not self.churn_from <= float(sigma[t]) <= most or schedule.signal[t] == 0:
            return t
        wanted = (1 + self.gamma) * sigma[t]
        return t + int((sigma[t:] / wanted).log().abs().argmin())

    @property
    def adds_noise(self) -> bool:
        return self.gamma > 0

    def doubt(self, schedule: NoiseSchedule, times: Sequence[int]) -> str:
        return Heun().doubt(schedule, times)

    def calls(self, schedule: NoiseSchedule, times: Sequence[int]) -> int:
        steps = list(pairwise(times))
        seconds = (Heun().look_ahead(schedule, self.raised(schedule, t), s) for t, s in steps)
        return len(steps) + sum(second is not None for second in seconds)

    def code(self) -> tuple[str, ...]:
        least, most = self.churn_from, self.churn_to
        within = " and ".join(
            [
                *([f"sigma[t] >= {least!r}"] if least else []),
                *([f"sigma[t] <= {most!r}"] if most is not None else []),
            ]
        )
        within = f" if {within} else t" if within else ""
        draws = (
            (
                f"wanted = {1 + self.gamma!r} * sigma[t]  # Karras et al. 2022, algorithm 2",
                f"up = t + (sigma[t:] / wanted).log().abs().argmin().item(){within}",
                "a_up = alpha_bar[up].item()",
                f"x = math.sqrt(a_up / a_t) * x + {self.churn_noise!r} * math.sqrt(1 - a_up / a_t) "
                "* noise(k)",
            )
            if self.adds_noise
            else ("up, a_up = t, a_t",)
        )
        return (
            "sigma = ((1 - alpha_bar) / alpha_bar).sqrt()",
            *draws,
            "x0, eps = look(x, up)[:2]",
            "if s > 0:  # Heun's method down to s",
            "    ahead = look(math.sqrt(a_s) * x0 + math.sqrt(1 - a_s) * eps, s)[1]",
            "    keep = math.sqrt(a_s / a_up)",
            "    slope = math.sqrt(1 - a_s) - keep * math.sqrt(1 - a_up)",
            "    x = keep * x + slope * (eps + ahead) / 2",
            "else:",
            "    x = x0",
        )
