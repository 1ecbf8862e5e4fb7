"""From labels as people store them to classes: numbers, words, columns of one, one-hot rows."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from diffvis.data.inferred import Inferred
from diffvis.errors import UserError

MOST_CLASSES = 1000
_FEW = 10  # classes that few samples may have all to themselves
_FEW_FRACTIONS = 20  # different labels such as 0.5; more of them are a quantity


class Classes(NamedTuple):
    """Names of the classes and an index into them per sample, int64 (N,); or what is amiss."""

    names: tuple[str, ...] = ()
    labels: Tensor | None = None
    inferred: tuple[Inferred, ...] = ()


def classes_of(
    stored: Sequence[np.ndarray],
    counts: Sequence[int],
    path: Path,
    name: str,
    names: Sequence[str] = (),
) -> Classes:
    """The classes of samples that come in parts.

    Labels that are no classes, such as a different number for each sample, are left out, which is
    said.

    Args:
        stored: the labels of each part; none where there are no labels.
        counts: how many samples each has.
        name: what the labels are called, for saying so.
        names: of classes 0, 1, 2 ..., where a file has them.

    Raises:
        UserError: there are not as many labels as samples, or too many classes.
    """
    if not stored:
        return Classes()
    parts = []
    for part, n in zip(stored, counts, strict=True):
        one = _one_each(_plain(part), n, path)
        if one is None:
            shape = " × ".join(f"{n:,}" for n in part.shape)
            return _left_out(f"{name}, {shape}, marks several classes of a sample at once")
        parts.append(one)
    labels, count = np.concatenate(parts), sum(counts)
    if labels.dtype.kind == "f" and not np.isfinite(labels).all():
        raise UserError(f"{path} has labels that are NaN or infinity", "remove or replace them")
    found, indices = np.unique(labels, return_inverse=True)
    if not are_classes(found, count, share=0.9):
        return _left_out(f"{name} has {len(found):,} different values, which are no classes")
    if len(found) > MOST_CLASSES:
        raise UserError(
            f"{path} has {len(found):,} different labels", f"use at most {MOST_CLASSES:,} classes"
        )
    called = tuple(class_name(label, names) for label in found)
    said = Inferred(f"{name} has the classes", "label=none")
    return Classes(called, torch.from_numpy(indices.reshape(-1).astype(np.int64)), (said,))


def are_classes(different: np.ndarray, count: int, share: float = 0.5) -> bool:
    """Whether the ``different`` values among ``count`` tell classes apart: hardly, where they are
    more than a ``share`` of all, or many fractions.
    """
    if len(different) > max(_FEW, share * count):
        return False
    whole = different.dtype.kind != "f" or bool((different == np.rint(different)).all())
    return whole or len(different) <= min(_FEW_FRACTIONS, count // 2)


def _left_out(what: str) -> Classes:
    return Classes(inferred=(Inferred(f"{what}: it is left out"),))


def _plain(stored: np.ndarray) -> np.ndarray:
    """Words for bytes and for the cells of MATLAB; numbers as they are."""
    if stored.dtype.kind == "O":
        cells = [np.asarray(cell).reshape(-1) for cell in stored.reshape(-1)]
        if cells and all(len(cell) == 1 for cell in cells):
            stored = np.array([cell[0] for cell in cells]).reshape(stored.shape)
    if stored.dtype.kind == "S":
        try:
            return np.char.decode(stored, "utf-8")
        except UnicodeDecodeError:
            return np.char.decode(stored, "latin-1")
    if stored.dtype.kind == "U":
        return np.char.strip(stored)
    return stored


def _one_each(labels: np.ndarray, count: int, path: Path) -> np.ndarray | None:
    """Labels (N,) from those, from a column or row of them, or from one-hot rows or columns.

    None where they are none of this, but as many as the samples.
    """
    if labels.dtype.kind not in "buifU":
        raise UserError(f"{path} has labels of type {labels.dtype}", "use whole numbers or words")
    if labels.size == count and max(labels.shape, default=0) == count:
        return labels.reshape(count)
    if labels.ndim == 2 and labels.shape[0] != count and labels.shape[1] == count:
        labels = labels.T
    if labels.ndim != 2 or labels.shape[0] != count:
        raise UserError(
            f"{path} has labels of shape {labels.shape} for {count:,} samples",
            "give one label per sample",
        )
    if labels.dtype.kind == "U" or not ((labels == 0) | (labels == 1)).all():
        return None
    one_hot = (labels != 0).sum(axis=1) == 1
    return labels.argmax(axis=1) if one_hot.all() else None


def class_name(label: np.generic, names: Sequence[str] = ()) -> str:
    """What people call a class: its name, or its number without a fraction of nothing."""
    if label.dtype.kind == "f" and label == np.rint(label):
        label = np.int64(label)
    if label.dtype.kind in "ui" and names and 0 <= label < len(names):
        return str(names[int(label)])
    return str(label)
