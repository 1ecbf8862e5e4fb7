"""One picture of one's own as a data set of one image."""

from pathlib import Path

import numpy as np
import torch

from diffvis.data.dataset import Dataset
from diffvis.data.images import image_dataset
from diffvis.data.naming import slug, title
from diffvis.data.pictures import read_picture

DEFAULT_SIZE = 64


def open_picture(
    path: Path,
    source: str,
    *,
    size: int = DEFAULT_SIZE,
    colour: str = "colour",
    background: str | None = None,
) -> Dataset:
    """The middle square of a picture, ``size`` pixels wide, grey or in colour.

    Raises:
        UserError: the file is not a picture, is broken, enormous, or far smaller than ``size``.
    """
    picture = read_picture(path, square=size, background=background)
    pixels = np.array(picture.convert("L") if colour == "grey" else picture)
    values = torch.from_numpy(pixels.reshape(size, size, -1)).permute(2, 0, 1)[None]
    return image_dataset(
        values.contiguous(), name=slug(path.stem), title=title(path.stem), source=source
    )
