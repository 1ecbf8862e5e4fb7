"""A data set in memory: its values, its splits and the way to model units."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from diffvis.data.inferred import Inferred
from diffvis.data.levels import levels_of
from diffvis.data.scaling import Scaling

_ORDER = 20_200_619  # the day Ho et al. put DDPM on arXiv


@dataclass(frozen=True, eq=False)
class Dataset:
    """What is learned. Compared by identity; ``fingerprint`` compares contents."""

    name: str
    """Short name, such as ``swiss-roll``."""
    title: str
    """The name as people write it: ``Swiss roll``."""
    source: str
    """What ``open_dataset`` takes to get the same again."""
    values: Tensor
    """Images: uint8 (N, C, H, W). Points: float32 (N, D) with D = 1, 2 or 3, standardised."""
    labels: Tensor | None
    """int64 (N,), an index into ``classes``."""
    classes: tuple[str, ...]
    colour: Tensor | None
    """float32 (N,) in [0, 1]: the colour of origin of a point, such as its place along a curve."""
    scaling: Scaling
    train: Tensor
    """int64 indices into ``values``; so are ``validation`` and ``test``."""
    validation: Tensor
    test: Tensor
    fingerprint: str
    """Changes when a value, a label or the order does."""
    skipped: tuple[str, ...] = ()
    """What was left out, and why."""
    inferred: tuple[Inferred, ...] = ()
    """What the reader took it for; the absurd among them are ``warnings``."""

    def __len__(self) -> int:
        return len(self.values)

    def __repr__(self) -> str:
        return f"<Dataset {self.name}: {self.description}>"

    @property
    def shape(self) -> tuple[int, ...]:
        """Of one sample: (1,), (2,), (3,) or (C, H, W)."""
        return tuple(self.values.shape[1:])

    @property
    def is_points(self) -> bool:
        return self.values.ndim == 2

    @property
    def num_classes(self) -> int:
        return len(self.classes)

    @cached_property
    def levels(self) -> int | None:
        """How many values a pixel can have, as those that occur tell; None where they do not, and
        of points.
        """
        return None if self.is_points else levels_of(self.values)

    def x0(self, index: int | slice | Sequence[int] | Tensor | None = None) -> Tensor:
        """Samples in model units, float32; images lie in [-1, 1]. Without an index, all of them."""
        values = self.values if index is None else self.values[index]
        return to_model_units(values)

    @property
    def warnings(self) -> tuple[Inferred, ...]:
        """What was inferred and can hardly be meant, such as pictures that are nearly black."""
        return tuple(found for found in self.inferred if found.absurd)

    @property
    def description(self) -> str:
        """One line for people, such as ``1,797 images of 8 × 8, grey, 10 classes``."""
        if self.is_points:
            where = "" if self.shape == (2,) else f" in {self.shape[0]}-D"
            parts = [f"{len(self):,} points{where}"]
        else:
            channels, height, width = self.shape
            colour = {1: "grey", 3: "colour"}.get(channels, f"{channels} channels")
            images = "image" if len(self) == 1 else "images"
            parts = [f"{len(self):,} {images} of {width} × {height}", colour]
        if self.classes:
            parts.append(f"{self.num_classes} classes")
        if self.skipped:
            parts.append(f"{len(self.skipped)} skipped")
        return ", ".join(parts)

    @property
    def split_description(self) -> str:
        """One line for people: how many samples each part of the split has."""
        train, validation, test = (
            f"{len(part):,}" if len(part) else "none"
            for part in (self.train, self.validation, self.test)
        )
        return f"{train} to train, {validation} to validate, {test} to test"


def sampled(index: Tensor, count: int) -> Tensor:
    """``count`` entries of ``index`` (n,), or all where there are fewer, without repetition and in
    random order: always the same ones. The first entries would not do, for a split is sorted, and
    in many sets so are the classes.
    """
    order = torch.randperm(len(index), generator=torch.Generator().manual_seed(_ORDER))
    return index[order[:count]]


def to_model_units(values: Tensor) -> Tensor:
    """Stored values as float32 in model units: uint8 0..255 becomes [-1, 1]; points stay."""
    if values.dtype == torch.uint8:
        return values.float().mul_(2 / 255).sub_(1)
    return values


def fingerprint_of(values: Tensor, labels: Tensor | None) -> str:
    """16 hexadecimal digits of a SHA-256 over type, shape, values and labels."""
    digest = hashlib.sha256(f"{values.dtype}{tuple(values.shape)}".encode())
    digest.update(values.contiguous().numpy())
    if labels is not None:
        digest.update(labels.contiguous().numpy())
    return digest.hexdigest()[:16]
