"""What is shown for want of data that nobody has fetched: samples of the model of that name."""

from collections.abc import Iterable

from diffvis.data.catalogue import must_be_fetched, title_of
from diffvis.errors import UserError
from diffvis.files import shipped_models
from diffvis.lectures.scene import AnyScene, Scene
from diffvis.models.shipped import OWN_SAMPLES, SAMPLES


def opens_for(source: str) -> str:
    """What is opened for the data that a scene names: itself, unless it is not on this machine and
    a model that comes with diffvis has learned it.
    """
    stands_in = _is_missing(source) and (shipped_models() / source / SAMPLES).is_file()
    return f"{OWN_SAMPLES}{source}" if stands_in else source


def stand_ins(scenes: Iterable[AnyScene]) -> tuple[str, ...]:
    """A sentence for each data set in whose place something else is shown."""
    sources = dict.fromkeys(each.data for each in scenes if isinstance(each, Scene))
    return tuple(
        f"{title_of(source)} is not on this machine: samples that a model made of it stand in"
        for source in sources
        if opens_for(source) != source
    )


def _is_missing(source: str) -> bool:
    try:
        return must_be_fetched(source)
    except UserError:  # its options are wrong, which whoever opens it says
        return False
