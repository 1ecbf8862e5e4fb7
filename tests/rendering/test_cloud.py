"""x_t alone: the densities are the data's, words stay inside, a click finds its point."""

import numpy as np
import pytest
import torch

from diffvis.data import Dataset
from diffvis.diffusion import NoiseSchedule
from diffvis.rendering.cloud import (
    cloud_layout,
    draw_cloud,
    draw_large,
    large_layout,
)
from diffvis.rendering.density import histogram
from diffvis.rendering.geometry import Rect
from diffvis.rendering.kernel import kernel_words
from diffvis.rendering.paths import Paths
from diffvis.rendering.phrases import noising_phrases
from diffvis.rendering.pixels import blank, to_uint8
from diffvis.rendering.read import Drawn
from diffvis.rendering.scatter import to_pixels
from diffvis.rendering.strokes import circle, dashes, stroke
from diffvis.rendering.style import DARK, LIGHT
from diffvis.rendering.terms import kind_of

SIZES = [(860, 430), (430, 560), (300, 150), (1400, 800), (600, 420)]


def test_the_histogram_is_numpys() -> None:
    values = np.random.default_rng(1).normal(size=5_000).astype(np.float32)
    ours = histogram(values, -2.0, 2.0, 16)
    counts, _ = np.histogram(values, 16, (-2, 2))
    assert ours == pytest.approx(counts / (len(values) * 0.25))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scale", [1.0, 1.5, 2.0])
def test_nothing_leaves_the_frame(size: tuple[int, int], scale: float) -> None:
    layout = cloud_layout(size, DARK.scaled(scale))
    for rect in (layout.box, layout.above, layout.beside, layout.words):
        if rect is not None:
            assert rect.x >= 0
            assert rect.y >= 0
            assert rect.right <= size[0]
            assert rect.bottom <= size[1]
    assert layout.box.width == layout.box.height
    rect, _ = large_layout(kind_of(torch.zeros(9, 1, 28, 28)), size, DARK.scaled(scale))
    assert rect.y >= 0
    assert rect.bottom <= size[1]


@pytest.mark.parametrize("density", [False, True])
def test_points_kernel_and_paths_change_the_picture(
    roll: Dataset, schedule: NoiseSchedule, density: bool
) -> None:
    x0 = roll.x0(slice(300))
    x_t = 0.5 * x0
    draw = {"extent": 3.0, "density": density}
    plain = draw_cloud(schedule, 9, x0, x_t, (860, 430), LIGHT, **draw)
    assert plain.shape == (430, 860, 3)
    again = draw_cloud(schedule, 9, x0, x_t, (860, 430), LIGHT, **draw)
    assert np.array_equal(plain, again)
    chosen = draw_cloud(schedule, 9, x0, x_t, (860, 430), LIGHT, selected=4, **draw)
    assert (chosen == LIGHT.noise).all(2).sum() > (plain == LIGHT.noise).all(2).sum()
    places = np.stack([x0[:2].numpy(), x_t[:2].numpy()])
    paths = Paths(np.array([0, 1]), np.array([0, 30]), places, [(255, 0, 0)] * 2)
    traced = draw_cloud(schedule, 9, x0, x_t, (860, 430), LIGHT, paths=paths, **draw)
    assert not np.array_equal(traced, plain)


def test_the_words_are_the_kernels_numbers(schedule: NoiseSchedule) -> None:
    for t in (1, schedule.T // 2, schedule.T):
        signal = float(schedule.alpha_bar[t]) ** 0.5
        noise = float(1 - schedule.alpha_bar[t]) ** 0.5
        text = "".join(markup for markup, _, _ in noising_phrases(schedule, t))
        assert text == f"x_{{t}} = {signal:.3f} x_{{0}} + {noise:.3f} ε"
        lines = ["".join(part[0] for part in line) for line in kernel_words(
            schedule, np.array([1.0, -2.0]), t)]  # fmt: skip
        mean = f"mean ({signal:.2f}, {-2 * signal:.2f})".replace("-", "−")
        assert mean in lines
        assert f"standard deviation {noise:.3f}" in lines


def test_a_click_finds_the_nearest_point(roll: Dataset) -> None:
    x = roll.x0(slice(50))
    drawn = Drawn(Rect(40, 30, 300, 300), x, None, 3.0)
    places = to_pixels(x.numpy(), (300, 300), 3.0) + np.array([40, 30])
    for i in (0, 17, 49):
        assert drawn.sample_at(*places[i], 5.0) == i
    assert drawn.sample_at(41, 31, 5.0) is None


def test_large_pictures_are_the_tensors(digits: Dataset, schedule: NoiseSchedule) -> None:
    x = digits.x0(slice(1))
    frame = draw_large(schedule, 3, x, (500, 400), DARK)
    rect, _ = large_layout(kind_of(x), (500, 400), DARK)
    factor = rect.width // 8
    shown = np.kron(to_uint8(x)[0], np.ones((factor, factor, 1), np.uint8))
    assert np.array_equal(frame[rect.slices], np.repeat(shown, 3, 2))


def test_strokes_stay_in_their_rectangle_and_are_as_long_as_asked() -> None:
    frame = blank((100, 80), DARK.panel)
    rect = Rect(20, 10, 50, 40)
    stroke(frame, rect, [circle(np.array([25.0, 20.0]), 60), circle(np.array([5.0, 5.0]), 9)],
           DARK.noise, 3.0)  # fmt: skip
    outside = frame.copy()
    outside[rect.slices] = DARK.panel
    assert (outside == DARK.panel).all()
    assert (frame[rect.slices] != DARK.panel).any()
    pieces = dashes(np.array([[0.0, 0.0], [10.0, 0.0], [10.0, 10.0]]), 4.0, 2.0)
    lengths = [np.linalg.norm(np.diff(piece, axis=0), axis=1).sum() for piece in pieces]
    assert lengths == pytest.approx([4, 4, 4, 2])
