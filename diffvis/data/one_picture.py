"""One picture of one's own as a data set of one image."""

from pathlib import Path

import numpy as np
import torch

from diffvis.data.dataset import Dataset
from diffvis.data.images import image_dataset
from diffvis.data.naming import slug, title
from diffvis.data.pictures import background_of, bombs_are_errors, decode
from diffvis.data.ranges import about_range, parse_range

DEFAULT_SIZE = 64


def open_picture(
    path: Path,
    source: str,
    *,
    size: int = DEFAULT_SIZE,
    colour: str = "colour",
    background: str | None = None,
    range: str | None = None,
) -> Dataset:
    """The middle square of a picture, ``size`` pixels wide, grey or in colour.

    Args:
        range: the values that are black and white, as of ``open_folder``.

    Raises:
        UserError: the file is not a picture, is broken, enormous, or far smaller than ``size``.
    """
    span = None if range is None else parse_range(range)
    with bombs_are_errors():
        below = background or background_of((path,))
        made = decode(path, square=size, background=below, span=span)
    pixels = np.array(made.image.convert("L") if colour == "grey" else made.image)
    values = torch.from_numpy(pixels.reshape(size, size, -1)).permute(2, 0, 1)[None]
    guessed = made.depth is not None and span is None
    return image_dataset(
        values.contiguous(),
        name=slug(path.stem),
        title=title(path.stem),
        source=source,
        inferred=(about_range(made.depth.extremes, made.depth.span),) if guessed else (),
        ranged=True,
    )
