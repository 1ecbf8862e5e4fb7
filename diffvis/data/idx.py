"""IDX files, the format of MNIST and its relatives (http://yann.lecun.com/exdb/mnist)."""

import gzip
import math
import re
import zlib
from pathlib import Path
from typing import BinaryIO

import numpy as np
import torch
from torch import Tensor

from diffvis.data.dataset import Dataset
from diffvis.data.images import image_dataset, resize
from diffvis.data.naming import slug, title
from diffvis.data.splits import course_split
from diffvis.data.unpacking import DEFLATE_MOST, refuse_bomb
from diffvis.errors import UserError
from diffvis.files import regular
from diffvis.machine import require_memory

_NAME = re.compile(r"(?P<part>.*?)-?(?P<what>images|labels)[-.]idx(?P<rank>[13])-ubyte(\.gz)?$")
_CHUNK = 1 << 20  # bytes read at a time
_GARMENTS = tuple(
    "T-shirt Trouser Pullover Dress Coat Sandal Shirt Sneaker Bag Boot".split()  # noqa: SIM905
)
_HIRAGANA = tuple("おきすつなはまやれを")


def is_idx(path: Path) -> bool:
    """Whether a file's name is one of an IDX file."""
    return bool(_NAME.match(path.name))


def holds_idx(folder: Path) -> bool:
    """Whether a folder has IDX files."""
    return any(is_idx(path) for path in folder.iterdir())


def read_idx(path: Path, rank: int) -> np.ndarray:
    """The uint8 array in an IDX file, gzipped or plain.

    Args:
        rank: how many dimensions it must have; 3 for images, 1 for labels.

    Raises:
        UserError: the file cannot be read, is not what its name says, or is cut short.
    """
    try:
        with regular(path).open("rb") as raw:
            packed = raw.read(2) == b"\x1f\x8b"
            raw.seek(0)
            return _read(path, gzip.GzipFile(fileobj=raw) if packed else raw, rank, packed)
    except EOFError:
        raise _cut_short(path) from None
    except (OSError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UserError(f"{path} cannot be read ({reason})", "download the file again") from error


def _read(path: Path, file: BinaryIO, rank: int, packed: bool) -> np.ndarray:
    magic = bytes([0, 0, 8, rank])
    header = 4 + 4 * rank
    head = file.read(header)
    if head[:4] != magic[: len(head[:4])]:
        raise UserError(
            f"{path} begins with {head[:4].hex(' ')} where an IDX file of {rank}-dimensional bytes "
            f"begins with {magic.hex(' ')}",
            "check that the file is what its name says, or download it again",
        )
    if len(head) < header:
        raise _cut_short(path)
    shape = tuple(int(n) for n in np.frombuffer(head, ">u4", rank, offset=4))
    expected = header + math.prod(shape)
    _check_size(path, expected, packed)
    array = np.empty(expected - header, np.uint8)
    there = header + _fill(array, file)
    if there < expected:
        raise _cut_short(path, f"{there:,} of {expected:,} bytes are there")
    there += len(file.read(_CHUNK))
    if there > expected:
        raise UserError(
            f"{path} has {there:,} bytes where its header promises {expected:,}",
            "download the file again",
        )
    return array.reshape(shape)


def _check_size(path: Path, expected: int, packed: bool) -> None:
    """Raises UserError where a file cannot hold what it promises, or that is too much, before there
    is any memory for it.
    """
    size = path.stat().st_size
    if packed and expected > DEFLATE_MOST * size:
        raise _cut_short(path, f"{size:,} bytes cannot become {expected:,}")
    if not packed and expected > size:
        raise _cut_short(path, f"{size:,} of {expected:,} bytes are there")
    if packed:
        refuse_bomb(path, size, expected)
    require_memory(expected, f"what is in {path}", "give a file with fewer images")


def _fill(array: np.ndarray, file: BinaryIO) -> int:
    """Read into an array as much as there is; returns how much that was."""
    view, done = memoryview(array), 0
    while done < len(view) and (count := file.readinto(view[done : done + _CHUNK])):
        done += count
    return done


def open_idx(path: Path, source: str, *, size: int | None = None) -> Dataset:
    """A folder of IDX files in the manner of MNIST, or one file of images."""
    return _open_folder(path, source, size) if path.is_dir() else _open_file(path, source, size)


def _open_folder(folder: Path, source: str, size: int | None) -> Dataset:
    train = _find(folder, "train", "images")
    if train is None:
        raise UserError(
            f"{folder} has no train-images-idx3-ubyte or train-images-idx3-ubyte.gz",
            "put the file there, or name one IDX file instead of the folder",
        )
    images, labels, skipped = _read_part(train)
    split = None
    test = _find(folder, "t10k", "images")
    if test is None:
        skipped.append("t10k-images-idx3-ubyte was not found: a tenth of the train file tests")
    else:
        test_images, test_labels, test_skipped = _read_part(test)
        skipped += test_skipped
        if test_images.shape[1:] != images.shape[1:]:
            raise UserError(
                f"{test} has images of {_sides(test_images)}, {train} of {_sides(images)}",
                "use train and test files that belong together",
            )
        split = course_split(len(images), len(test_images))
        images = torch.cat([images, test_images])
        labels = None if labels is None or test_labels is None else torch.cat([labels, test_labels])
    return _dataset(folder.absolute().name, images, labels, source, size, split, skipped)


def _open_file(path: Path, source: str, size: int | None) -> Dataset:
    match = _NAME.match(path.name)
    if match is not None and match["what"] == "labels":
        raise UserError(f"{path} holds labels only", "name the file of images beside it")
    images, labels, skipped = _read_part(path)
    name = path.absolute().parent.name if match is not None else path.stem
    return _dataset(name, images, labels, source, size, None, skipped)


def _dataset(
    folder: str,
    images: Tensor,
    labels: Tensor | None,
    source: str,
    size: int | None,
    split: tuple | None,
    skipped: list[str],
) -> Dataset:
    classes: tuple[str, ...] = ()
    if labels is not None:
        named = _class_names(folder)
        count = int(labels.max()) + 1
        classes = named if count <= len(named) else tuple(map(str, range(count)))
    return image_dataset(
        resize(images, size),
        name=slug(folder),
        title=title(folder),
        source=source,
        labels=labels,
        classes=classes,
        split=split,
        skipped=tuple(skipped),
    )


def _read_part(images_path: Path) -> tuple[Tensor, Tensor | None, list[str]]:
    """Images (N, 1, H, W) and labels of one part, and what is missing."""
    array = read_idx(images_path, 3)
    images = torch.from_numpy(array)[:, None]
    if not len(images):
        raise UserError(f"{images_path} has no images in it", "name a file that has some")
    if not images.numel():
        raise UserError(
            f"{images_path} has images of {_sides(images)}", "name a file of images with pixels"
        )
    match = _NAME.match(images_path.name)
    if match is None:
        return images, None, []
    labels_path = _find(images_path.parent, match["part"], "labels")
    if labels_path is None:
        return images, None, [f"no labels: none stand beside {images_path.name}"]
    labels = torch.from_numpy(read_idx(labels_path, 1).astype(np.int64))
    if len(labels) != len(images):
        raise UserError(
            f"{labels_path} has {len(labels):,} labels for the {len(images):,} images in "
            f"{images_path.name}",
            "use files that belong together",
        )
    return images, labels, []


def _find(folder: Path, part: str, what: str) -> Path | None:
    """The file of a part, plain before gzipped."""
    for path in sorted(folder.iterdir()):
        match = _NAME.match(path.name)
        if match and match["part"] == part and match["what"] == what:
            return path
    return None


def _sides(images: Tensor) -> str:
    """Width × height of images (N, C, H, W)."""
    return f"{images.shape[3]} × {images.shape[2]}"


def _class_names(folder: str) -> tuple[str, ...]:
    if "fashion" in folder.lower():
        return _GARMENTS
    return _HIRAGANA if "kmnist" in folder.lower() else tuple("0123456789")


def _cut_short(path: Path, detail: str = "the file ends too early") -> UserError:
    return UserError(f"{path} is truncated ({detail})", "download the file again")
