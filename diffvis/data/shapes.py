"""The shapes of the toys, each in about [-1, 1]^2, or in [-1, 1].

Every function draws ``n`` points with noise of standard deviation ``noise`` around the shape, and
says where on the shape each of them comes from.
"""

import math

import torch
from torch import Generator, Tensor

from diffvis.data.cloud import Cloud


def swiss_roll(n: int, noise: float, generator: Generator) -> Cloud:
    """The spiral of Sohl-Dickstein et al. 2015, figure 1: angle and radius grow together."""
    origin = torch.rand(n, generator=generator)
    angle = 1.5 * math.pi * (1 + 2 * origin)
    return Cloud(_blur(_polar(angle / 15, angle), noise, generator), origin)


def s_curve(n: int, noise: float, generator: Generator) -> Cloud:
    """Two arcs of three quarters of a circle each, joined to an S."""
    origin = torch.rand(n, generator=generator)
    angle = 3 * math.pi * (origin - 0.5)
    curve = torch.stack([angle.sin(), angle.sign() * (angle.cos() - 1)], dim=1) / 2
    return Cloud(_blur(curve, noise, generator), origin)


def moons(n: int, noise: float, generator: Generator) -> Cloud:
    """Two half circles that reach into each other."""
    labels = torch.randint(2, (n,), generator=generator)
    along = torch.rand(n, generator=generator)
    half = _polar(torch.ones(n), math.pi * along)
    lower = torch.stack([1 - half[:, 0], 0.5 - half[:, 1]], dim=1)
    both = torch.where(labels[:, None] == 0, half, lower)
    centred = (both - torch.tensor([0.5, 0.25])) / 1.6
    return Cloud(_blur(centred, noise, generator), (labels + along) / 2, labels)


def circles(n: int, noise: float, generator: Generator) -> Cloud:
    """A circle within a circle of twice its radius."""
    labels = torch.randint(2, (n,), generator=generator)
    along = torch.rand(n, generator=generator)
    rings = _polar(0.9 - 0.45 * labels, 2 * math.pi * along)
    return Cloud(_blur(rings, noise, generator), (labels + along) / 2, labels)


def spirals(n: int, noise: float, generator: Generator) -> Cloud:
    """Two arms that turn around each other one and a half times."""
    labels = torch.randint(2, (n,), generator=generator)
    along = torch.rand(n, generator=generator).sqrt()  # evenly dense along the arm
    arms = _polar(0.95 * along, math.pi * (3 * along + labels))
    return Cloud(_blur(arms, noise, generator), (labels + along) / 2, labels)


def checkerboard(n: int, noise: float, generator: Generator) -> Cloud:
    """The eight dark squares of a board of four by four."""
    row = torch.randint(4, (n,), generator=generator)
    column = 2 * torch.randint(2, (n,), generator=generator) + row % 2
    inside = torch.rand(n, 2, generator=generator)
    board = (torch.stack([column, row], dim=1) + inside) / 2 - 1
    return Cloud(_blur(board, noise, generator), (board.sum(dim=1) + 2) / 4)


def pinwheel(n: int, noise: float, generator: Generator) -> Cloud:
    """Five blades, longer outwards and bent; ``noise`` is their thickness at the hub."""
    labels = torch.randint(5, (n,), generator=generator)
    blade = torch.randn(n, 2, generator=generator) * torch.tensor([0.14, noise])
    x, y = (blade + torch.tensor([0.5, 0.0])).unbind(dim=1)
    angle = labels * (2 * math.pi / 5) + 0.8 * torch.exp(0.5 * x)
    turned = torch.stack(
        [angle.cos() * x - angle.sin() * y, angle.sin() * x + angle.cos() * y], dim=1
    )
    return Cloud(turned, ((x - 0.1) / 0.8).clamp(0, 1), labels)


def uniform(n: int, noise: float, generator: Generator) -> Cloud:
    """Anywhere between -1 and 1 on a line, with two sharp ends."""
    origin = torch.rand(n, generator=generator)
    return Cloud(_blur(2 * origin[:, None] - 1, noise, generator), origin)


def _polar(radius: Tensor, angle: Tensor) -> Tensor:
    """(n, 2) from (n,) and (n,)."""
    return torch.stack([radius * angle.cos(), radius * angle.sin()], dim=1)


def _blur(x: Tensor, noise: float, generator: Generator) -> Tensor:
    return x + noise * torch.randn(x.shape, generator=generator)
