"""The mean of a reverse step as the sampler mixes it, with this step's own numbers."""

from collections.abc import Sequence
from dataclasses import dataclass

from diffvis.diffusion.schedule import NoiseSchedule
from diffvis.rendering.phrases import Phrase
from diffvis.sampling.free import EPS_HAT, X0_HAT, FreeSampler, Sum
from diffvis.sampling.sampler import Sampler

TONES = {X0_HAT: "signal", EPS_HAT: "noise"}
"""Of the weights of what a step takes, by its symbol."""


@dataclass(frozen=True)
class Mix:
    """One part of the mean: ``weight`` times the tensor ``name``, written as ``symbol``."""

    weight: float
    name: str
    symbol: str
    tone: str


def mean_mix(
    schedule: NoiseSchedule, sampler: Sampler, t: int, s: int, t_before: int | None = None
) -> tuple[Mix, ...]:
    """What the mean of the step from t to s is the sum of, with the sampler's own weights.

    ``t_before`` is where the step before began, whose x0_hat is called ``x0_before``; what a second
    look finds, at s, is called ``x0_ahead`` and ``eps_ahead``. Empty where it is no such sum.
    """
    if isinstance(sampler, FreeSampler):
        return ()
    mean = sampler.mean(schedule, t, s, t_before)
    further, nearer = mean.extrapolation, mean.correction
    before, ahead = rf"{X0_HAT} of t = {t_before}", rf"{EPS_HAT} of t = {s}"
    eps_ahead = mean.eps_hat * nearer + mean.eps_ahead
    parts = (
        Mix(mean.x0_hat * (1 + further), "x0_hat", X0_HAT, "signal"),
        Mix(mean.x_t, "x_t", f"x_{{{t}}}", "text"),
        Mix(mean.eps_hat * (1 - nearer), "eps_hat", EPS_HAT, "noise"),
        Mix(-mean.x0_hat * further, "x0_before", before, "muted"),
        Mix(mean.x0_ahead, "x0_ahead", rf"{X0_HAT} of t = {s}", "muted"),
        Mix(eps_ahead, "eps_ahead", ahead, "noise"),
    )
    used = {"x0_hat": mean.x0_hat, "x_t": mean.x_t, "eps_hat": mean.eps_hat} | {
        "x0_before": further, "x0_ahead": mean.x0_ahead, "eps_ahead": nearer or mean.eps_ahead
    }  # fmt: skip
    return tuple(part for part in parts if used[part.name])


def step_phrases(
    schedule: NoiseSchedule, sampler: Sampler, t: int, s: int, t_before: int | None = None
) -> tuple[Phrase, ...]:
    """How the step from t to s is made, in one line; empty where nobody has written it."""
    if not isinstance(sampler, FreeSampler):
        return mix_phrases(mean_mix(schedule, sampler, t, s, t_before))
    phrases: list[Phrase] = []
    for place, each in enumerate(sampler.sums(schedule, t, s)):
        if place:
            phrases.append((";   ", "muted", False))
        phrases += _sum_phrases(each)
    return tuple(phrases)


def _sum_phrases(made: Sum) -> list[Phrase]:
    """A weight of one is not written."""
    phrases: list[Phrase] = [(made.left, "text", True), (f" {made.sign} ", "muted", False)]
    for place, (weight, symbol) in enumerate(made.parts):
        if place or weight < 0:
            phrases.append((" − " if weight < 0 else " + ", "muted", False))
        if abs(weight) != 1:
            phrases.append((f"{abs(weight):.3f} ", TONES.get(symbol, "text"), True))
        phrases.append((symbol, "text", True))
    if made.after:
        phrases.append((made.after, "muted", False))
    return phrases


def mix_phrases(mix: Sequence[Mix]) -> tuple[Phrase, ...]:
    """μ = 0.043 x0_hat + 0.957 x_t, the weights and what they multiply in the colour of each."""
    phrases: list[Phrase] = [("μ", "text", True), (" = ", "muted", False)]
    for place, part in enumerate(mix):
        if place or part.weight < 0:
            phrases.append((" − " if part.weight < 0 else " + ", "muted", False))
        phrases.append((f"{abs(part.weight):.3f} ", part.tone, True))
        phrases.append((part.symbol, "text", True))
    return tuple(phrases)
