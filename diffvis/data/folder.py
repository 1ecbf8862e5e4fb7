"""A folder of pictures as a data set, one class per sub-folder."""

import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from diffvis.data.cache import cached
from diffvis.data.dataset import Dataset
from diffvis.data.images import image_dataset
from diffvis.data.listing import Listing, list_pictures
from diffvis.data.naming import slug, title
from diffvis.data.pictures import bombs_are_errors, decode
from diffvis.errors import UserError

Progress = Callable[[int, int], None]
DEFAULT_SIZE = 32
_MOST_BYTES = 4 << 30
_SAMPLED = 32  # pictures looked at to find out whether all have one small size


def open_folder(
    folder: Path,
    source: str,
    *,
    size: int | None = None,
    colour: str | None = None,
    limit: int | None = None,
    progress: Progress | None = None,
    crawl: bool = True,
) -> Dataset:
    """Decode a folder's pictures to squares, or take them from the cache if nothing has changed.

    Args:
        size: side in pixels; by default that of the pictures if they share a small one, else 32.
        colour: "grey" or "colour"; by default colour if any picture has some.
        limit: take at most so many pictures, evenly spread over the folder.
        progress: called as progress(done, total) in this thread; what it raises stops the work.
        crawl: whether a large folder with hardly any pictures, such as a disk, is searched.

    Raises:
        UserError: there is no picture that can be used, or they need too much memory.
    """
    listing = list_pictures(folder, limit, crawl)
    if not listing.paths:
        raise UserError(
            f"{folder} has no pictures that diffvis can read" + _first(listing.skipped),
            "give a folder of PNG or JPEG files, or of IDX files such as MNIST's",
        )
    size = size or _common_size(listing.paths) or DEFAULT_SIZE
    needed = 3 * size * size * len(listing.paths)
    if needed > _MOST_BYTES:
        raise UserError(
            f"{len(listing.paths):,} pictures of {size} × {size} need {needed / 2**30:.1f} GiB",
            "choose a smaller size or a limit",
        )
    pixels, kept, skipped = cached(
        listing.key(size), f"{folder}?{size}", lambda: _decode_all(listing.paths, size, progress)
    )
    if not len(kept):
        raise UserError(
            f"none of the {len(listing.paths)} pictures in {folder} can be used" + _first(skipped),
            "give a folder with sound PNG or JPEG files",
        )
    labels, classes = _present(listing, torch.from_numpy(kept))
    return image_dataset(
        _in_colour(torch.from_numpy(pixels), colour),
        name=slug(folder.name),
        title=title(folder.name),
        source=source,
        labels=labels,
        classes=classes,
        skipped=(*listing.skipped, *skipped),
    )


def _present(listing: Listing, kept: Tensor) -> tuple[Tensor | None, tuple[str, ...]]:
    """Labels of the pictures ``kept`` (n,), and the classes that these have, if there are several.

    A class of which nothing could be read, or the limit took nothing, would have nothing to learn.
    """
    if listing.labels is None:
        return None, ()
    present, labels = torch.tensor(listing.labels)[kept].unique(return_inverse=True)
    if len(present) < 2:
        return None, ()
    return labels, tuple(listing.classes[label] for label in present)


def _decode_all(
    paths: tuple[Path, ...], size: int, progress: Progress | None
) -> tuple[np.ndarray, np.ndarray, tuple[str, ...]]:
    """uint8 (N, 3, size, size), which of the paths they are, and why the others are not."""
    pixels = np.empty((len(paths), size, size, 3), np.uint8)
    kept, skipped = [], []
    for done, (index, result) in enumerate(_in_threads(paths, size), start=1):
        if isinstance(result, UserError):
            skipped.append(str(result))
        else:
            pixels[len(kept)] = np.asarray(result)
            kept.append(index)
        if progress is not None:
            progress(done, len(paths))
    images = np.ascontiguousarray(pixels[: len(kept)].transpose(0, 3, 1, 2))
    return images, np.array(kept, np.int64), tuple(skipped)


def _in_threads(
    paths: tuple[Path, ...], size: int
) -> Iterator[tuple[int, Image.Image | UserError]]:
    """Decoded pictures in order; only a few are in memory at a time."""

    def read(path: Path) -> Image.Image | UserError:
        try:
            return decode(path, square=size)
        except UserError as error:
            return error

    workers = min(8, os.cpu_count() or 1)
    with bombs_are_errors(), ThreadPoolExecutor(workers) as pool:
        waiting = deque()
        for index, path in enumerate(paths):
            waiting.append((index, pool.submit(read, path)))
            if len(waiting) > 4 * workers:
                first, future = waiting.popleft()
                yield first, future.result()
        for index, future in waiting:
            yield index, future.result()


def _common_size(paths: tuple[Path, ...]) -> int | None:
    """The side of the pictures if a sample of them are squares of one size up to 64 pixels."""
    sizes = set()
    with bombs_are_errors():
        for path in paths[:: max(1, len(paths) // _SAMPLED)]:
            try:
                with Image.open(path) as picture:
                    sizes.add(picture.size)
            except (OSError, ValueError, Image.DecompressionBombError, Warning):
                continue  # decoding will say what is wrong with it
    if len(sizes) != 1:
        return None
    ((width, height),) = sizes
    return width if width == height <= 64 else None


def _in_colour(pixels: Tensor, colour: str | None) -> Tensor:
    """RGB pictures (N, 3, H, W), or the grey (N, 1, H, W) they are or shall become."""
    if colour is None:
        red, green, blue = pixels.unbind(dim=1)
        colour = "grey" if torch.equal(red, green) and torch.equal(green, blue) else "colour"
    if colour == "colour":
        return pixels
    luma = torch.tensor([0.299, 0.587, 0.114])  # Rec. 601, as Pillow's convert("L")
    grey = [
        torch.einsum("nchw,c->nhw", chunk.float(), luma).round_().to(torch.uint8)
        for chunk in pixels.split(4096)
    ]
    return torch.cat(grey)[:, None]


def _first(skipped: tuple[str, ...]) -> str:
    return f" ({skipped[0]})" if skipped else ""
