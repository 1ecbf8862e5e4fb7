"""A film in words, for whoever reads it beside the pictures or hears it instead of them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from diffvis.rendering.footer import Foot
from diffvis.rendering.markup import plain

SEPARATOR = " · "


@dataclass(frozen=True)
class Told:
    """What made a film, and the moment that each of its frames shows."""

    words: str = "Film"
    """``Forward process · Digits · cosine schedule · seed 0``."""
    moments: tuple[str, ...] = ()
    """``t = 120`` of each frame in turn."""
    whole: str = ""
    """What the moments are part of: ``of 300``."""

    @classmethod
    def counted(
        cls, what: str, caption: str, times: Sequence[int], T: int, counts: str = "t"
    ) -> "Told":
        """As a footer has it: the ``caption`` (markup), and each of ``times`` of T."""
        moments = tuple(Foot(t, T, counts=counts).now for t in times)
        return cls(what + SEPARATOR + plain(caption), moments, Foot(T, T, counts=counts).whole)

    def still(self, place: int = 0) -> str:
        """One of the moments in a sentence."""
        return f"{self.words.replace(SEPARATOR, ', ')}: {self.moments[place]} {self.whole}."

    def and_back(self) -> "Told":
        """The same of a film that runs back to where it began."""
        return replace(self, moments=self.moments + self.moments[-2::-1])
