"""The models that come with diffvis: what is known about each before it is opened."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import torch

from diffvis.data.dataset import Dataset
from diffvis.data.images import image_dataset
from diffvis.data.splits import all_train
from diffvis.errors import UserError
from diffvis.files import shipped_models
from diffvis.models.weights import SUFFIX

WEIGHTS = f"model{SUFFIX}"  # in the folder of a model that was passed on
FIGURES, THUMBNAIL, GRID, SAMPLES = "figures.json", "thumbnail.png", "samples.png", "samples.npz"
TRAINING = "training.png"
TRAINING_COLUMNS = 25
"""Of the sheet of square pictures that a model was trained on."""
OWN_SAMPLES, LEARNED_BY = "samples-of:", "learned-by:"
"""Begin the source of a data set of a model's own samples, or of pictures that it learned."""


@dataclass(frozen=True)
class Shipped:
    """A folder of ``models/``. What its figures do not say is empty or 0."""

    name: str
    folder: Path
    title: str
    about: str
    """One line: ``U-Net, 3.9 M weights, T = 300, 10 classes``."""
    headline: str
    """Its most telling figure: ``98.9 % classified as asked``."""
    figures: tuple[tuple[str, str], ...]
    """Names and values for people."""
    T: int
    steps: int

    @property
    def weights(self) -> Path:
        return self.folder / WEIGHTS

    @property
    def size(self) -> int:
        """Of the weights' file, in bytes."""
        return self.weights.stat().st_size

    @property
    def thumbnail(self) -> Path | None:
        """A small square picture of its samples."""
        path = self.folder / THUMBNAIL
        return path if path.is_file() else None


def shipped() -> list[Shipped]:
    """What there is, by name."""
    return [_describe(shipped_models() / name) for name in shipped_names()]


def shipped_names() -> list[str]:
    """The names of the models that come with diffvis."""
    return sorted(weights.parent.name for weights in shipped_models().glob(f"*/{WEIGHTS}"))


def own_samples(name: str) -> Dataset:
    """Samples that a shipped model of images made, as a data set for want of the real one.

    Raises:
        UserError: there is no such model, or it has none.
    """
    path = shipped_models() / name / SAMPLES
    try:
        with np.load(path, allow_pickle=False) as file:
            values = torch.from_numpy(file["values"])
            labels = torch.from_numpy(file["labels"]) if "labels" in file else None
            classes = tuple(str(known) for known in file["classes"]) if "classes" in file else ()
    except (OSError, ValueError, KeyError) as error:
        raise UserError(
            f"there are no samples of {name} ({error})", "choose another data set"
        ) from None
    return image_dataset(
        values,
        name=f"{name}-samples",
        title=f"Made by {name}",
        source=f"{OWN_SAMPLES}{name}",
        labels=labels,
        classes=classes,
    )


def shipped_as(path: Path | None) -> str | None:
    """The name of the shipped model in this folder; None of any other place."""
    return path.name if path is not None and path.parent == shipped_models() else None


@cache
def learned_by(name: str) -> Dataset:
    """A part of what a shipped model of images was trained on, for want of the whole: the pictures
    that may travel with it, all of them to train on. They are numbered anew.

    Raises:
        UserError: there is no such model, or it has none.
    """
    from PIL import Image  # what begins with other data has no use for it

    path = shipped_models() / name / TRAINING
    try:
        with Image.open(path) as file:
            sheet = torch.from_numpy(np.array(file))
    except OSError as error:
        raise UserError(
            f"no picture that {name} learned comes with it ({error})", "open its data"
        ) from None
    side = sheet.shape[1] // TRAINING_COLUMNS
    cells = sheet.reshape(-1, side, TRAINING_COLUMNS, side).transpose(1, 2)
    values = cells.reshape(-1, 1, side, side).contiguous()
    return image_dataset(
        values,
        name=f"{name}-training",
        title=f"{len(values):,} pictures that {name} learned",
        source=f"{LEARNED_BY}{name}",
        split=all_train(len(values)),
    )


def with_a_model(source: str) -> Dataset | None:
    """The data set of a source that begins with ``OWN_SAMPLES`` or ``LEARNED_BY``, None of others.

    Raises:
        UserError: it is not there.
    """
    for begins, opened in ((OWN_SAMPLES, own_samples), (LEARNED_BY, learned_by)):
        if source.startswith(begins):
            return opened(source.removeprefix(begins))
    return None


@cache
def _describe(folder: Path) -> Shipped:
    known = _read(folder / FIGURES)
    return Shipped(
        name=folder.name,
        folder=folder,
        title=str(known.get("title", folder.name)),
        about=str(known.get("about", "")),
        headline=str(known.get("headline", "")),
        figures=tuple((str(name), str(value)) for name, value in known.get("summary", ())),
        T=int(known.get("T", 0)),
        steps=int(known.get("steps", 0)),
    )


def _read(path: Path) -> Mapping[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}
