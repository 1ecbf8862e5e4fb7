"""Ancestral sampling: a draw from q(x_s | x_t, x0_hat)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal, Self

from diffvis.errors import UserError
from diffvis.sampling.sampler import Mean, Sampled, Sampler, register
from diffvis.settings import setting

if TYPE_CHECKING:
    from torch import Tensor

    from diffvis.diffusion.schedule import NoiseSchedule


@register("ddpm", "DDPM", "a draw from q(x_s | x_t, x̂_0) (Ho et al. 2020, algorithm 2)", year=2020)
class DDPM(Sampler):
    """Ancestral sampling (Ho et al. 2020, algorithm 2) over any falling times.

    The variance is that of q(x_s | x_t, x_0) (``small``), of q(x_t | x_s) (``large``), or what the
    network says between the two (``learned``; Nichol & Dhariwal 2021, eq. 15).
    """

    also: ClassVar[str] = "ancestral"

    variance: Literal["auto", "small", "large", "learned"] = setting(
        "auto",
        choices={"small": "small  β̃", "large": "large  β"},
        label="Variance",
        rare=True,
        help="Of DDPM's noise.",
        tip="σ² of DDPM's noise: small is β̃, that of q(x_s | x_t, x_0); large is β, that of "
        "q(x_t | x_s);\nlearned lies between the two (Nichol & Dhariwal 2021, eq. 15).\n"
        "auto: learned where it was learned, else as a foreign model says, or large for points\n"
        "and small for images",
        words=lambda variance: "" if variance == "auto" else f"{variance} variance",
    )

    def mean(self, schedule: NoiseSchedule, t: int, s: int, t_before: int | None = None) -> Mean:
        posterior = schedule.posterior(t, s)
        return Mean(x0_hat=posterior.x0, x_t=posterior.x_t)

    def std(
        self, schedule: NoiseSchedule, t: int, s: int, v: Tensor | None = None
    ) -> float | Tensor:
        from diffvis.diffusion.variance import reverse_std

        variance = "small" if self.variance == "auto" else self.variance
        return reverse_std(schedule, variance, v, t, s)

    def code(self) -> tuple[str, ...]:
        small = "b * (1 - a_s) / (1 - a_t)"
        std = {
            "large": ("std = math.sqrt(b)",),
            "learned": (
                "share = (v + 1) / 2  # Nichol & Dhariwal 2021, eq. 15",
                f"small, large = math.log(max({small}, 1e-300)), math.log(b)",
                "std = ((share * large + (1 - share) * small) / 2).exp()",
            ),
        }.get(self.variance, (f"std = math.sqrt({small})",))
        return (
            "b = 1 - a_t / a_s  # the beta of the step from s to t",
            "mean = (math.sqrt(a_s) * b * x0 + math.sqrt(1 - b) * (1 - a_s) * x) / (1 - a_t)",
            *std,
            "x = mean + (std * noise(k) if s > 0 else 0)  # Ho et al. 2020, eq. 7",
        )

    @property
    def adds_noise(self) -> bool:
        return True

    @property
    def has_own_std(self) -> bool:
        return self.variance == "learned"

    def fitted(self, model: Sampled) -> Self:
        """``auto`` is what the model was made for."""
        learns = getattr(model.denoiser, "learns_variance", False)
        if self.variance == "learned" and not learns:
            raise UserError(
                f"{model.name} has learned no variance", "choose small or large", field="variance"
            )
        if self.variance != "auto":
            return self
        return self.changed(variance="learned" if learns else model.variance)
