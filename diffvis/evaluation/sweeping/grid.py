"""Settings of a chain that have several values each: a grid of chains."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from diffvis.errors import UserError
from diffvis.sampling.settings import ChainSettings, chain_settings

MOST_CHAINS = 1_000


@dataclass(frozen=True)
class Grid:
    """Chains that have the settings ``base``, but all combinations of the values of ``axes``."""

    base: ChainSettings
    axes: Mapping[str, tuple[Any, ...]]

    @classmethod
    def of(cls, lists: Mapping[str, Sequence[Any]]) -> "Grid":
        """What has several values is an axis, in the order of ``lists``; a value counts once.

        Raises:
            UserError: a setting is unknown or has no value, a value is impossible, none has two, or
                there are more than ``MOST_CHAINS`` combinations.
        """
        kept = {name: tuple(dict.fromkeys(values)) for name, values in lists.items()}
        for name, values in kept.items():
            if not values:
                raise UserError(f"the list of {name} is empty", "give it a value", field=name)
        fixed = {name: values[0] for name, values in kept.items() if len(values) == 1}
        if len(fixed) == len(kept):
            raise UserError(
                "no setting has several values", "give one a list, such as steps 5, 10, 20"
            )
        grid = cls(ChainSettings(**fixed), {n: v for n, v in kept.items() if len(v) > 1})
        if len(grid) > MOST_CHAINS:
            raise UserError(
                f"{len(grid):,} combinations are too many", f"choose {MOST_CHAINS:,} or fewer"
            )
        grid.chains()
        return grid

    def __len__(self) -> int:
        count = 1
        for values in self.axes.values():
            count *= len(values)
        return count

    def places(self) -> list[dict[str, Any]]:
        """The values of the axes in each chain; those of the first axis change fastest."""
        names = list(self.axes)
        turns = product(*(self.axes[name] for name in reversed(names)))
        return [dict(zip(names, reversed(turn), strict=True)) for turn in turns]

    def chains(self) -> list[ChainSettings]:
        """The chains in the order of their places."""
        return [self.base.changed(**place) for place in self.places()]

    def numbers(self) -> list[str]:
        """The axes whose values are numbers, in their order."""
        known = chain_settings()
        return [n for n in self.axes if known[n].kind in (int, float) and n != "label"]

    def to_json(self) -> dict[str, Any]:
        return {
            "settings": self.base.model_dump(),
            "axes": {name: list(values) for name, values in self.axes.items()},
        }

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> "Grid":
        """The inverse of ``to_json``; a setting that came later has its default."""
        axes = {name: tuple(values) for name, values in told["axes"].items()}
        return cls(ChainSettings(**told["settings"]), axes)
