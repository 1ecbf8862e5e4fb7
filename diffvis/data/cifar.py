"""CIFAR-10 from its "python version" (https://www.cs.toronto.edu/~kriz/cifar.html)."""

from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from diffvis.data.dataset import Dataset
from diffvis.data.homes import CIFAR_FOLDER, CIFAR_META, CIFAR_TEST, CIFAR_TRAIN
from diffvis.data.images import image_dataset, resize
from diffvis.data.plain_pickle import load_plain
from diffvis.data.splits import course_split
from diffvis.errors import UserError

CLASSES = tuple(
    "airplane automobile bird cat deer dog frog horse ship truck".split()  # noqa: SIM905
)
_REMEDY = "download cifar-10-python.tar.gz again and unpack it"
_SIDE = 32


def holds_cifar(folder: Path) -> bool:
    """Whether a folder has batches of CIFAR-10, or has the folder that has them."""
    return _batches_folder(folder) is not None


def open_cifar(folder: Path, source: str, *, size: int | None = None) -> Dataset:
    """45,000 images to train, 5,000 to validate, and the 10,000 of the test batch.

    Args:
        folder: ``cifar-10-batches-py``, or the folder that it is in.

    Raises:
        UserError: a batch is missing, damaged, or no plain array.
    """
    inner = _batches_folder(folder) or folder
    parts = [_read_batch(inner / name) for name in (*CIFAR_TRAIN, CIFAR_TEST)]
    images, labels = (torch.cat(tensors) for tensors in zip(*parts, strict=True))
    n_test = len(parts[-1][0])
    n_train = len(images) - n_test
    return image_dataset(
        resize(images, size),
        name="cifar10",
        title="CIFAR-10",
        source=source,
        labels=labels,
        classes=_classes(inner / CIFAR_META),
        split=course_split(n_train, n_test, validation=n_train // 10),
    )


def _batches_folder(folder: Path) -> Path | None:
    for inner in (folder, folder / CIFAR_FOLDER):
        if any((inner / name).is_file() for name in (*CIFAR_TRAIN, CIFAR_TEST)):
            return inner
    return None


def _read_batch(path: Path) -> tuple[Tensor, Tensor]:
    """Images uint8 (N, 3, 32, 32) and labels int64 (N,)."""
    if not path.is_file():
        raise UserError(f"{path} is missing", _REMEDY)
    batch = load_plain(path)
    data, labels = batch.get("data"), batch.get("labels")
    wide = 3 * _SIDE * _SIDE
    if not isinstance(data, np.ndarray) or data.ndim != 2 or data.shape[1] != wide:
        shape = getattr(data, "shape", "nothing")
        raise UserError(f"{path} has data of shape {shape}, not (N, {wide:,})", _REMEDY)
    if not len(data):
        raise UserError(f"{path} has no images in it", _REMEDY)
    if not isinstance(labels, list) or len(labels) != len(data):
        count = f"{len(labels):,}" if isinstance(labels, list) else "no"
        raise UserError(f"{path} has {count} labels for {len(data):,} images", _REMEDY)
    if not all(type(label) is int and 0 <= label < len(CLASSES) for label in labels):
        raise UserError(f"{path} has labels that are not 0 to {len(CLASSES) - 1}", _REMEDY)
    images = torch.from_numpy(data.copy()).reshape(-1, 3, _SIDE, _SIDE)
    return images, torch.tensor(labels, dtype=torch.int64)


def _classes(meta: Path) -> tuple[str, ...]:
    """The names that stand beside the batches, or the well-known ones."""
    if not meta.is_file():
        return CLASSES
    names = load_plain(meta).get("label_names")
    if (
        not isinstance(names, list)
        or len(names) != len(CLASSES)
        or not all(isinstance(name, bytes | str) for name in names)
    ):
        raise UserError(f"{meta} does not name {len(CLASSES)} classes", _REMEDY)
    return tuple(name.decode() if isinstance(name, bytes) else name for name in names)
