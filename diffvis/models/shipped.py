"""The models that come with diffvis: what is known about each before it is opened."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from diffvis.data.dataset import Dataset
from diffvis.data.images import image_dataset
from diffvis.errors import UserError
from diffvis.files import shipped_models
from diffvis.models.weights import SUFFIX

WEIGHTS = f"model{SUFFIX}"  # in the folder of a model that was passed on
FIGURES, THUMBNAIL, GRID, SAMPLES = "figures.json", "thumbnail.png", "samples.png", "samples.npz"
OWN_SAMPLES = "samples-of:"
"""Begins the source of a data set of a model's own samples."""


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
