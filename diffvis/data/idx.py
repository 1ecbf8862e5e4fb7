"""MNIST and its relatives as data sets, from IDX files."""

from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from diffvis.data.dataset import Dataset
from diffvis.data.idx_format import read_idx
from diffvis.data.idx_sets import IdxPart, is_idx, is_labels, part_of, parts_of_set
from diffvis.data.images import image_dataset, resize
from diffvis.data.inferred import Inferred
from diffvis.data.naming import slug, title
from diffvis.data.splits import Split, course_split
from diffvis.errors import UserError

OPTIONS = ("size", "set", "axes")


def open_idx(
    path: Path,
    source: str,
    *,
    size: int | None = None,
    set: str | None = None,
    axes: str | None = None,
) -> Dataset:
    """A folder of IDX files in the manner of MNIST, or one file of images.

    Args:
        size: side of the images in pixels.
        set: which of several in a folder, such as ``letters`` of EMNIST.
        axes: ``nwh`` for pictures stored column by column, as EMNIST's are, or ``nhw``.

    Raises:
        UserError: a file is missing, damaged, or not what it should be.
    """
    if axes is not None and axes.lower() not in ("nhw", "nwh"):
        raise UserError(f"axes = {axes} is not possible", "IDX files are nhw or nwh")
    if path.is_dir():
        train, test = parts_of_set(path, set)
    elif is_labels(path):
        raise UserError(f"{path} holds labels only", "name the file of images beside it")
    else:
        train, test = part_of(path), None
    images, labels, skipped, split = _read(train, test)
    if path.is_dir() and test is None:
        skipped.append("t10k-images-idx3-ubyte was not found: a tenth of the train file tests")
    inferred = []
    if axes is None and train.is_sideways:
        inferred.append(Inferred("EMNIST's pictures are stored column by column", "axes=nhw"))
    if not path.is_dir() and train.has_a_test_part:
        inferred.append(Inferred(f"{path.name} alone: the folder has a test part as well"))
    sideways = train.is_sideways if axes is None else axes.lower() == "nwh"
    classes, labels = _classes(train, labels)
    name = train.home if is_idx(path) or path.is_dir() else path.stem
    return image_dataset(
        resize(images.transpose(2, 3).contiguous() if sideways else images, size),
        name=slug(name),
        title=title(name),
        source=source,
        labels=labels,
        classes=classes,
        split=split,
        skipped=tuple(skipped),
        inferred=tuple(inferred),
    )


def _read(
    train: IdxPart, test: IdxPart | None
) -> tuple[Tensor, Tensor | None, list[str], Split | None]:
    """Images (N, 1, H, W) and labels of both parts, what is missing, and the split they make."""
    images, labels, skipped = _read_part(train)
    if test is None:
        return images, labels, skipped, None
    test_images, test_labels, test_skipped = _read_part(test)
    if test_images.shape[1:] != images.shape[1:]:
        raise UserError(
            f"{test.images} has images of {_sides(test_images)}, {train.images} of "
            f"{_sides(images)}",
            "use train and test files that belong together",
        )
    both = None if labels is None or test_labels is None else torch.cat([labels, test_labels])
    split = course_split(len(images), len(test_images))
    return torch.cat([images, test_images]), both, skipped + test_skipped, split


def _read_part(part: IdxPart) -> tuple[Tensor, Tensor | None, list[str]]:
    """Images (N, 1, H, W) and labels of one part, and what is missing."""
    images = torch.from_numpy(read_idx(part.images, 3))[:, None]
    if not len(images):
        raise UserError(f"{part.images} has no images in it", "name a file that has some")
    if not images.numel():
        raise UserError(
            f"{part.images} has images of {_sides(images)}", "name a file of images with pixels"
        )
    if not is_idx(part.images):
        return images, None, []
    if part.labels is None:
        return images, None, [f"no labels: none stand beside {part.images.name}"]
    labels = torch.from_numpy(read_idx(part.labels, 1).astype(np.int64))
    if len(labels) != len(images):
        raise UserError(
            f"{part.labels} has {len(labels):,} labels for the {len(images):,} images in "
            f"{part.images.name}",
            "use files that belong together",
        )
    return images, labels, []


def _classes(part: IdxPart, labels: Tensor | None) -> tuple[tuple[str, ...], Tensor | None]:
    """Names of the classes and an index into them, without classes that only labels from 1 make."""
    if labels is None:
        return (), None
    names, count = part.class_names, int(labels.max()) + 1
    if count > len(names):
        names = tuple(map(str, range(count)))
    lowest = int(labels.min())
    first = lowest if count > len(part.class_names) else 0
    while first < lowest and not names[first]:
        first += 1
    return names[first:], labels - first


def _sides(images: Tensor) -> str:
    """Width × height of images (N, C, H, W)."""
    return f"{images.shape[3]} × {images.shape[2]}"
