"""Ways to look at a picture that keep noise what it is: orthogonal maps."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from diffvis.diffusion.seeds import seeded
from diffvis.errors import UserError

Map = Callable[[Tensor], Tensor]
PROBES = 4  # pictures of noise that a view is tried on


@dataclass(frozen=True)
class View:
    """A linear map of pictures (N, C, H, W) and its inverse."""

    name: str
    title: str
    there: Map
    back: Map
    square: bool = False
    """Whether it is for square pictures alone."""


def _same(x: Tensor) -> Tensor:
    return x


def _negative(x: Tensor) -> Tensor:
    return -x


def _mirrored(x: Tensor) -> Tensor:
    return x.flip(-1)


def _upside_down(x: Tensor) -> Tensor:
    return x.flip(-2, -1)


def _flipped(x: Tensor) -> Tensor:
    return x.flip(-2)


def _turned(x: Tensor) -> Tensor:
    return x.rot90(1, (-2, -1))


def _turned_back(x: Tensor) -> Tensor:
    return x.rot90(-1, (-2, -1))


def _transposed(x: Tensor) -> Tensor:
    return x.transpose(-2, -1)


IDENTITY = View("identity", "As it is", _same, _same)
VIEWS = {
    view.name: view
    for view in (
        View("upside-down", "Upside down", _upside_down, _upside_down),
        View("mirror", "Mirrored", _mirrored, _mirrored),
        View("flip", "Top to bottom", _flipped, _flipped),
        View("rotate", "A quarter turned", _turned, _turned_back, square=True),
        View("transpose", "Rows as columns", _transposed, _transposed, square=True),
        View("negative", "Negative", _negative, _negative),
    )
}
"""By name, in the order in which they are offered."""


def check_view(view: View, shape: tuple[int, ...]) -> None:
    """Find out on noise whether a view is orthogonal: x of N(0, I) must be that again, or what the
    network sees is not noised as it has learned.

    Raises:
        UserError: it is not, or it does not fit pictures of ``shape`` (C, H, W).
    """
    if view.square and shape[-1] != shape[-2]:
        raise UserError(
            f"the view {view.name} needs square pictures", "choose upside-down or mirror",
            field="view",
        )  # fmt: skip
    x = torch.randn((PROBES, *shape), generator=seeded(0))
    seen = view.there(x)
    if seen.shape != x.shape:
        raise UserError(
            f"the view {view.name} makes {tuple(seen.shape[1:])} of {shape}",
            "give one that keeps the size",
        )
    gram, own = (v.flatten(1) @ v.flatten(1).T for v in (seen, x))
    scale = float(seen.square().mean() / x.square().mean())
    if not torch.allclose(gram, own, rtol=1e-4, atol=1e-3 * float(own.max())):
        raise UserError(
            f"the view {view.name} is not orthogonal: noise of variance 1 has {scale:.3g} in it",
            "give one that keeps lengths and angles, or the network sees another t than it is told",
        )
    if not torch.allclose(view.back(seen), x, atol=1e-5):
        raise UserError(f"the way back of the view {view.name} is not its inverse", "mend it")
