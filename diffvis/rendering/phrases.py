"""One line of words, symbols and numbers, each in the colour of what it means."""

from collections.abc import Sequence

from diffvis.diffusion.schedule import NoiseSchedule
from diffvis.rendering.pixels import Pixels
from diffvis.rendering.style import Style
from diffvis.rendering.text import text_width, write

Phrase = tuple[str, str, bool]
"""Markup, the field of Style that has its colour, and whether it is bold."""


def noising_phrases(schedule: NoiseSchedule, t: int) -> tuple[Phrase, ...]:
    """x_t = 0.844 x_0 + 0.537 ε (Ho et al. 2020, eq. 4)."""
    signal, noise = float(schedule.signal[t]), float(schedule.noise[t])
    return (
        ("x_{t}", "text", True),
        (" = ", "muted", False),
        (f"{signal:.3f}", "signal", True),
        (" x_{0}", "text", True),
        (" + ", "muted", False),
        (f"{noise:.3f}", "noise", True),
        (" ε", "text", True),
    )


def decimals(value: float) -> str:
    """A number from 0 to 1 with four decimals; in powers of ten where these would be zeros."""
    return f"{value:.4f}" if value == 0 or value >= 0.001 else f"{value:.2e}"


def phrases_width(phrases: Sequence[Phrase], em: int) -> int:
    return sum(text_width(markup, em, bold) for markup, _, bold in phrases)


def write_phrases(
    frame: Pixels, phrases: Sequence[Phrase], x: int, y: int, em: int, style: Style
) -> None:
    """Write the phrases one after the other from ``x`` on, about row ``y``."""
    for markup, tone, bold in phrases:
        x += write(frame, markup, x, y, em, getattr(style, tone), bold=bold)
