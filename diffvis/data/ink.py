"""Points from a picture: dark places get many of them, white ones none."""

from pathlib import Path

import torch

from diffvis.data.cloud import Cloud
from diffvis.data.dataset import Dataset
from diffvis.data.naming import slug, title
from diffvis.data.pictures import read_picture
from diffvis.data.points import point_dataset
from diffvis.errors import UserError

_SIDE = 512  # pixels of the longer side that points are drawn from


def open_ink(path: Path, source: str, *, n: int = 10_000, seed: int = 0) -> Dataset:
    """``n`` points, each within a pixel that was drawn with the probability of its darkness.

    The picture's longer side spans [-1, 1], its upper edge is up, and colour shows x.
    """
    picture = read_picture(path, longest=_SIDE).convert("L")
    darkness = 255 - torch.tensor(list(picture.tobytes()), dtype=torch.float32)
    if darkness.max() < 8:
        raise UserError(f"{path} is white all over", "give a picture with something dark on white")
    generator = torch.Generator().manual_seed(seed)
    pixel = torch.multinomial(darkness, n, replacement=True, generator=generator)
    size = torch.tensor([picture.width, picture.height])
    corner = torch.stack([pixel % picture.width, pixel // picture.width], dim=1)
    x = 2 * (corner + torch.rand(n, 2, generator=generator)) - size
    x = x / size.max() * torch.tensor([1.0, -1.0])
    origin = (x[:, 0] + 1) / 2
    return point_dataset(
        Cloud(x, origin), name=slug(path.stem), title=title(path.stem), source=source
    )
