import numpy as np
import pytest
import torch

from diffvis.rendering.geometry import Grid, Rect
from diffvis.rendering.pixels import (
    blank,
    blend,
    mosaic,
    noise_to_uint8,
    paste,
    shrink,
    to_uint8,
)


def test_every_level_of_an_image_comes_back_exactly() -> None:
    levels = torch.arange(256, dtype=torch.float32).reshape(1, 1, 16, 16)
    shown = to_uint8(levels * 2 / 255 - 1)
    assert shown.shape == (1, 16, 16, 1)
    assert np.array_equal(shown[0, ..., 0], np.arange(256).reshape(16, 16))


def test_values_outside_are_clipped_and_nan_is_grey() -> None:
    x = torch.tensor([-7.0, 7.0, float("nan"), float("inf"), -float("inf"), 0.0])
    assert to_uint8(x.reshape(1, 1, 1, 6)).ravel().tolist() == [0, 255, 128, 255, 0, 128]


def test_noise_is_shown_over_three_standard_deviations() -> None:
    eps = torch.tensor([-3.0, 0.0, 3.0, 1.5]).reshape(1, 1, 1, 4)
    assert noise_to_uint8(eps).ravel().tolist() == [0, 128, 255, 191]


@pytest.mark.parametrize(("channels", "shown"), [(1, 1), (2, 1), (3, 3), (4, 3)])
def test_channels_that_can_be_shown(channels: int, shown: int) -> None:
    assert to_uint8(torch.zeros(2, channels, 4, 5)).shape == (2, 4, 5, shown)


def test_the_tensor_is_left_alone() -> None:
    x = torch.full((1, 1, 2, 2), 5.0, requires_grad=True)
    to_uint8(x)
    assert (x == 5).all()


def test_shrink_takes_means_and_keeps_the_rest() -> None:
    picture = np.array([[0, 100, 7], [200, 100, 9]], np.uint8).reshape(1, 2, 3, 1)
    assert shrink(picture, 2)[0, ..., 0].tolist() == [[100, 8]]


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("factor", [1, 4])
def test_mosaic_enlarges_each_picture_in_its_cell(channels: int, factor: int) -> None:
    pictures = np.random.default_rng(0).integers(0, 256, (5, 2, 3, channels), dtype=np.uint8)
    grid = Grid(5, 2, (2, 3), factor=factor, reduce=1, gap=2)
    whole = mosaic(pictures, grid, (200, 201, 202))
    assert whole.shape == (grid.height, grid.width, 3)
    covered = np.zeros(whole.shape[:2], bool)
    for i, picture in enumerate(pictures):
        rect = grid.cell_rect(i)
        assert (whole[rect.slices] == np.kron(picture, np.ones((factor, factor, 1)))).all()
        covered[rect.slices] = True
    assert (whole[~covered] == (200, 201, 202)).all()


def test_paste_and_blend_leave_out_what_does_not_fit() -> None:
    frame = blank((6, 4), (10, 20, 30))
    paste(frame, np.full((3, 3, 3), 99, np.uint8), -1, 2)
    assert (frame[2:, :2] == 99).all()
    assert (frame[:2] == (10, 20, 30)).all()
    blend(frame, np.full((3, 3), 255, np.uint8), 5, -2, (1, 2, 3))
    assert frame[0, 5].tolist() == [1, 2, 3]
    assert frame[1, 5].tolist() == [10, 20, 30]


@pytest.mark.parametrize("ground", [(0, 0, 0), (255, 255, 255), (28, 120, 200)])
def test_blend_mixes_in_proportion_to_the_mask(ground: tuple[int, int, int]) -> None:
    mask = np.arange(256, dtype=np.uint8)[None]
    frame = blank((256, 1), ground)
    blend(frame, mask, 0, 0, (86, 180, 233))
    part = np.arange(256)[:, None] / 255
    exact = np.array(ground) * (1 - part) + np.array([86, 180, 233]) * part
    assert np.abs(frame[0] - exact).max() <= 0.51


def test_rect_knows_its_borders() -> None:
    rect = Rect(2, 3, 10, 4)
    assert rect.contains(2, 3)
    assert rect.contains(11.9, 6.9)
    assert not rect.contains(12, 5)
    assert not rect.contains(5, 7)
    assert rect.inset(1) == Rect(3, 4, 8, 2)
    assert rect.inset(9).height == 0
