"""A picture file of one's own: how large it is, and as what a chain begins with."""

from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from diffvis.data.dataset import to_model_units
from diffvis.data.pictures import formats, read_picture
from diffvis.errors import UserError

GREY = frozenset(("1", "L", "LA", "I", "F", "I;16", "I;16L", "I;16B"))
"""Modes of Pillow without colours."""


def side_and_colour(path: Path, most: int) -> tuple[int, str]:
    """The side of its middle square in pixels, ``most`` at most, and whether it is grey or colour;
    only its head is read. One that cannot be read is as any other: who opens it says why.
    """
    try:
        with Image.open(path, formats=formats()) as picture:
            return min(most, *picture.size), "grey" if picture.mode in GREY else "colour"
    except Exception:  # noqa: BLE001 - broken files make decoders raise almost anything
        return most, "colour"


def read_x0(path: Path, shape: tuple[int, ...]) -> Tensor:
    """A picture file as a sample of ``shape`` (C, H, W), cropped to the middle and resized.

    Raises:
        UserError: it is no picture, or samples of this shape are not square pictures.
    """
    channels, height, width = shape
    if height != width or channels not in (1, 3):
        raise UserError(
            f"{path.name} cannot become a sample of {width} × {height}, {channels} channels",
            "own pictures work with square grey or colour models",
        )
    picture = read_picture(path, square=height)
    values = np.asarray(picture.convert("L" if channels == 1 else "RGB"))
    values = values[None] if channels == 1 else values.transpose(2, 0, 1)
    return to_model_units(torch.from_numpy(values.copy()))
