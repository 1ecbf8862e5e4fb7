"""Pictures of more than 8 bits: grey of 16 or 32 bits or floating point, in one range for a set."""

from dataclasses import dataclass

import numpy as np
from PIL import Image

from diffvis.data.ranges import BYTES, DEEP, Extremes, Span, extremes_of, span_of


@dataclass(frozen=True)
class Depth:
    """How far values reach, and which of them were made black and white."""

    extremes: Extremes
    span: Span

    def __or__(self, other: "Depth") -> "Depth":
        """Of both together: the range that both should have had."""
        together = self.extremes | other.extremes
        return Depth(together, _span_of(together))


def is_deep(picture: Image.Image) -> bool:
    return picture.mode[0] in "IF"


def to_8_bits(picture: Image.Image, span: Span | None) -> tuple[Image.Image, Depth]:
    """A deep picture as one of bytes; without a ``span`` in the range that it seems to have.

    Raises:
        ValueError: it has values that are no numbers.
    """
    values = np.asarray(picture)
    if not np.isfinite(values).all():
        raise ValueError("it has NaN or infinity")
    extremes = extremes_of(values)
    span = span or _span_of(extremes)
    scale = 255 / span.width
    grey = picture.convert("F").point(lambda value: value * scale + (0.5 - span.low * scale))
    return grey.convert("L"), Depth(extremes, span)


def stretched(picture: Image.Image, span: Span) -> Image.Image:
    """A picture of bytes whose values ``span`` become black to white."""
    if span == BYTES:
        return picture
    values = (np.arange(256) - span.low) * (255 / span.width)
    table = np.clip(np.round(values), 0, 255).astype(np.uint8).tolist()
    return picture.point(table * len(picture.getbands()))


def _span_of(extremes: Extremes) -> Span:
    """As for arrays; of one value alone, the depth that has it."""
    found = span_of(extremes)
    if found is not None:
        return found
    deep = (span for span in DEEP if span.low <= extremes.low <= span.high)
    return next(deep, Span(extremes.low - 1, extremes.low))
