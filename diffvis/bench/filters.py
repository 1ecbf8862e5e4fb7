"""Classical filters and measures of pictures (N, C, H, W): what a tool is compared with."""

import math
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as nnf

WIDTHS = 24  # of blurs, of which the best is taken
MOST_DB = 200.0  # for pictures that are the same
_HALF_NORMAL = 0.6744897501960817  # the median of |z|, z ~ N(0, 1)


def gaussian_blur(x: Tensor, sigma: float) -> Tensor:
    """With the kernel cut off at four sigma; the border repeats. ``sigma`` is in pixels, 0 none."""
    if sigma <= 0:
        return x
    down, across = (_blur(size, float(sigma)).to(x) for size in x.shape[-2:])
    return down @ x @ across.mT


def best_blur(noisy: Tensor, x0: Tensor) -> tuple[Tensor, float]:
    """The Gaussian blur of ``noisy`` that comes nearest to x0, and its width: the best that any
    width could do, which only those know who have x0.
    """
    widest = max(1.0, min(noisy.shape[-2:]) / 4)
    widths = torch.logspace(math.log10(0.3), math.log10(widest), WIDTHS)
    down, across = (_blurs(size, widths).to(noisy) for size in noisy.shape[-2:])
    made = torch.cat([noisy[None], down[:, None, None] @ noisy @ across[:, None, None].mT])
    best = int((made - x0).square().flatten(1).mean(1).argmin())
    return made[best], [0.0, *widths.tolist()][best]


@lru_cache(maxsize=32)
def _blur(size: int, sigma: float) -> Tensor:
    """The matrix (size, size) that blurs a line, float64."""
    return _blurs(size, torch.tensor([sigma], dtype=torch.float64))[0]


def _blurs(size: int, sigmas: Tensor) -> Tensor:
    """(K, size, size): ``gaussian_blur`` of a line by each of ``sigmas`` (K,), as matrices."""
    reach = (4 * sigmas).ceil().clamp(min=1)[:, None]
    offsets = torch.arange(-int(reach.max()), int(reach.max()) + 1)
    inside = offsets.abs() <= reach
    logs = -offsets.square() / (2 * sigmas.square()[:, None])
    kernel = logs.masked_fill(~inside, -torch.inf).softmax(1)
    from_ = (torch.arange(size)[:, None] + offsets).clamp(0, size - 1)
    shape = len(sigmas), *from_.shape
    blurs = sigmas.new_zeros(len(sigmas), size, size)
    return blurs.scatter_add_(2, from_.expand(shape), kernel[:, None].expand(shape))


def median_filter(x: Tensor, size: int = 3) -> Tensor:
    """The median of ``size`` x ``size`` pixels, an odd number; the border repeats."""
    if size % 2 == 0 or size < 1:
        raise ValueError(f"the median is of an odd number of pixels, not {size}")
    reach = size // 2
    padded = nnf.pad(x, (reach, reach, reach, reach), mode="replicate")
    windows = padded.unfold(2, size, 1).unfold(3, size, 1).flatten(-2)
    middle = size * size // 2  # NumPy's way is up to seven times faster than PyTorch's
    found = np.partition(windows.cpu().numpy(), middle, axis=-1)[..., middle]
    return torch.from_numpy(found).to(x.device)


def finest_band(x: Tensor) -> Tensor:
    """The diagonal differences of each 2 x 2 pixels (Haar), (N, C, H // 2, W // 2): of smooth
    pictures almost nothing but noise, with its standard deviation. Raises ValueError for pictures
    of less than 2 x 2.
    """
    height, width = (size // 2 * 2 for size in x.shape[-2:])
    if not height or not width:
        raise ValueError("the finest band is of pictures of at least 2 x 2")
    a, b = x[..., :height:2, :width:2], x[..., :height:2, 1:width:2]
    c, d = x[..., 1:height:2, :width:2], x[..., 1:height:2, 1:width:2]
    return (a - b - c + d) / 2


def noise_level(x: Tensor) -> float:
    """The standard deviation of the noise in x: the median of |finest band| / 0.6745, which the few
    large values at edges do not move (Donoho & Johnstone 1994, section 6).
    """
    return float(finest_band(x).abs().median()) / _HALF_NORMAL


def block_mean(x: Tensor, factor: int) -> Tensor:
    """The means of ``factor`` x ``factor`` pixels; the sizes are multiples of it."""
    return nnf.avg_pool2d(x, factor)


def repeat_blocks(x: Tensor, factor: int) -> Tensor:
    """Each pixel as ``factor`` x ``factor`` of its value. ``repeat_blocks(block_mean(x))`` is the
    orthogonal projection onto pictures that are even in each block.
    """
    return x.repeat_interleave(factor, -2).repeat_interleave(factor, -1)


def bicubic(x: Tensor, factor: int) -> Tensor:
    return nnf.interpolate(x, scale_factor=factor, mode="bicubic", align_corners=False)


def psnr(x: Tensor, x0: Tensor, span: float) -> float:
    """Peak signal-to-noise ratio in dB of all values together; ``span`` is from black to white."""
    error = float((x - x0).double().square().mean())
    return MOST_DB if error == 0 else min(MOST_DB, 10 * math.log10(span**2 / error))


def correlation(x: Tensor, x0: Tensor) -> float:
    """Pearson's, of all values together; 0 where one of them is even."""
    a, b = (v.double().flatten() - v.double().mean() for v in (x, x0.expand_as(x)))
    scale = float(a.norm() * b.norm())
    return 0.0 if scale == 0 else float(a @ b) / scale


def decibels(x: Tensor, x0: Tensor, span: float) -> str:
    """``PSNR 18.2 dB``."""
    return f"PSNR {psnr(x, x0, span):.1f} dB"
