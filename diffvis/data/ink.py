"""Points from a picture: dark places get many of them, white ones none."""

from pathlib import Path

import torch
from torch import Tensor

from diffvis.data.cloud import Cloud
from diffvis.data.dataset import Dataset
from diffvis.data.inferred import Inferred
from diffvis.data.naming import slug, title
from diffvis.data.pictures import background_of, bombs_are_errors, read_picture
from diffvis.data.points import point_dataset
from diffvis.diffusion.seeds import seeded
from diffvis.errors import UserError

_SIDE = 512  # pixels of the longer side that points are drawn from
_MOST_INK = 0.6  # of the picture, that can be meant


def open_ink(
    path: Path, source: str, *, n: int = 10_000, seed: int = 0, ink: str | None = None
) -> Dataset:
    """``n`` points, each within a pixel that was drawn with the probability of its darkness.

    The picture's longer side spans [-1, 1], its upper edge is up, and colour shows x.

    Args:
        ink: "light" where light pixels are meant; by default the dark ones are, but for white
            strokes on a transparent background.

    Raises:
        UserError: it is no picture, or has no such pixels.
    """
    with bombs_are_errors():
        below = background_of((path,)) if ink is None else "white" if ink == "dark" else "black"
    picture = read_picture(path, longest=_SIDE, background=below).convert("L")
    light = torch.tensor(list(picture.tobytes()), dtype=torch.float32)
    amount = 255 - light if below == "white" else light
    if amount.max() < 8:
        colour = "white" if below == "white" else "black"
        other = "light" if below == "white" else "dark"
        raise UserError(
            f"{path} is {colour} all over", f"give a picture with strokes, or take ink={other}"
        )
    generator = seeded(seed)
    pixel = torch.multinomial(amount, n, replacement=True, generator=generator)
    size = torch.tensor([picture.width, picture.height])
    corner = torch.stack([pixel % picture.width, pixel // picture.width], dim=1)
    x = 2 * (corner + torch.rand(n, 2, generator=generator)) - size
    x = x / size.max() * torch.tensor([1.0, -1.0])
    origin = (x[:, 0] + 1) / 2
    return point_dataset(
        Cloud(x, origin),
        name=slug(path.stem),
        title=title(path.stem),
        source=source,
        inferred=_inferred(amount, below) if ink is None else (),
    )


def _inferred(amount: Tensor, below: str) -> tuple[Inferred, ...]:
    """What was taken for ink, and that it hardly was where it is most of the picture."""
    which, other = ("dark", "light") if below == "white" else ("light", "dark")
    found = [Inferred(f"its {which} pixels became points, so it is no image", "size=64")]
    share = float(amount.mean() / 255)
    if share > _MOST_INK:
        says = f"{share:.0%} of the picture is {which}, and the points lie nearly everywhere"
        found.append(Inferred(says, f"ink={other}", absurd=True))
    return tuple(found)
