"""One picture of a person's own: Forward shows it as it is, and a model gets what it can take."""

from collections.abc import Callable
from pathlib import Path

from diffvis.app.notices import About, Notice
from diffvis.data.dataset import Dataset
from diffvis.data.kinds import is_picture
from diffvis.data.options import split_source
from diffvis.models.model import Model


def own_picture_of(data: Dataset) -> Path | None:
    """The file of data that are one picture, as a picture; None of all others."""
    if data.is_points or len(data) != 1:
        return None
    path = Path(split_source(data.source)[0])
    return path if is_picture(path) else None


def becomes(path: Path, model: Model, begin: Callable[[Path], object]) -> Notice:
    """What a model of images gets of it, and the offer to begin with that."""
    channels, height, width = model.shape
    colour = {1: "grey", 3: "colour"}.get(channels, f"{channels} channels")
    return Notice(
        f"For {model.name}, {path.name} becomes {width} × {height}, {colour}: what it has learned",
        "begin with it to noise it to some t and walk back",
        action=("Begin with it", lambda: begin(path)),
        about=About.DATA | About.MODEL,
    )
