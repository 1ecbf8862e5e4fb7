import numpy as np
import pytest
import torch

from diffvis.rendering.scatter import (
    axes,
    colour_of_noise,
    colour_of_origin,
    scatter,
    splat,
    tick_step,
    to_pixels,
)
from diffvis.rendering.style import DARK, LIGHT, Style


def test_y_grows_upwards_and_the_origin_is_in_the_middle() -> None:
    points = np.array([[0, 0], [3, 0], [0, 3]], np.float32)
    assert to_pixels(points, (200, 200), 3.0).tolist() == [[100, 100], [200, 100], [100, 0]]


@pytest.mark.parametrize("style", [DARK, LIGHT])
def test_a_point_is_painted_where_it_is(style: Style) -> None:
    colours = np.array([[250, 10, 20]], np.uint8)
    empty = axes((120, 120), 3.0, style).astype(int)
    frame = scatter(torch.tensor([[1.5, -0.75]]), colours, (120, 120), 3.0, style)
    painted = np.abs(frame - empty).sum(2)
    columns, rows = painted.sum(0) / painted.sum(), painted.sum(1) / painted.sum()
    assert (columns * np.arange(0.5, 120)).sum() == pytest.approx(90, abs=0.2)
    assert (rows * np.arange(0.5, 120)).sum() == pytest.approx(75, abs=0.2)
    assert np.abs(frame[75, 90].astype(int) - [250, 10, 20]).max() < 40


def test_the_covered_area_is_that_of_the_disc() -> None:
    for radius in (1.0, 2.5, 6.0):
        frame = np.zeros((40, 40, 3), np.uint8)
        splat(frame, np.array([[20.3, 19.6]], np.float32), (255, 255, 255), radius, 1.0)
        area = frame[..., 0].sum() / 255
        assert area == pytest.approx(np.pi * radius**2, rel=0.1)


def test_motion_of_less_than_a_pixel_shows() -> None:
    frames = []
    for shift in (0.1, 0.4, 0.7):
        frame = np.zeros((20, 20, 3), np.uint8)
        splat(frame, np.array([[10 + shift, 10.5]], np.float32), (255, 255, 255), 2.0, 1.0)
        frames.append((frame[..., 0] * np.arange(20)).sum() / frame[..., 0].sum())
    assert frames[0] + 0.2 < frames[1] < frames[2] - 0.2


def test_points_outside_or_not_finite_are_left_out() -> None:
    x = torch.tensor([[9.0, 0.0], [float("nan"), 0.0], [0.0, float("inf")], [-4.0, -9.0]])
    frame = scatter(x, None, (90, 90), 3.0, DARK)
    assert np.array_equal(frame, axes((90, 90), 3.0, DARK))
    assert not np.array_equal(scatter(x * 0 + 1, None, (90, 90), 3.0, DARK)[..., 0], frame[..., 0])


def test_half_of_a_dot_at_the_edge_is_painted() -> None:
    for point in ((0.0, 10.0), (20.0, 10.0), (10.0, 0.0), (10.0, 20.0)):
        frame = np.zeros((20, 20, 3), np.uint8)
        splat(frame, np.array([point], np.float32), (255, 255, 255), 3.0, 1.0)
        assert frame[..., 0].sum() / 255 == pytest.approx(np.pi * 9 / 2, rel=0.12)


def test_many_points_show_density() -> None:
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(10_000, 2, generator=generator)
    frame = scatter(x, None, (200, 200), 4.0, DARK).astype(float)
    filled = np.abs(frame - DARK.panel).sum(2)
    assert filled[90:110, 90:110].mean() > 1.4 * filled[60:80, 60:80].mean() > 0
    assert filled[2:12, 30:60].mean() < 0.1 * filled[90:110, 90:110].mean()


def test_colours_of_origin_are_apart_and_clipped() -> None:
    colours = colour_of_origin(np.array([-1.0, 0.0, 0.25, 0.5, 0.75, 1.0, 2.0])).astype(int)
    assert colours.shape == (7, 3)
    assert (colours[0] == colours[1]).all()
    assert (colours[-1] == colours[-2]).all()
    brightness = colours[1:-1] @ [0.2126, 0.7152, 0.0722]
    assert (np.diff(brightness) > 10).all()  # also told apart without seeing colour


def test_colours_of_noise_go_around() -> None:
    x_T = torch.tensor([[0.0, -2.0], [0.1, 0.0], [0.0, 5.0]])
    assert np.array_equal(colour_of_noise(x_T), colour_of_origin(np.array([0.25, 0.5, 0.75])))


@pytest.mark.parametrize(("extent", "step"), [(3.0, 1.0), (1.2, 0.5), (10.0, 2.0), (0.04, 0.01)])
def test_ticks_are_at_round_numbers(extent: float, step: float) -> None:
    assert tick_step(extent) == pytest.approx(step)


def test_axes_are_drawn_once() -> None:
    assert axes((64, 64), 3.0, DARK) is axes((64, 64), 3.0, DARK)
    assert not axes((64, 64), 3.0, DARK).flags.writeable
