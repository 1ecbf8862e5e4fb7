"""The colours and the text size that the window, its pictures and the exported files share."""

from dataclasses import dataclass, replace
from math import ceil

Colour = tuple[int, int, int]

SMALLEST = 8  # pixels of type, where nothing else is asked for
TYPE = 13  # pixels of most words at normal text size
STAGE_LINES = 30  # lines of the smallest type, as high as a stage


@dataclass(frozen=True)
class Style:
    """One look. Colours are (r, g, b) of 0..255; blue means the signal, orange the noise."""

    name: str
    background: Colour
    panel: Colour
    border: Colour
    text: Colour
    muted: Colour
    signal: Colour
    noise: Colour
    on_signal: Colour
    """Text on a button filled with ``signal``."""
    accents: tuple[Colour, ...]
    """More colours that stay apart for colour-blind eyes (Okabe and Ito 2008)."""
    text_scale: float = 1.0
    span: tuple[float, float] = (-1.0, 1.0)
    """The values of images that are drawn black and white."""
    least: int = 0
    """Pixels of the smallest type, for the last row of a lecture room; 0 leaves it to the room that
    there is.
    """
    mat: Colour | None = None
    """Another colour than the usual between pictures and around them."""

    @property
    def ground(self) -> Colour:
        """Between pictures and a line around them: neither white nor black, which pixels are."""
        return self.mat or self.border

    def showing(self, span: tuple[float, float]) -> "Style":
        """The same look for images whose black and white are other values."""
        return self if span == self.span else replace(self, span=span)

    @property
    def half_span(self) -> float:
        """Half of what lies between black and white: grey to either, for what may be below 0."""
        return (self.span[1] - self.span[0]) / 2

    def scaled(self, factor: float) -> "Style":
        """The same look with text ``factor`` times as large: a denser screen, or the last row."""
        scale, least = self.text_scale * factor, ceil(self.least * factor)
        return replace(self, text_scale=scale, least=least)

    def staged(self, height: float) -> "Style":
        """The same look on a stage of so many pixels: no type is lower than 1/30 of that, and what
        is behind words is as unlike them as it can be.
        """
        least, light = ceil(height / STAGE_LINES), sum(self.text)
        ground = max(self.background, self.panel, key=lambda tone: abs(sum(tone) - light))
        scale = least / TYPE
        return replace(self, background=ground, panel=ground, text_scale=scale, least=least)

    def legible(self, pixels: float, smallest: int = SMALLEST) -> int:
        """Type of about so many pixels that can be read: where the room asks for less, words have
        to be left out.
        """
        return max(self.least or smallest, round(pixels))


DARK = Style(
    name="dark",
    background=(20, 23, 27),
    panel=(28, 32, 38),
    border=(43, 48, 56),
    text=(232, 234, 237),
    muted=(154, 160, 168),
    signal=(86, 180, 233),
    noise=(230, 159, 0),
    on_signal=(16, 24, 32),
    accents=((0, 158, 115), (204, 121, 167), (240, 228, 66), (213, 94, 0)),
)

LIGHT = Style(
    name="light",
    background=(243, 245, 248),
    panel=(255, 255, 255),
    border=(217, 221, 227),
    text=(26, 29, 33),
    muted=(92, 101, 112),
    signal=(0, 114, 178),
    noise=(179, 76, 0),
    on_signal=(255, 255, 255),
    accents=((0, 122, 89), (160, 74, 121), (117, 107, 0), (86, 66, 150)),
)

STYLES = {style.name: style for style in (DARK, LIGHT)}
