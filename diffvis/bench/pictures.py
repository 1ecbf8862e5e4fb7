"""What a tool works on, as people name it: masks, and the model's own samples."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from diffvis.data.dataset import Dataset, sampled
from diffvis.data.own_picture import read_x0
from diffvis.data.scaling import IMAGES
from diffvis.errors import UserError
from diffvis.files import regular
from diffvis.models.sampleable import Model
from diffvis.sampling.chain import run_chain
from diffvis.sampling.settings import ChainSettings

HALVES = ("left", "right", "top", "bottom", "middle", "quarter")
"""Parts of a picture that can be hidden by name."""
SAMPLE = "sample"
"""One that the model makes."""
MOST_SIDE = 4_096


def mask_of(words: str, shape: tuple[int, ...]) -> Tensor:
    """Which values are known, bool (H, W) of pictures (C, H, W) or (2,) of points.

    ``words`` say what is hidden: one of ``HALVES``, a rectangle ``x,y,width,height`` in pixels, or
    a picture file of any size, black where it is; of points ``x`` or ``y``.

    Raises:
        UserError: there is no such part, or no such file.
    """
    if len(shape) == 1:
        axes = "xyz"[: shape[0]]
        if words not in axes or len(words) != 1:
            raise UserError(
                f"a point has no coordinate {words}", f"hide one of {', '.join(axes)}", field="mask"
            )
        return torch.tensor([axis != words for axis in axes])
    height, width = shape[1:]
    known = torch.ones((height, width), dtype=torch.bool)
    if words in HALVES:
        rows, columns = slice(None), slice(None)
        if words in ("top", "bottom", "quarter"):
            rows = slice(0, height // 2) if words == "top" else slice(height // 2, None)
        if words in ("left", "right", "quarter"):
            columns = slice(0, width // 2) if words == "left" else slice(width // 2, None)
        if words == "middle":
            rows = slice(height // 4, height - height // 4)
            columns = slice(width // 4, width - width // 4)
        known[rows, columns] = False
        return known
    if (corner := _rectangle(words)) is not None:
        x, y, wide, high = corner
        if wide < 1 or high < 1 or x >= width or y >= height:
            raise UserError(
                f"the rectangle {words} lies outside of {width} x {height} pixels",
                "write it as x,y,width,height",
                field="mask",
            )
        known[y : y + high, x : x + wide] = False
        return known
    return _of_file(Path(words), height, width)


def picture_of(model: Model, named: str, data: Dataset | None) -> tuple[Tensor, str]:
    """One picture in the model's units, and what people call it: a sample of ``data`` by its
    number, a picture file, or ``sample`` (or ``sample 7``): one that the model makes.

    Raises:
        UserError: there is none, or it does not fit the model.
    """
    word, _, seed = named.partition(" ")
    if word == SAMPLE and (not seed or seed.isdecimal()):
        return own_sample(model, int(seed or 0)), f"its own sample {int(seed or 0)}"
    if not named.isdecimal():
        path = Path(named)
        if model.is_points:
            raise UserError(f"{model.name} makes points", "give the number of one, or sample")
        if not path.is_file():
            raise UserError(
                f"there is no picture {named or 'without a name'}",
                "give the number of a sample, or sample, or a picture file",
            )
        return model.seen(read_x0(path, tuple(model.shape)), IMAGES), path.name
    if data is None:
        raise UserError(f"there are no data to take no. {named} of", "name them, or give a file")
    if tuple(data.shape) != tuple(model.shape):
        raise UserError(f"samples of {data.title} do not fit {model.name}", "name other data")
    if len(named) > 18 or int(named) >= len(data):
        raise UserError(
            f"there is no sample {named}", f"those of {data.title} are 0 to {len(data) - 1:,}"
        )
    return model.seen(data.x0([int(named)])[0], data.scaling), f"no. {int(named):,}"


def normal_pictures(model: Model, data: Dataset, count: int) -> Tensor:
    """``count`` pictures of the training split, spread over it, (count, ...) in model units.

    Raises:
        UserError: there cannot be so many.
    """
    if count < 0:
        raise UserError(f"{count} normal pictures are not possible", "give 0 or more")
    return model.seen(data.x0(sampled(data.train, count)), data.scaling)


def own_sample(model: Model, seed: int) -> Tensor:
    """One sample of the model itself, (C, H, W) or (2,): DDIM in at most 50 steps."""
    return list(own_sample_steps(model, seed))[-1]


def own_sample_steps(model: Model, seed: int) -> Iterator[Tensor]:
    """The same step by step: x_s of each, the last one being the sample."""
    settings = ChainSettings(sampler="ddim", steps=min(50, model.schedule.T), count=1, seed=seed)
    for step in run_chain(model, settings):
        yield step.x_s[0].cpu()


def _rectangle(words: str) -> tuple[int, int, int, int] | None:
    parts = words.split(",")
    if len(parts) != 4 or not all(part.strip().isdecimal() for part in parts):
        return None
    x, y, wide, high = (int(part) for part in parts)
    return x, y, wide, high


def _of_file(path: Path, height: int, width: int) -> Tensor:
    if not path.is_file():
        raise UserError(
            f"there is no mask {path}",
            f"give one of {', '.join(HALVES)}, x,y,width,height, or a picture file",
            field="mask",
        )
    try:
        with Image.open(regular(path)) as picture:
            if max(picture.size) > MOST_SIDE:
                raise UserError(
                    f"{path} is larger than {MOST_SIDE} x {MOST_SIDE}", "make it smaller"
                )
            grey = picture.convert("L").resize((width, height), Image.Resampling.BOX)
    except UserError:
        raise
    except Exception as error:  # what readers raise for others' files has no end
        raise UserError(f"{path} is no picture that can be read", "give a PNG") from error
    return torch.from_numpy(np.asarray(grey) >= 128)
