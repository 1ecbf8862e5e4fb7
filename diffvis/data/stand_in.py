"""What stands where data are wanted and none are known: shapes that nobody takes for data."""

import torch
from torch import Tensor

from diffvis.data.cloud import Cloud
from diffvis.data.dataset import Dataset
from diffvis.data.images import image_dataset
from diffvis.data.points import point_dataset

STAND_IN = "stand-in:"
_SIDE = 24  # points along each side of the square


def stand_in(shape: tuple[int, ...]) -> Dataset:
    """For samples of ``shape``: (C, H, W) ramps of grey, or points in a square, or along a line."""
    source = STAND_IN + "x".join(map(str, shape))
    if len(shape) == 3:
        return image_dataset(_ramps(shape), name="ramps", title="Ramps, not data", source=source)
    line = torch.linspace(-1, 1, _SIDE)
    if shape == (1,):
        x, title = line[:, None], "A line, not data"
        return point_dataset(Cloud(x, (line + 1) / 2), name="line", title=title, source=source)
    x = torch.cartesian_prod(line, line)
    origin = (x[:, 0] + 1) / 2
    flat = torch.nn.functional.pad(x, (0, shape[0] - 2))
    title = "A square, not data"
    return point_dataset(Cloud(flat, origin), name="square", title=title, source=source)


def is_stand_in(data: Dataset) -> bool:
    """Whether nobody can have learned it."""
    return data.source.startswith(STAND_IN)


def _ramps(shape: tuple[int, ...]) -> Tensor:
    """uint8 (8, C, H, W), bright towards each side and corner."""
    channels, height, width = shape
    y, x = torch.meshgrid(
        torch.linspace(-1, 1, height), torch.linspace(-1, 1, width), indexing="ij"
    )
    ways = ((1, 0), (0, 1), (-1, 0), (0, -1), (1, 1), (-1, 1), (-1, -1), (1, -1))
    ramps = torch.stack([(a * x + b * y) / (abs(a) + abs(b)) for a, b in ways])
    bytes_ = ((ramps + 1) * 127.5).round().to(torch.uint8)
    return bytes_[:, None].expand(-1, channels, -1, -1).contiguous()
