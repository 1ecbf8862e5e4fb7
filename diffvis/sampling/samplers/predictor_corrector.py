"""Predictor and corrector: a step down, then steps of Langevin dynamics where it has led."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from diffvis.sampling.free import FreeSampler, Here, Moved, Sum, langevin_sum, parts_of
from diffvis.sampling.sampler import Sampler, register
from diffvis.sampling.samplers.ddim import DDIM
from diffvis.sampling.samplers.ddpm import DDPM
from diffvis.settings import setting

if TYPE_CHECKING:
    from collections.abc import Sequence

    from diffvis.diffusion.schedule import NoiseSchedule


@register(
    "predictor-corrector",
    "Predictor–corrector",
    "a step down, then Langevin steps at s (Song et al. 2021, algorithm 1)",
    year=2021,
)
class PredictorCorrector(FreeSampler):
    """A step to s, then ``corrections`` steps of Langevin dynamics there (Song et al. 2021,
    algorithms 1 and 4): x + a score + sqrt(2a) z, with the score -eps_hat / noise_s.

    Their step a = 2 (r |z| / |score|)^2 has the norms of this draw, averaged over the batch. Both
    vectors are of unit variance once the score is multiplied by noise_s; with a = 2 (r noise_s)^2
    a sample does not depend on those beside it. The step to s = 0 is to x0_hat, and not corrected.
    """

    predictor: Literal["ddpm", "ddim"] = setting(
        "ddpm",
        choices={"ddpm": "ancestral", "ddim": "DDIM"},
        label="Predictor",
        rare=True,
        help="The step that is corrected: ancestral, or DDIM.",
        tip="The step that is corrected: ancestral with the small variance, or DDIM, which draws\n"
        "nothing, so that all noise is that of the corrector",
        words=lambda predictor: "" if predictor == "ddpm" else "DDIM predicts",
    )
    corrections: int = setting(
        1,
        ge=1,
        le=100,
        label="Corrections",
        help="Langevin steps after each step of the predictor.",
        tip="Langevin steps at s after each step; each asks the network once more",
        words=lambda count: f"{count} correction{'s' * (count != 1)} a step",
    )
    corrector_snr: float = setting(
        0.16,
        gt=0,
        le=0.5,
        label="r of the corrector",
        symbol="r",
        help="How long Langevin's steps are: signal to noise.",
        tip="How long the Langevin steps are, signal to noise: each adds noise of 2 r σ and takes\n"
        "as much of ε̂ as keeps the law as it is (0.16 in Song et al. 2021)",
    )

    def move(self, here: Here) -> Moved:
        from diffvis.sampling.langevin import langevin
        from diffvis.sampling.mixing import mean_of

        schedule, t, s = here.schedule, here.t, here.s
        found = here.ask(here.x_t, t)
        first = self._first
        x = mean_of(first.mean(schedule, t, s), here.x_t, found.x0_hat, found.eps_hat)
        if s == 0:
            return Moved(found, x)
        if first.adds_noise:
            x = x + first.std(schedule, t, s) * here.draw(x)
        return Moved(
            found,
            *langevin(here.ask, schedule, x, s, self.corrections, self.corrector_snr, here.draw),
        )

    @property
    def _first(self) -> Sampler:
        return DDPM(variance="small") if self.predictor == "ddpm" else DDIM()

    def sums(self, schedule: NoiseSchedule, t: int, s: int) -> tuple[Sum, ...]:
        first = self._first
        parts = parts_of(first.mean(schedule, t, s), t, s)
        if s == 0:
            return (Sum("μ", parts),)
        if first.adds_noise:
            parts += ((float(first.std(schedule, t, s)), "z"),)
        again = langevin_sum(float(schedule.noise[s]), self.corrector_snr, self.corrections, s)
        return Sum("x", parts), again

    @property
    def adds_noise(self) -> bool:
        return True

    def calls(self, schedule: NoiseSchedule, times: Sequence[int]) -> int:
        return len(times) - 1 + self.corrections * sum(s > 0 for s in times[1:])

    def code(self) -> tuple[str, ...]:
        each = self.corrections + (self.predictor == "ddpm")
        first = (
            (
                "b = 1 - a_t / a_s  # an ancestral step down",
                "x = (math.sqrt(a_s) * b * x0 + math.sqrt(1 - b) * (1 - a_s) * x) / (1 - a_t)",
                "if s > 0:",
                f"    x = x + math.sqrt((1 - a_s) / (1 - a_t) * b) * noise({each} * (k - 1) + 1)",
            )
            if self.predictor == "ddpm"
            else ("x = math.sqrt(a_s) * x0 + math.sqrt(1 - a_s) * eps  # DDIM predicts",)
        )
        last = f"{each} * (k - 1) + {each - self.corrections}"
        r = self.corrector_snr
        return (
            *first,
            f"for i in range(1, {self.corrections} + 1) if s > 0 else ():  # Langevin at s",
            "    eps, sigma = look(x, s)[1], math.sqrt(1 - a_s)  # Song et al. 2021, algorithm 4",
            f"    x = x - 2 * {r!r}**2 * sigma * eps + 2 * {r!r} * sigma * noise({last} + i)",
        )
