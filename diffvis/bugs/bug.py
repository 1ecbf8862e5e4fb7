"""What is told of one error that teaching code has had."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from diffvis.models.blueprint import MARK


@dataclass(frozen=True)
class Bug:
    """An error, in words and formulas. Formulas are in the markup of ``rendering/markup.py``."""

    name: str
    title: str
    right: str
    wrong: str
    effect: str
    """What it does to pictures."""
    loss_by_t: str
    """What it does to the loss by t."""
    fooled: str
    """Who does not notice: what still looks right."""
    recognise: str
    compare: Mapping[str, Any] | None = None
    """Settings of a chain that shows it beside the right one; None: no chain can."""
    sampler: str = ""
    """The one whose formula is wrong, where it is one alone."""
    stand_in: bool = False
    """In a chain, a sound network stands in for one trained with the bug: it is asked at the noise
    that the other one would have learned at this t."""
    training: bool = False
    """Whether a run can be trained with it."""
    functions: tuple[str, ...] = field(default=())
    """The functions of a student's in which ``diffvis check`` finds it."""

    @property
    def mark(self) -> str:
        """What stands in titles: ``BUG noise-in-last-step``."""
        return f"{MARK} {self.name}"

    @property
    def tip(self) -> str:
        """What stands at its name in a list."""
        return f"{self.title}.\n{self.effect}\nHow to recognise it: {self.recognise}"

    @property
    def places(self) -> tuple[str, ...]:
        """Where it can be shown, for people."""
        shown = "compare, by a stand-in" if self.stand_in else "compare"
        found = {shown: self.compare is not None, "training": self.training}
        return tuple(name for name, there in found.items() if there) + (
            (f"check ({', '.join(self.functions)})",) if self.functions else ()
        )
