"""Wrong readings of a network that are bugs of the catalogue."""

from collections.abc import Hashable, Mapping
from itertools import starmap

from diffvis.models.reading import Reading

MISTAKEN: Mapping[frozenset[Hashable], str] = {
    frozenset({"eps", "v"}): "eps-read-as-v",
    frozenset({"linear", "linear-unscaled"}): "betas-not-rescaled",
    frozenset({(-1.0, 1.0), (0.0, 1.0)}): "data-in-0-1",
}


def mistaken(one: Hashable, other: Hashable) -> str:
    """The bug of taking one of these for the other, whichever is right: two predictions, two kinds
    of schedules, two ranges; "" where it is none.
    """
    return MISTAKEN.get(frozenset({one, other}), "")


def misreadings(read: Reading, right: Reading) -> tuple[str, ...]:
    """The bugs of reading a network in one way where another is right."""
    pairs = (
        (read.predicts, right.predicts),
        (read.schedule.kind, right.schedule.kind),
        (read.range, right.range),
    )
    return tuple(filter(None, starmap(mistaken, pairs)))
