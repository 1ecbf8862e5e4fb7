"""The density of points at t with its contours: exactly that of the noised data, not of a draw."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from diffvis.diffusion.schedule import NoiseSchedule
from diffvis.rendering.density import ramp
from diffvis.rendering.pixels import Pixels, to_numpy
from diffvis.rendering.scatter import axes
from diffvis.rendering.scene.recorder import shading
from diffvis.rendering.style import Style

CELLS = 128  # along each axis
NODES = 256  # along each axis, at which the data is counted
LEVELS = 8  # contours, each at half the density of the one within
SMOOTHEST = 0.022  # of the extent: the least width of a kernel, so that few points make no grain
EMPTY = LEVELS + 0.75  # halvings at which the shade ends
LINE = 0.4  # how strongly a contour covers


@dataclass(frozen=True, eq=False)
class Density:
    """``values`` float (CELLS, CELLS) over [-extent, extent]², rows from the top; per unit area."""

    values: np.ndarray
    extent: float


def density_at(x0: Tensor, schedule: NoiseSchedule, t: int, extent: float) -> Density:
    """q(x_t) of the points x0 (M, 2): the mean of their kernels N(signal_t x_0, noise_t² I).

    Of (M, 3) the density of the first two dimensions. Near t = 0, where kernels are narrower than
    can be drawn, they have the least width.
    """
    signal, noise = float(schedule.signal[t]), float(schedule.noise[t])
    shares, nodes = _binned(x0)
    width = max(noise, SMOOTHEST * extent)
    line = (torch.arange(CELLS) + 0.5) * (2 * extent / CELLS) - extent
    away = (line[:, None] - signal * nodes) / width
    kernel = torch.exp(-away.square() / 2) / (width * (2 * torch.pi) ** 0.5)
    values = kernel @ shares.T @ kernel.T  # (y, x)
    return Density(to_numpy(values.flip(0)), extent)


@lru_cache(maxsize=2)  # of the data on show; tensors are told apart by which they are
def _binned(x0: Tensor) -> tuple[Tensor, Tensor]:
    """The part of the points at each node (x, y) of a grid around all of them, each shared among
    the four nearest, and where along an axis the nodes are.
    """
    places = to_numpy(x0)[:, :2].astype(float)
    reach = max(1e-6, 1.001 * float(np.abs(places).max(initial=0)))
    nodes = np.linspace(-reach, reach, NODES)
    at = (places + reach) * ((NODES - 1) / (2 * reach))
    low = at.astype(np.intp)
    x, y = (at - low).T
    corner = low[:, 0] * NODES + low[:, 1]
    shares = np.zeros(NODES * NODES)
    for offset, share in (
        (0, (1 - x) * (1 - y)), (1, (1 - x) * y), (NODES, x * (1 - y)), (NODES + 1, x * y),
    ):  # fmt: skip
        shares += np.bincount(corner + offset, share, NODES * NODES)
    shares = shares.reshape(NODES, NODES) / max(1, len(places))
    return torch.from_numpy(shares).float(), torch.from_numpy(nodes).float()


def contour_picture(density: Density, size: tuple[int, int], style: Style) -> Pixels:
    """The density from panel to bright, with a contour wherever it has halved once more."""
    most = max(float(density.values.max()), 1e-30)
    halvings = -np.log2(np.maximum(density.values / most, 2.0 ** -(LEVELS + 4)))
    fine = _enlarged(halvings, size)
    shade = np.clip(fine * np.float32(-255 / EMPTY) + np.float32(255), 0, 255).astype(np.uint8)
    picture = np.take(_shades(style), shade, axis=0)
    rows, columns = np.nonzero(shade < 5)  # the axes show where there is hardly anything
    picture[rows, columns] = axes(size, density.extent, style)[rows, columns]
    _draw_lines(picture, fine, max(1.0, style.text_scale), style)
    return shading(picture)


def _enlarged(values: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """float32 (height, width), smooth between the values."""
    image = Image.fromarray(values.astype(np.float32))
    return np.asarray(image.resize(size, Image.Resampling.BICUBIC))


def _draw_lines(picture: Pixels, halvings: np.ndarray, wide: float, style: Style) -> None:
    """A pixel is as far from a contour as its value is from a whole number, over how fast the
    value changes there.
    """
    from_level = np.abs(halvings - np.rint(halvings))[1:-1, 1:-1]
    across = halvings[1:-1, 2:] - halvings[1:-1, :-2]
    down = halvings[2:, 1:-1] - halvings[:-2, 1:-1]
    slope = np.sqrt(across * across + down * down) / 2
    inside = (halvings[1:-1, 1:-1] > 0.5) & (halvings[1:-1, 1:-1] < LEVELS + 0.5)
    rows, columns = np.nonzero((from_level < (wide / 2 + 0.5) * slope) & inside)
    away = from_level[rows, columns] / np.maximum(slope[rows, columns], 1e-9)
    cover = np.clip(wide / 2 + 0.5 - away, 0, 1)
    below = picture[rows + 1, columns + 1].astype(np.float32)
    tone = np.asarray(style.panel if style.name == "dark" else style.text, np.float32)
    painted = below + (tone - below) * (LINE * cover)[:, None]
    picture[rows + 1, columns + 1] = (painted + 0.5).astype(np.uint8)


@lru_cache(maxsize=4)
def _shades(style: Style) -> Pixels:
    """256 colours, none so strong that lines and points over it are lost."""
    strongest = 0.8 if style.name == "dark" else 0.5
    return ramp(style)[np.rint(np.arange(256) * strongest).astype(np.intp)]
