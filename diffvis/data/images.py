"""From arrays of pixels to an image data set."""

import torch
from torch import Tensor
from torch.nn import functional

from diffvis.data.dataset import Dataset, fingerprint_of
from diffvis.data.doubts import about_brightness, about_classes, about_parts
from diffvis.data.inferred import Inferred
from diffvis.data.scaling import IMAGES
from diffvis.data.splits import Split, random_split
from diffvis.errors import UserError

_CHUNK = 4096  # images resized at a time, which bounds the memory in between
_MOST_BYTES = 4 << 30  # of resized images


def image_dataset(
    values: Tensor,
    *,
    name: str,
    title: str,
    source: str,
    labels: Tensor | None = None,
    classes: tuple[str, ...] = (),
    split: Split | None = None,
    skipped: tuple[str, ...] = (),
    inferred: tuple[Inferred, ...] = (),
    ranged: bool = False,
) -> Dataset:
    """A data set of uint8 images (N, C, H, W); without a split, 80 / 10 / 10.

    Args:
        ranged: whether the source takes the option ``range``.
    """
    split = random_split(len(values)) if split is None else split
    return Dataset(
        name=name,
        title=title,
        source=source,
        values=values,
        labels=labels,
        classes=classes,
        colour=None,
        scaling=IMAGES,
        train=split.train,
        validation=split.validation,
        test=split.test,
        fingerprint=fingerprint_of(values, labels),
        skipped=skipped,
        inferred=(
            *inferred,
            *about_brightness(values, ranged),
            *about_classes(classes, len(values)),
            *about_parts(split),
        ),
    )


def on_white(images: Tensor) -> Tensor:
    """uint8 (N, C, H, W): of four channels the last is how opaque the others are."""
    if images.shape[1] != 4:
        return images
    alpha = images[:, 3:].float() / 255
    return (images[:, :3].float() * alpha + 255 * (1 - alpha)).round().to(torch.uint8)


def resize(values: Tensor, size: int | None) -> Tensor:
    """Centre-crop uint8 images (N, C, H, W) to squares and resize them to ``size`` pixels.

    Raises:
        UserError: they would need too much memory.
    """
    if size is None or values.shape[2:] == (size, size):
        return values
    needed = values.shape[0] * values.shape[1] * size * size
    if needed > _MOST_BYTES:
        raise UserError(
            f"{len(values):,} images of {size} × {size} need {needed / 2**30:.1f} GiB",
            "choose a smaller size",
        )
    side = min(values.shape[2:])
    top, left = ((n - side) // 2 for n in values.shape[2:])
    square = values[:, :, top : top + side, left : left + side]
    if side == size:
        return square.contiguous()
    resized = torch.empty((*values.shape[:2], size, size), dtype=torch.uint8)
    for start in range(0, len(values), _CHUNK):
        chunk = square[start : start + _CHUNK].float()
        chunk = functional.interpolate(chunk, size=(size, size), mode="bicubic", antialias=True)
        resized[start : start + _CHUNK] = chunk.round_().clamp_(0, 255).to(torch.uint8)
    return resized


def in_colour(pixels: Tensor, colour: str | None) -> Tensor:
    """RGB images (N, 3, H, W) as they are, or as the grey ones (N, 1, H, W) that they are or shall
    become.
    """
    if colour is None:
        red, green, blue = pixels.unbind(dim=1)
        colour = "grey" if torch.equal(red, green) and torch.equal(green, blue) else "colour"
    if colour == "colour":
        return pixels
    luma = torch.tensor([0.299, 0.587, 0.114])  # Rec. 601, as Pillow's convert("L")
    grey = [
        torch.einsum("nchw,c->nhw", chunk.float(), luma).round_().to(torch.uint8)
        for chunk in pixels.split(_CHUNK)
    ]
    return torch.cat(grey)[:, None]
