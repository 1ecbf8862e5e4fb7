"""What a reader took data for, in words: said wherever the data is opened, with what changes it."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Inferred:
    """One thing that a reader found or guessed and nobody had said.

    A reader makes one for each guess that may be wrong, and none for what it was told by an option.
    """

    says: str
    """What was taken for what, no full stop: ``values 0 to 16, taken for black to white``."""
    option: str = ""
    """What to write behind the question mark to have it otherwise: ``range=0..255``."""
    absurd: bool = False
    """Whether the result is such that people will hardly have meant it: shown as a warning."""

    def __str__(self) -> str:
        return f"{self.says}; {self.option} changes it" if self.option else self.says


def listed(names: Sequence[str]) -> str:
    """``x``, ``x and y``, ``x, y and z``."""
    return " and ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)
