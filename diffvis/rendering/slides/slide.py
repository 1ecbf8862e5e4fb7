"""One slide, whichever program will show it."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Slide:
    """A ``still``, or a ``film`` whose last frame the still is; files."""

    title: str
    still: Path
    film: Path | None = None
    caption: str = ""
    """Below the picture."""
    notes: str = ""
    """For who speaks."""
    said: str = ""
    """What is seen, for who does not see it; the title if nothing."""
