"""The user's own arrays: points or images in .npy, .npz and .csv files."""

from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from diffvis.data.cloud import Cloud
from diffvis.data.dataset import Dataset
from diffvis.data.images import image_dataset, resize
from diffvis.data.naming import slug, title
from diffvis.data.points import point_dataset
from diffvis.data.table import read_table
from diffvis.data.unpacking import check_archive
from diffvis.errors import UserError
from diffvis.machine import require_memory

_SAMPLES = ("x0", "x", "images", "points", "data", "samples", "x_train", "arr_0")
_LABELS = ("labels", "label", "y", "targets", "target", "y_train")


def open_arrays(path: Path, source: str, *, size: int | None = None) -> Dataset:
    """Points (N, 2) or images (N, H, W), (N, H, W, C) or (N, C, H, W) with C in 1, 3, 4.

    Images are uint8, 16-bit, or floating point in [0, 1], [-1, 1] or [0, 255]. An .npz file may
    have labels beside them. A .csv file has two columns of numbers, and perhaps one of labels.

    Raises:
        UserError: the file cannot be read, or holds something else.
    """
    labels: np.ndarray | None
    names: tuple[str, ...] = ()
    if path.suffix.lower() == ".npy":
        samples, labels = _load(path), None
    elif path.suffix.lower() == ".npz":
        samples, labels = _load_npz(path)
    else:
        samples, labels, names = read_table(path)
    _check_numbers(samples, path)
    classes, indices = _classes(labels, names, len(samples), path)
    about = {
        "name": slug(path.stem),
        "title": title(path.stem),
        "source": source,
        "classes": classes,
    }
    if samples.ndim == 2 and samples.shape[1] == 2:
        if size is not None:
            raise UserError(f"{path} holds points, which have no size", "leave size out")
        x = torch.from_numpy(samples.astype(np.float64))  # float32 has too few digits far from 0
        return point_dataset(Cloud(x, labels=indices), **about)
    return image_dataset(resize(_to_images(samples, path), size), labels=indices, **about)


def _load(path: Path) -> np.ndarray:
    try:
        array = np.load(path, mmap_mode="r", allow_pickle=False)
    except Exception as error:
        raise _unreadable(path, error) from error
    if not isinstance(array, np.ndarray):
        raise _unreadable(path, "it is no .npy file")
    require_memory(array.nbytes, f"what is in {path}", "give fewer samples")
    return np.array(array)


def _load_npz(path: Path) -> tuple[np.ndarray, np.ndarray | None]:
    try:
        check_archive(path)
        with np.load(path, allow_pickle=False) as file:
            by_name = {name.lower(): name for name in file.files}
            samples = next((by_name[name] for name in _SAMPLES if name in by_name), None)
            labels = next((by_name[name] for name in _LABELS if name in by_name), None)
            if samples is None and len(file.files) == 1:
                samples = file.files[0]
            if samples is None:
                raise UserError(
                    f"{path} has arrays named {', '.join(file.files) or 'nothing'}",
                    "name the samples x0 and their labels, if any, labels",
                )
            return file[samples], None if labels is None else file[labels]
    except UserError:
        raise
    except Exception as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: object) -> UserError:
    reason = "it holds Python objects" if "pickle" in str(error).lower() else str(error)
    return UserError(f"{path} cannot be read ({reason})", "save it again with numpy.save or savez")


def _check_numbers(samples: np.ndarray, path: Path) -> None:
    if samples.dtype.kind not in "buif":
        raise UserError(f"{path} holds {samples.dtype}, not numbers", "save an array of numbers")
    if samples.ndim == 0 or not samples.size:
        raise UserError(f"{path} has no samples in it: shape {samples.shape}", "save some")
    if samples.dtype.kind == "f":
        bad = ~np.isfinite(samples.reshape(len(samples), -1)).all(axis=1)
        if bad.any():
            raise UserError(
                f"{path} has NaN or infinity in {bad.sum():,} of {len(samples):,} samples, "
                f"the first being number {int(bad.argmax()) + 1}",
                "remove or replace them",
            )


def _classes(
    labels: np.ndarray | None, names: tuple[str, ...], count: int, path: Path
) -> tuple[tuple[str, ...], Tensor | None]:
    """Names of the classes and an index into them per sample."""
    if labels is None:
        return (), None
    if labels.shape != (count,):
        raise UserError(
            f"{path} has labels of shape {labels.shape} for {count:,} samples",
            "give one label per sample",
        )
    if labels.dtype.kind not in "buiU":
        raise UserError(f"{path} has labels of type {labels.dtype}", "use whole numbers or words")
    if names:
        return names, torch.from_numpy(labels.astype(np.int64))
    found, indices = np.unique(labels, return_inverse=True)
    if len(found) > 1000:
        raise UserError(f"{path} has {len(found):,} different labels", "use at most 1,000 classes")
    return tuple(map(str, found)), torch.from_numpy(indices.astype(np.int64))


def _to_images(samples: np.ndarray, path: Path) -> Tensor:
    """uint8 (N, C, H, W) with one or three channels."""
    if samples.ndim == 3:
        samples = samples[:, None]
    elif samples.ndim == 4 and samples.shape[1] not in (1, 3, 4) and samples.shape[3] in (1, 3, 4):
        samples = samples.transpose(0, 3, 1, 2)
    if samples.ndim != 4 or samples.shape[1] not in (1, 3, 4):
        raise UserError(
            f"{path} has an array of shape {samples.shape}",
            "save points as (N, 2), or images as (N, H, W), (N, H, W, C) or (N, C, H, W)",
        )
    images = torch.from_numpy(np.ascontiguousarray(_to_bytes(samples, path)))
    if images.shape[1] == 4:
        alpha = images[:, 3:].float() / 255
        on_white = images[:, :3].float() * alpha + 255 * (1 - alpha)
        images = on_white.round().to(torch.uint8)
    return images


def _to_bytes(samples: np.ndarray, path: Path) -> np.ndarray:
    if samples.dtype == np.uint8:
        return samples
    low, high = samples.min(), samples.max()
    if samples.dtype.kind == "b":
        scale, offset = 255, 0
    elif samples.dtype == np.uint16 and high > 255:
        scale, offset = 255 / 65535, 0
    elif samples.dtype.kind in "ui" and low >= 0 and high <= 255:
        scale, offset = 1, 0
    elif samples.dtype.kind == "f" and low >= 0 and high <= 1:
        scale, offset = 255, 0
    elif samples.dtype.kind == "f" and low >= -1.001 and high <= 1.001:
        scale, offset = 127.5, 127.5
    elif samples.dtype.kind == "f" and low >= 0 and high <= 255:
        scale, offset = 1, 0
    else:
        raise UserError(
            f"{path} has pixels from {low:g} to {high:g}",
            "scale them to 0..255, [0, 1] or [-1, 1]",
        )
    return np.clip(np.round(samples.astype(np.float32) * scale + offset), 0, 255).astype(np.uint8)
