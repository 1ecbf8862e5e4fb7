"""The user's own arrays: points or images in .npy, .npz and .mat files."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from diffvis.data.cloud import Cloud
from diffvis.data.dataset import Dataset
from diffvis.data.images import image_dataset, on_white, resize
from diffvis.data.inferred import Inferred, listed
from diffvis.data.labels import Classes, classes_of
from diffvis.data.layout import arranged
from diffvis.data.matlab import open_mat
from diffvis.data.named_arrays import Part, Parts, parts_of
from diffvis.data.naming import slug, title
from diffvis.data.points import point_dataset
from diffvis.data.ranges import as_bytes
from diffvis.data.splits import Split, given_split
from diffvis.data.stores import Store, open_npy, open_npz
from diffvis.errors import UserError

OPTIONS = ("size", "range", "shape", "axes", "columns", "label")
_OPENERS = {".npy": open_npy, ".npz": open_npz, ".mat": open_mat}
SUFFIXES = tuple(_OPENERS)
IN_MEMORY = "an array in memory"
"""The source of what is in no file."""


def open_arrays(
    path: Path,
    source: str,
    *,
    size: int | None = None,
    range: str | None = None,
    shape: str | None = None,
    axes: str | None = None,
    columns: str | None = None,
    label: str | None = None,
) -> Dataset:
    """Points or images, with their labels and parts of a split where the file has some.

    Points are (N, 1), (N, 2) or (N, 3), or ``x`` and ``y`` beside each other. Images are (N, H, W),
    (N, H, W, C), (N, C, H, W), (H, W, C, N), or rows of numbers; their values lie in any range,
    which is found out for all of them together.

    Args:
        size: side of the images in pixels.
        range: the values that are black and white, ``0..16``.
        shape: height and width of images that are rows, ``28x20``.
        axes: what the axes are, ``hwcn``.
        columns: names of the arrays that are learned.
        label: name of the labels, or ``none``.

    Raises:
        UserError: the file cannot be read, or holds something else.
    """
    store = _OPENERS[path.suffix.lower()](path)
    parts = parts_of(store.shapes, path, columns, label)
    read = [_read(store, part, path, shape, axes) for part in parts.given]
    values = _together(read, path)
    check_finite(values, path)
    counts = [len(part.values) for part in read]
    found = _classes(store, parts, read, counts, path)
    is_points = values.ndim == 2
    inferred = (*read[0].inferred, *_about(store, parts), *found.inferred)
    about = {
        "name": slug(path.stem),
        "title": title(path.stem),
        "source": source,
        "classes": found.names,
        "split": _split(parts, counts),
    }
    if is_points:
        for option, given in (("size", size), ("range", range), ("shape", shape), ("axes", axes)):
            if given is not None:
                raise UserError(
                    f"{path} holds points, which have no {option}", f"leave {option} out"
                )
        x = torch.from_numpy(values.astype(np.float64))  # float32 has too few digits far from 0
        return point_dataset(Cloud(x, labels=found.labels), **about, inferred=inferred)
    pixels, of_range = as_bytes(values, path, range)
    images = on_white(torch.from_numpy(np.ascontiguousarray(pixels)))
    return image_dataset(
        resize(images, size),
        **about,
        labels=found.labels,
        inferred=(*of_range.guesses, *inferred, *of_range.facts),
        ranged=True,
    )


def dataset_of(values: Tensor | np.ndarray) -> Dataset:
    """A data set of an array in memory, as it would be of a file that holds it.

    Raises:
        UserError: it holds something else than points or images.
    """
    words = Path("the array")
    array = values.detach().cpu().numpy() if isinstance(values, Tensor) else values
    found = arranged(_numbers(array, words), words)
    check_finite(found.values, words)
    about = {"name": "array", "title": "Array", "source": IN_MEMORY}
    if found.values.ndim == 2:
        x = torch.from_numpy(found.values.astype(np.float64))
        return point_dataset(Cloud(x), **about, inferred=found.inferred)
    pixels, said = as_bytes(found.values, words, None)
    images = on_white(torch.from_numpy(np.ascontiguousarray(pixels)))
    return image_dataset(images, **about, inferred=(*said.guesses, *found.inferred, *said.facts))


def refuse_for_points(path: Path, **options: object) -> None:
    """Raise UserError if an option was given that only pictures have."""
    for name, given in options.items():
        if given is not None:
            raise UserError(f"{path} holds points, which have no {name}", f"leave {name} out")


class _Read(NamedTuple):
    """One part of a split: samples (N, ...) and labels as they are stored."""

    values: np.ndarray
    labels: np.ndarray | None
    inferred: tuple[Inferred, ...]


def _read(store: Store, part: Part, path: Path, shape: str | None, axes: str | None) -> _Read:
    arrays = [_numbers(store.read(name), path) for name in part.samples]
    labels = None if part.labels is None else store.read(part.labels)
    if len(arrays) > 1:
        if len({array.shape for array in arrays}) > 1 or arrays[0].ndim != 1:
            shapes = ", ".join(f"{n} {a.shape}" for n, a in zip(part.samples, arrays, strict=True))
            raise UserError(
                f"{path} has {shapes}", "give coordinates that are equally many numbers"
            )
        said = Inferred(f"{listed(part.samples)} are the coordinates", "columns=NAME,NAME")
        return _Read(np.stack(arrays, axis=1), labels, (said,))
    count = max(labels.shape) if labels is not None and labels.ndim else None
    found = arranged(arrays[0], path, shape=shape, axes=axes, usual=store.axes, labels=count)
    return _Read(found.values, labels, found.inferred)


def _numbers(array: np.ndarray, path: Path) -> np.ndarray:
    if array.dtype.names:
        fields = listed(array.dtype.names)
        raise UserError(f"{path} holds a table with {fields}", "save it as CSV")
    if array.dtype.kind not in "buif":
        raise UserError(f"{path} holds {array.dtype}, not numbers", "save an array of numbers")
    if array.ndim == 0 or not array.size:
        raise UserError(f"{path} has no samples in it: shape {array.shape}", "save some")
    return array


def _together(read: list[_Read], path: Path) -> np.ndarray:
    shapes = [part.values.shape[1:] for part in read]
    if len(set(shapes)) > 1:
        raise UserError(
            f"{path} has parts with samples of {' and '.join(map(str, shapes))}",
            "use parts that belong together, or name one of them, as in columns=x_train",
        )
    return read[0].values if len(read) == 1 else np.concatenate([part.values for part in read])


def check_finite(values: np.ndarray, path: Path) -> None:
    """Raise UserError where samples (N, ...) are not numbers, which says how many."""
    if values.dtype.kind != "f":
        return
    bad = ~np.isfinite(values.reshape(len(values), -1)).all(axis=1)
    if bad.any():
        raise UserError(
            f"{path} has NaN or infinity in {bad.sum():,} of {len(values):,} samples, "
            f"the first being number {int(bad.argmax()) + 1}",
            "remove or replace them",
        )


def _classes(
    store: Store, parts: Parts, read: list[_Read], counts: list[int], path: Path
) -> Classes:
    stored = [part.labels for part in read if part.labels is not None]
    if not stored:
        return Classes()
    if len(stored) < len(read):
        train = parts.train
        missing = next(part.samples[0] for part in parts.given if part.labels is None)
        only = f"columns={train.samples[0]}" + (f"&label={train.labels}" if train.labels else "")
        said = f"{missing} has no labels, so those of the other parts are left out"
        return Classes(inferred=(Inferred(said, only, absurd=True),))
    names = store.classes
    if not names and parts.names is not None:
        names = tuple(map(str, store.read(parts.names).reshape(-1)))
    return classes_of(stored, counts, path, parts.train.labels, names)


def _split(parts: Parts, counts: list[int]) -> Split:
    n = dict(zip(parts.given, counts, strict=True))
    return given_split(counts[0], n.get(parts.validation, 0), n.get(parts.test, 0))


def _about(store: Store, parts: Parts) -> tuple[Inferred, ...]:
    """Which of several arrays was taken for what, and which was left out."""
    said = []
    if parts.validation is not None:
        said.append(Inferred(f"{parts.validation.samples[0]} validates"))
    if parts.test is not None:
        said.append(Inferred(f"{parts.test.samples[0]} is the test part"))
    rest = [name for name in store.shapes if name not in parts.used and name != "meta"]
    if rest:
        said.append(Inferred(f"not used: {', '.join(rest)}", "columns=NAME&label=NAME"))
    return tuple(said)
