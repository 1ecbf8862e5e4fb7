"""What surrounds a reverse chain: comparison, field, density and paths, neighbours, the formula."""

from itertools import pairwise

import numpy as np
import pytest
import torch

from diffvis.data import Dataset
from diffvis.diffusion import GaussianMixtureDenoiser, make_schedule
from diffvis.models.model import Model
from diffvis.rendering.chain_cloud import MOST_CORNERS, Layers, draw_chain_cloud, path_of
from diffvis.rendering.comparison import (
    ComparedSamples,
    difference_of,
    draw_comparison,
)
from diffvis.rendering.field import field_at
from diffvis.rendering.formula import mean_mix, mix_phrases
from diffvis.rendering.nearest import draw_nearest, nearest_images
from diffvis.rendering.pixels import to_uint8
from diffvis.rendering.reverse import arrange, draw_reverse_part
from diffvis.rendering.samples import draw_samples
from diffvis.rendering.style import DARK, LIGHT
from diffvis.rendering.terms import TermKind
from diffvis.rendering.text import text_width
from diffvis.sampling.chain import run_chain
from diffvis.sampling.settings import ChainSettings
from tests.standing import drawn_parts

SIZES = ((240, 130), (520, 340), (900, 360), (340, 800), (1600, 900))
LOOKS = (DARK, DARK.scaled(1.5))

CHAINS = (
    ChainSettings(sampler="ddpm", steps=7, count=3),
    ChainSettings(sampler="ddim", steps=7, count=3),
    ChainSettings(sampler="ddim", steps=7, eta=0.6, count=3),
    ChainSettings(sampler="dpm-solver", steps=7, count=3),
)


@pytest.mark.parametrize("settings", CHAINS, ids=str)
def test_the_formula_is_the_samplers_own(digits_model: Model, settings: ChainSettings) -> None:
    before, sampler = None, settings.sampler_for(digits_model)
    for step in run_chain(digits_model, settings):
        mix = mean_mix(digits_model.schedule, sampler, step.t, step.s, before and before.t)
        tensors = {"x_t": step.x_t, "x0_hat": step.x0_hat, "eps_hat": step.eps_hat}
        if before is not None:
            tensors["x0_before"] = before.x0_hat
        mean = sum(part.weight * tensors[part.name] for part in mix)
        torch.testing.assert_close(mean, step.mean, rtol=1e-4, atol=1e-5)
        words = "".join(words for words, _, _ in mix_phrases(mix))
        assert all(f"{abs(part.weight):.3f}" in words for part in mix)
        before = step


def test_a_part_of_a_step_fills_the_frame(digits_model: Model) -> None:
    step = next(run_chain(digits_model, CHAINS[0]))
    for name in ("x_t", "x0_hat", "eps_hat", "mean", "noise", "x_s"):
        frame = draw_reverse_part(step, name, (400, 300), DARK, selected=1)
        assert frame.shape == (300, 400, 3)
    shown = to_uint8(step.x_t[1:2])[0, :, :, 0]
    enlarged = draw_reverse_part(step, "x_t", (400, 300), DARK, selected=1)
    assert (enlarged == shown.max()).all(2).any(), "its brightest pixel is there"


def test_two_sides_and_their_difference(digits_model: Model) -> None:
    a, b = (list(run_chain(digits_model, chain))[-1].x_s for chain in CHAINS[:2])
    for size in SIZES:
        sides = ComparedSamples(a, "A, 7 steps", "x_{0}"), ComparedSamples(b, "B", "x_{0}")
        frame, layout = drawn_parts(lambda: draw_comparison(*sides, size, LIGHT))  # noqa: B023
        assert set(layout) == {"a", "b", "difference"}
        for part in layout.values():
            rect, grid = part.rect, part.grid
            assert rect.x >= 0 and rect.right <= size[0] and rect.y >= 0 and rect.bottom <= size[1]
            x = {"a": a, "b": b, "difference": a - b}[part.name]
            cell = grid.cell_rect(1)
            shown = frame[rect.y + cell.y, rect.x + cell.x]
            if grid.reduce == 1:
                assert (shown == to_uint8(x[1:2])[0, 0, 0]).all()
    assert difference_of(a, a) == 0
    assert difference_of(a, b) == pytest.approx(float((a - b).square().mean()) ** 0.5)


def test_points_are_joined_where_they_differ(roll_model: Model) -> None:
    a, b = (list(run_chain(roll_model, chain))[-1].x_s for chain in CHAINS[:2])
    same = draw_comparison(
        ComparedSamples(a, "", "a"), ComparedSamples(a, "", "a"), (900, 360), DARK
    )
    sides = ComparedSamples(a, "", "a"), ComparedSamples(b, "", "a")
    other, parts = drawn_parts(lambda: draw_comparison(*sides, (900, 360), DARK))
    rect = parts["difference"].rect
    assert (same[rect.slices] != other[rect.slices]).any()


def test_the_score_of_a_gaussian_points_to_its_middle() -> None:
    schedule = make_schedule("cosine", 20)
    denoiser = GaussianMixtureDenoiser(
        torch.ones(1), torch.zeros(1, 2), torch.eye(2)[None], schedule
    )
    found = field_at(denoiser, schedule, 10, "score", 3.0)
    assert np.allclose(found.vectors, -found.places, atol=1e-4), "of N(0, I) it is -x at every t"
    eps = field_at(denoiser, schedule, 10, "eps", 3.0)
    shrink = float(schedule.sqrt_one_minus_alpha_bar[10])
    assert np.allclose(eps.vectors, shrink * eps.places, atol=1e-4)
    with pytest.raises(ValueError, match="a field is one of"):
        field_at(denoiser, schedule, 10, "curl", 3.0)


def test_each_layer_of_the_points_shows(roll_model: Model, roll: Dataset) -> None:
    steps = list(run_chain(roll_model, ChainSettings(count=50)))
    x = steps[-1].x_s
    field = field_at(roll_model.denoiser, roll_model.schedule, 5, "eps", 3.0)
    paths = path_of([step.x_t for step in steps], 8)
    frames = [
        draw_chain_cloud(x, layers, (400, 430), DARK, caption="x_{0}", extent=3.0, selected=1)
        for layers in (Layers(), Layers(data=roll.x0()), Layers(field=field), Layers(paths=paths))
    ]
    assert len({frame.tobytes() for frame in frames}) == 4
    assert not Layers() and Layers(field=field)


def test_a_path_keeps_its_ends() -> None:
    moments = [torch.full((3, 2), float(t)) for t in range(1000)]
    path = path_of(moments, 2)
    assert path.shape == (MOST_CORNERS, 2, 2)
    assert (path[0] == 0).all() and (path[-1] == 999).all()


def test_the_nearest_image_of_a_member_is_itself(digits: Dataset) -> None:
    index = digits.train[:200]
    found = nearest_images(digits.x0(index[7:8])[0], digits.values, index)
    assert found.numbers[0] == int(index[7])
    assert found.distances[0] == 0
    assert found.typical == pytest.approx(found.distances[1])
    for size in SIZES:
        frame = draw_nearest(found, size, LIGHT)
        assert frame.shape == (size[1], size[0], 3)
        assert (frame != LIGHT.panel).any()


def test_type_grows_on_a_projector_also_where_the_panel_is_narrow(digits_model: Model) -> None:
    kind, size = TermKind(1, tuple(digits_model.shape)), (470, 400)
    for number in (0, 1):
        small, large = (arrange(kind, size, style, False, True)[number] for style in LOOKS)
        sizes = [next(word.size for word in row.words if word.bold) for row in (small, large)]
        assert sizes[1] >= 1.2 * sizes[0], "symbols"
        captions = [[w for w in row.words if w.tone == "muted"] for row in (small, large)]
        assert len(captions[0]) == len(captions[1]) == 3, "no caption is left out"
        assert captions[1][0].size > captions[0][0].size
        for left, right in pairwise(captions[1]):
            halves = [text_width(word.markup, word.size) // 2 for word in (left, right)]
            assert left.x + halves[0] < right.x - halves[1], "they do not touch"


def test_the_caption_of_samples_grows_on_a_projector() -> None:
    x = torch.zeros(4, 2)
    heights = []
    for style in LOOKS:
        frame, parts = drawn_parts(
            lambda: draw_samples(x, (345, 380), style, caption="x", extent=2.0)  # noqa: B023
        )
        box = parts["x"].rect
        below = (frame[box.bottom + 1 :] != style.panel).any(2).any(1)
        heights.append(int(below.sum()))
    assert heights[1] >= 1.2 * heights[0]
