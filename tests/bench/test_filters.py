"""Blurs and medians that tools are compared with, against plain ways to compute them."""

import math

import pytest
import torch

from diffvis.bench.filters import WIDTHS, best_blur, gaussian_blur, median_filter


@pytest.mark.parametrize("shape", [(4, 1, 28, 28), (2, 3, 32, 20), (1, 1, 8, 8)])
def test_the_best_blur_is_the_best_of_those_tried_one_by_one(shape: tuple[int, ...]) -> None:
    draw = torch.Generator().manual_seed(0)
    x0 = gaussian_blur(torch.rand(shape, generator=draw), 1.0)
    noisy = x0 + 0.3 * torch.randn(shape, generator=draw)
    widest = math.log10(max(1.0, min(shape[-2:]) / 4))
    widths = [0.0, *torch.logspace(math.log10(0.3), widest, WIDTHS).tolist()]
    made = [gaussian_blur(noisy, width) for width in widths]
    errors = [float((each - x0).square().mean()) for each in made]
    best = errors.index(min(errors))
    assert 0 < best < WIDTHS, "neither the picture as it is nor the widest"
    found, width = best_blur(noisy, x0)
    torch.testing.assert_close(found, made[best], atol=1e-6, rtol=0)
    assert width == widths[best]
    same, none = best_blur(x0, x0)
    assert none == 0 and torch.equal(same, x0)


def test_the_median_is_that_of_the_neighbours() -> None:
    x = torch.randn(2, 3, 5, 6, generator=torch.Generator().manual_seed(1))
    found = median_filter(x, 3)
    around = sorted(x[1, 2, 1:4, 2:5].flatten().tolist())
    assert float(found[1, 2, 2, 3]) == around[4]
    corner = sorted(x[0, 0, :2, :2][[[0, 0, 1]], :][0][:, [0, 0, 1]].flatten().tolist())
    assert float(found[0, 0, 0, 0]) == corner[4], "the border repeats"
    with pytest.raises(ValueError, match="odd"):
        median_filter(x, 4)
