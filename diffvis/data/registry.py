"""Data sets by name, and how one of one's own joins them:

@register("rings", "Rings", "two circles", "points", options=("n", "seed"))
def open_rings(source, *, n=2000, seed=0):
    ...
    return point_dataset(Cloud(x, None, None), name="rings", title="Rings", source=source)
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeVar

from diffvis.data.dataset import Dataset
from diffvis.data.digits import DIGITS
from diffvis.data.homes import PUBLIC
from diffvis.data.options import OPTIONS
from diffvis.data.points import TOYS
from diffvis.joining import Registry

Open = TypeVar("Open", bound=Callable[..., Dataset])
Kind = Literal["points", "images"]


@dataclass(frozen=True)
class DatasetEntry:
    """A data set that can be opened by its name."""

    name: str
    title: str
    description: str
    kind: Kind
    options: tuple[str, ...]
    download: int = 0
    """How many bytes must be fetched before it opens; 0 for what is on this machine."""


@dataclass(frozen=True)
class OwnSet:
    """One that a package of one's own brought."""

    entry: DatasetEntry
    open: Callable[..., Dataset]
    """open(source, **options); the source goes into the data set as it is."""


OWN_SETS: Registry[OwnSet] = Registry("diffvis.datasets")


def register(
    name: str, title: str, description: str, kind: Kind, options: tuple[str, ...] = ()
) -> Callable[[Open], Open]:
    """Decorate a function that opens a data set to offer it under a name. One given again replaces
    the earlier.

    It is called as open(source, **options), where the options are checked already and only those
    that were given.

    Args:
        options: their names, of those in ``diffvis.data.options.OPTIONS``.

    Raises:
        ValueError: there is no such option, or the name is of a set that comes with diffvis, of
            which more is known than how it is opened.
    """
    if name in (*TOYS, DIGITS, *PUBLIC):
        raise ValueError(f"there is a data set {name} already: give yours another name")
    unknown = set(options) - set(OPTIONS)
    if unknown:
        known = ", ".join(OPTIONS)
        raise ValueError(f"{name} has options {sorted(unknown)}, which are not among {known}")

    def decorate(opened: Open) -> Open:
        OWN_SETS.add(name, OwnSet(DatasetEntry(name, title, description, kind, options), opened))
        return opened

    return decorate
