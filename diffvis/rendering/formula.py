"""The mean of a reverse step as the sampler mixes it, with this step's own numbers."""

from collections.abc import Sequence
from dataclasses import dataclass

from diffvis.diffusion.reverse import ddim_weights
from diffvis.diffusion.schedule import NoiseSchedule
from diffvis.diffusion.solver import solver_weights
from diffvis.rendering.phrases import Phrase

X0_HAT, EPS_HAT = r"\hat{x}_{0}", r"\hat{ε}"


@dataclass(frozen=True)
class Mix:
    """One part of the mean: ``weight`` times the tensor ``name``, written as ``symbol``."""

    weight: float
    name: str
    symbol: str
    tone: str


def mean_mix(
    schedule: NoiseSchedule,
    sampler: str,
    t: int,
    s: int,
    *,
    eta: float = 0.0,
    t_before: int | None = None,
) -> tuple[Mix, ...]:
    """What the mean of the step from t to s is the sum of.

    ``t_before`` is where the step before began, which DPM-Solver++ looks back to; its x0_hat is
    called ``x0_before``. The weights are those that the sampler itself multiplies with.
    """
    if sampler == "ddim":
        signal, direction, _ = ddim_weights(schedule, t, s, eta)
        return (
            Mix(signal, "x0_hat", X0_HAT, "signal"),
            Mix(direction, "eps_hat", EPS_HAT, "noise"),
        )
    if sampler == "dpm-solver":
        keep, pull, ahead = solver_weights(schedule, t, s, t_before)
        mix = (
            Mix(pull * (1 + ahead), "x0_hat", X0_HAT, "signal"),
            Mix(keep, "x_t", f"x_{{{t}}}", "text"),
        )
        if ahead == 0:
            return mix
        before = Mix(-pull * ahead, "x0_before", rf"{X0_HAT} of t = {t_before}", "muted")
        return (*mix, before)
    posterior = schedule.posterior(t, s)
    return (
        Mix(posterior.x0, "x0_hat", X0_HAT, "signal"),
        Mix(posterior.x_t, "x_t", f"x_{{{t}}}", "text"),
    )


def mix_phrases(mix: Sequence[Mix], left: str = "μ") -> tuple[Phrase, ...]:
    """μ = 0.043 x0_hat + 0.957 x_t, the weights and what they multiply in the colour of each."""
    phrases: list[Phrase] = [(left, "text", True), (" = ", "muted", False)]
    for place, part in enumerate(mix):
        if place or part.weight < 0:
            phrases.append((" − " if part.weight < 0 else " + ", "muted", False))
        phrases.append((f"{abs(part.weight):.3f} ", part.tone, True))
        phrases.append((part.symbol, "text", True))
    return tuple(phrases)
