"""The mean of a reverse step as the sampler mixes it, with this step's own numbers."""

from collections.abc import Sequence
from dataclasses import dataclass

from diffvis.diffusion.reverse import ddim_weights
from diffvis.diffusion.schedule import NoiseSchedule
from diffvis.diffusion.solver import solver_weights
from diffvis.rendering.pixels import Pixels
from diffvis.rendering.style import Style
from diffvis.rendering.text import text_width, write


@dataclass(frozen=True)
class Mix:
    """One part of the mean: ``weight`` times the tensor ``name``, written as ``symbol``."""

    weight: float
    name: str
    symbol: str
    tone: str = "text"


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
    x_t = f"x_{{{t}}}"
    x0_hat, eps_hat = r"\hat{x}_{0}", r"\hat{ε}"
    if sampler == "ddim":
        signal, direction, _ = ddim_weights(schedule, t, s, eta)
        return (
            Mix(signal, "x0_hat", x0_hat, "signal"),
            Mix(direction, "eps_hat", eps_hat, "noise"),
        )
    if sampler == "dpm-solver":
        keep, pull, ahead = solver_weights(schedule, t, s, t_before)
        mix = (
            Mix(pull * (1 + ahead), "x0_hat", x0_hat, "signal"),
            Mix(keep, "x_t", x_t),
        )
        if ahead == 0:
            return mix
        before = Mix(-pull * ahead, "x0_before", rf"\hat{{x}}_{{0}} of t = {t_before}", "muted")
        return (*mix, before)
    posterior = schedule.posterior(t, s)
    return (Mix(posterior.x0, "x0_hat", x0_hat, "signal"), Mix(posterior.x_t, "x_t", x_t))


def mix_words(mix: Sequence[Mix]) -> list[tuple[str, str]]:
    """``μ = 0.043 x̂_0 + 0.957 x_t`` as pieces of (markup, tone)."""
    words = [("μ  =  ", "text")]
    for place, part in enumerate(mix):
        sign = "−" if part.weight < 0 else "+"
        if place or part.weight < 0:
            words.append((f"  {sign}  " if place else sign, "text"))
        words.append((f"{abs(part.weight):.3f} {part.symbol}", part.tone))
    return words


def write_mix(
    frame: Pixels, mix: Sequence[Mix], x: int, y: int, em: int, room: int, style: Style
) -> None:
    """Write the formula in one line about row ``y``, centred at ``x``; smaller where it must be."""
    words = mix_words(mix)
    width = sum(_advance(markup, em) for markup, _ in words)
    if width > room:
        em = max(7, em * room // width)
        width = sum(_advance(markup, em) for markup, _ in words)
    left = x - width // 2
    for markup, tone in words:
        write(frame, markup.strip(), left + _lead(markup, em), y, em, getattr(style, tone))
        left += _advance(markup, em)


def _advance(markup: str, em: int) -> int:
    """The room of a piece with the spaces at its ends, which ink alone does not count."""
    spaces = len(markup) - len(markup.strip())
    return text_width(markup.strip(), em) + round(0.32 * em * spaces)


def _lead(markup: str, em: int) -> int:
    return round(0.32 * em * (len(markup) - len(markup.lstrip())))
