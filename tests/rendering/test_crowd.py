"""A crowd of dots looks as its dots would one by one."""

import numpy as np
import pytest
import torch

from diffvis.rendering import scatter as one_by_one
from diffvis.rendering.crowd import LEAST, is_crowd, splat_crowd
from diffvis.rendering.discs import mix, stamps
from diffvis.rendering.scatter import colour_of_noise, dot_size, scatter, to_pixels
from diffvis.rendering.style import DARK

WHITE = (255, 255, 255)


def test_a_crowd_is_more_than_is_ever_drawn_one_by_one_and_fills_its_picture() -> None:
    small, large = np.zeros((500, 500, 3), np.uint8), np.zeros((3000, 3000, 3), np.uint8)
    assert not is_crowd(LEAST, small)  # a drawing's points, and all that were before
    assert is_crowd(30_000, small) and is_crowd(100_000, small)
    assert not is_crowd(100_000, large)


@pytest.mark.parametrize("side", [150, 420])
def test_it_looks_as_one_by_one(side: int, monkeypatch: pytest.MonkeyPatch) -> None:
    x = torch.randn(40_000, 2, generator=torch.Generator().manual_seed(0))
    colours = colour_of_noise(x)
    crowd = scatter(x, colours, (side, side), 3.0, DARK).astype(float)
    monkeypatch.setattr(one_by_one, "is_crowd", lambda *_: False)
    single = scatter(x, colours, (side, side), 3.0, DARK).astype(float)
    assert not np.array_equal(crowd, single)
    parts = [each[: side // 10 * 10, : side // 10 * 10] for each in (crowd, single)]
    tiles = [each.reshape(side // 10, 10, side // 10, 10, 3).mean((1, 3)) for each in parts]
    apart = np.abs(tiles[0] - tiles[1])
    assert apart.mean() < 2.0 and np.quantile(apart, 0.99) < 12.0, "of 255"


@pytest.mark.parametrize("radius", [0.8, 1.06, 1.8, 3.0])
def test_a_dot_covers_the_area_of_its_disc_and_has_its_colour(radius: float) -> None:
    frame = np.zeros((20, 20, 3), np.uint8)
    splat_crowd(frame, np.array([[10.5, 8.5]], np.float32), WHITE, radius, 1.0)
    assert frame[..., 0].sum() / 255 == pytest.approx(np.pi * radius**2, rel=0.1)
    rows, columns = np.mgrid[:20, :20]
    assert (frame[..., 0] * rows).sum() / frame[..., 0].sum() == pytest.approx(8, abs=0.01)
    assert (frame[..., 0] * columns).sum() / frame[..., 0].sum() == pytest.approx(10, abs=0.01)
    tinted = np.zeros_like(frame)
    one = np.array([[250, 100, 10]], np.uint8)
    splat_crowd(tinted, np.array([[10.5, 8.5]], np.float32), one, radius, 1.0)
    painted = frame[..., 0] > 0
    share = tinted[painted].astype(float) / frame[painted].max(1, keepdims=True)
    assert np.allclose(share, np.array([250, 100, 10]) / 255, atol=0.15), "and no other colour"


def test_dots_beyond_the_edge_reach_in_and_those_that_are_nowhere_do_not() -> None:
    frame = np.zeros((300, 40, 3), np.uint8)
    corners = np.array([[-0.5, -0.5], [40.5, 300.5], [np.nan, 3], [5, np.inf], [-9, 5], [3, 400]])
    splat_crowd(frame, corners.astype(np.float32), WHITE, 2.0, 1.0)
    lit = np.argwhere(frame[..., 0])
    assert {tuple(each) for each in lit} >= {(0, 0), (299, 39)}
    assert np.isin(lit[:, 0], (0, 1, 298, 299)).all() and np.isin(lit[:, 1], (0, 1, 38, 39)).all()


def test_bands_of_the_picture_meet_without_a_seam() -> None:
    frame = np.zeros((300, 60, 3), np.uint8)
    rows = np.arange(300, dtype=np.float32) + 0.5
    splat_crowd(frame, np.stack([np.full(300, 30.5, np.float32), rows], 1), WHITE, 1.8, 0.6)
    assert (frame[3:-3] == frame[3]).all() and frame[3].any()


@pytest.mark.parametrize("count", [1_024, 70_000])  # times 64 parts: 0 in sixteen bits
def test_however_many_lie_together_the_pixel_is_full_and_chance_is_the_same_again(
    count: int,
) -> None:
    points = np.full((count, 2), 10.5, np.float32)
    colours = np.random.default_rng(0).integers(0, 255, (count, 3), dtype=np.uint8)
    frames = [np.zeros((20, 20, 3), np.uint8) for _ in range(2)]
    for frame in frames:
        splat_crowd(frame, points, colours, 1.8, 0.6)
    assert np.array_equal(*frames)
    assert (colours == frames[0][10, 10]).all(1).any(), "one of theirs, and nothing of the ground"
    plain = np.zeros((20, 20, 3), np.uint8)
    splat_crowd(plain, points, WHITE, 1.8, 0.6)
    assert plain.max() == 255


def test_a_pixel_with_a_dot_of_its_own_shows_that_one() -> None:
    columns = np.arange(40, dtype=np.float32) + 0.5
    colours = np.tile(np.array([[255, 0, 0], [0, 0, 255]], np.uint8), (20, 1))
    frame = np.zeros((9, 40, 3), np.uint8)
    splat_crowd(frame, np.stack([columns, np.full(40, 4.5, np.float32)], 1), colours, 1.8, 1.0)
    assert np.array_equal(frame[4], colours)


def test_no_colour_goes_before_the_others() -> None:
    """Of two clouds on each other each shows in half of the pixels."""
    points = to_pixels(np.random.default_rng(0).normal(size=(80_000, 2)), (200, 200), 3.0)
    colours = np.repeat(np.array([[255, 0, 0], [0, 0, 255]], np.uint8), 40_000, 0)
    frame = np.zeros((200, 200, 3), np.uint8)
    splat_crowd(frame, points, colours, *dot_size(80_000, (200, 200)))
    red, blue = (frame[60:140, 60:140, channel].astype(float).mean() for channel in (0, 2))
    assert red / (red + blue) == pytest.approx(0.5, abs=0.03)


def test_mixing_is_that_of_light() -> None:
    alpha = np.array([[0, 64, 128, 256]], np.uint16)
    frame = np.full((1, 4, 3), 200, np.uint8)
    mix(frame, [np.uint16(100)] * 3, alpha)
    assert frame[0, :, 0].tolist() == [200, 175, 150, 100]
    covers, offsets = stamps(16)
    assert covers.shape[0] == len(offsets) and offsets.max() == 2
