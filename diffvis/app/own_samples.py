"""What Forward shows of a model whose data are not on this machine: what the model made itself, or
what nobody takes for data.
"""

from collections.abc import Callable

from diffvis.app.notices import About, Notice
from diffvis.data.arrays import IN_MEMORY
from diffvis.data.catalogue import entries
from diffvis.data.dataset import Dataset
from diffvis.data.options import split_source
from diffvis.data.stand_in import is_stand_in
from diffvis.errors import UserError
from diffvis.models.model import Model
from diffvis.models.shipped import OWN_SAMPLES, learned_by, own_samples, shipped_as


def own_samples_of(model: Model) -> Dataset | None:
    """The samples that came with a ready-trained model, or None of any other model."""
    return _come_with(model, own_samples)


def pictures_learned(model: Model, data: Dataset) -> Dataset | None:
    """What samples of ``model`` are looked for in: ``data``, or where those are not real or not of
    their size, the pictures of its training that came with it; None where there are none.
    """
    if model.is_points:
        return None
    alike = is_real(data) and tuple(data.shape) == tuple(model.shape)
    return data if alike else _come_with(model, learned_by)


def _come_with(model: Model, opened: Callable[[str], Dataset]) -> Dataset | None:
    name = shipped_as(model.path)
    if name is None:
        return None
    try:
        return opened(name)
    except UserError:
        return None


def is_own(data: Dataset) -> bool:
    """Whether a model made it."""
    return data.source.startswith(OWN_SAMPLES)


def is_real(data: Dataset) -> bool:
    """Whether a model can have learned it."""
    return not (is_own(data) or is_stand_in(data))


def can_be_reopened(data: Dataset) -> bool:
    """Whether its source opens it again."""
    return is_real(data) and data.source != IN_MEMORY


def about_stand_in(model: Model) -> Notice:
    """Says that no data are shown, and what would show them."""
    name, _ = split_source(model.data)
    says = f"{model.data} is not here" if name else "are not known"
    return Notice(
        f"The data that {model.name} learned from {says}: Forward shows none",
        "open them under Data, or give data= to view",
        about=About.MODEL | About.DATA,
    )


def about_own_samples(model: Model, open_data: Callable[[str], object]) -> Notice:
    """Says that no real data are shown, and offers to fetch them where that can be done."""
    name, _ = split_source(model.data)
    public = {entry.name: entry for entry in entries() if entry.download}.get(name)
    says = f"The data that {model.name} learned from are not here: Forward shows what it made"
    about = About.MODEL | About.DATA
    if public is None:
        return Notice(says, f"open a folder of {name} to see the real ones", about=about)
    size = max(1, round(public.download / 1e6))
    return Notice(
        says,
        "fetch the real ones once, and they stay on this machine",
        action=(f"Download {size} MB", lambda: open_data(model.data)),
        about=about,
    )
