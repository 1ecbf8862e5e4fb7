"""Langevin dynamics alone, at one time of the path or at one after the other."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Self

from diffvis.errors import UserError
from diffvis.sampling.free import (
    EPS_HAT,
    X0_HAT,
    FreeSampler,
    Here,
    Moved,
    Sum,
    langevin_sum,
)
from diffvis.sampling.sampler import Sampled, register
from diffvis.settings import setting

if TYPE_CHECKING:
    from collections.abc import Sequence

    from diffvis.diffusion.schedule import NoiseSchedule

MOST_LEFT = 0.05  # of x_T, in standard deviations of x / signal


@register(
    "langevin",
    "Langevin",
    "x + a score + √(2a) z, at less and less noise (Song & Ermon 2019, algorithm 1)",
    year=2019,
)
class Langevin(FreeSampler):
    """Annealed Langevin dynamics (Song & Ermon 2019, algorithm 1): at each time ``updates`` steps
    x + a score + sqrt(2a) z with a = 2 (r noise_t)^2, then on to the next time with x / signal as
    it is. Where there is no signal, on by DDIM. The step to s = 0 ends with x0_hat.

    With a ``level`` all steps are taken at that one time, whichever the chain counts: it begins
    with x_T as wide as x is there, and ends with x / signal, the data under that much noise. At
    little noise no sample finds the way from one hump to another, and their weights stay those of
    the beginning.
    """

    updates: int = setting(
        5,
        ge=1,
        le=1000,
        label="Updates",
        help="Langevin steps at each time.",
        tip="Langevin steps at each time; each asks the network once",
        words=lambda count: f"{count} update{'s' * (count != 1)} a step",
    )
    langevin_snr: float = setting(
        0.16,
        gt=0,
        le=0.5,
        label="r of Langevin",
        symbol="r",
        help="How long Langevin's steps are: signal to noise.",
        tip="How long the steps are, signal to noise: each adds noise of 2 r σ and takes as much\n"
        "of ε̂ as keeps the law as it is, nearly: the shorter the nearer",
    )
    level: int | None = setting(
        None,
        ge=1,
        label="One level",
        none="all",
        help="The time at which all Langevin steps are taken; each in turn if not given.",
        tip="The time t at which all steps are taken; without it, each time of the chain in turn:\n"
        "annealed",
        words=lambda level: "" if level is None else f"all at t = {level}",
    )

    def move(self, here: Here) -> Moved:
        from diffvis.diffusion.prediction import eps_from_x0
        from diffvis.sampling.langevin import langevin

        schedule, x_t, t, s = here.schedule, here.x_t, here.t, here.s
        at = t if self.level is None else self.level
        if self.level is not None and here.carried is None:
            x = x_t * float((schedule.power[at] / schedule.power[t]).sqrt())
        else:
            x = x_t
        found = here.ask(x, at)
        mean, std, z = langevin(
            here.ask, schedule, x, at, self.updates, self.langevin_snr, here.draw, found
        )
        if self.level is not None:
            found = replace(found, eps_hat=eps_from_x0(schedule, x_t, t, found.x0_hat))
            part = 1.0 if s > 0 else 1 / float(schedule.signal[at])
        elif s > 0 and float(schedule.signal[t]) > 0:
            part = float(schedule.signal[s] / schedule.signal[t])
        else:
            last = here.ask(mean + std * z, t)
            x_s = float(schedule.signal[s]) * last.x0_hat
            return Moved(found, x_s + float(schedule.noise[s]) * last.eps_hat)
        return Moved(found, part * mean, part * std, z, carried="begun")

    def sums(self, schedule: NoiseSchedule, t: int, s: int) -> tuple[Sum, ...]:
        at = t if self.level is None else self.level
        updates = langevin_sum(float(schedule.noise[at]), self.langevin_snr, self.updates, at)
        if self.level is not None:
            part = 1.0 if s > 0 else 1 / float(schedule.signal[at])
        elif s > 0 and float(schedule.signal[t]) > 0:
            part = float(schedule.signal[s] / schedule.signal[t])
        else:  # on by DDIM
            last = (float(schedule.signal[s]), X0_HAT), (float(schedule.noise[s]), EPS_HAT)
            return updates, Sum("μ", tuple(each for each in last if each[0]))
        return updates, Sum(f"x_{{{s}}}", ((part, "x"),))

    @property
    def adds_noise(self) -> bool:
        return True

    def fitted(self, model: Sampled) -> Self:
        last = model.schedule.T - model.schedule.ends_in_noise
        if self.level is not None and self.level > last:
            raise UserError(
                f"nothing is known of t = {self.level}", f"choose 1 to {last}", field="level"
            )
        return self

    def doubt(self, schedule: NoiseSchedule, times: Sequence[int]) -> str:
        if self.level is not None:
            return ""
        sigma = schedule.noise / schedule.signal
        kept = (1 - 2 * self.langevin_snr**2) ** self.updates  # of what is too wide, at each time
        left = max(float(sigma[t]) for t in times[:-1] if float(schedule.signal[t]) > 0)
        for _ in times[1:-1]:
            left *= kept
        if left < MOST_LEFT:
            return ""
        return (
            f"Langevin forgets its beginning too slowly here: {left:.2g} of x_T is left at the "
            "end; take more steps, more updates or a longer r"
        )

    def calls(self, schedule: NoiseSchedule, times: Sequence[int]) -> int:
        found = self.updates * (len(times) - 1)
        if self.level is not None:
            return found
        steps = pairwise(times)
        return found + sum(s == 0 or float(schedule.signal[t]) == 0 for t, s in steps)

    def code(self) -> tuple[str, ...]:
        r, n = self.langevin_snr, self.updates
        begin, end = (
            (
                "sigma = math.sqrt(1 - a_t)",
                "x = math.sqrt(a_s / a_t) * x if s > 0 else look(x, t)[0]  # on to s",
            )
            if self.level is None
            else (
                f"sigma = math.sqrt(1 - alpha_bar[{self.level}].item())",
                f"x = x if s > 0 else x / math.sqrt(alpha_bar[{self.level}].item())",
            )
        )
        at = "t" if self.level is None else str(self.level)
        return (
            f"{begin}  # Song & Ermon 2019, algorithm 1",
            f"for i in range({n} * (k - 1) + 1, {n} * k + 1):",
            f"    x = x - 2 * {r!r}**2 * sigma * look(x, {at})[1] + 2 * {r!r} * sigma * noise(i)",
            end,
        )
