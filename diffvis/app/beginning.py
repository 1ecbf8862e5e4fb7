"""Where a chain begins: with noise at T, or with a picture that was noised to some t."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from diffvis.data.dataset import to_model_units
from diffvis.data.pictures import read_picture
from diffvis.diffusion import NoiseSchedule, q_sample
from diffvis.errors import UserError
from diffvis.training.model import initial_noise
from diffvis.training.sampling import ChainSettings


@dataclass(frozen=True, eq=False)
class Beginning:
    """A sample x0 (C, H, W) or (2,) in model units, and the time to which it is noised."""

    x0: Tensor
    t: int
    title: str

    def noised(self, schedule: NoiseSchedule, settings: ChainSettings) -> Tensor:
        """x_t (count, ...): the same sample under as many noises, those of the settings' seed."""
        eps, _ = initial_noise(tuple(self.x0.shape), settings.count, settings.seed)
        return q_sample(schedule, self.x0.expand_as(eps), self.t, eps)


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
