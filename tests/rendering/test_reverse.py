from itertools import product

import numpy as np
import pytest
import torch

from diffvis.diffusion import ReverseStep
from diffvis.models.model import Model
from diffvis.rendering import reverse, samples
from diffvis.rendering.footer import Foot
from diffvis.rendering.geometry import Rect
from diffvis.rendering.pixels import noise_to_uint8, to_uint8
from diffvis.rendering.reverse import draw_reverse
from diffvis.rendering.samples import draw_prediction, draw_samples
from diffvis.rendering.style import DARK, LIGHT
from diffvis.rendering.terms import TermKind
from diffvis.rendering.text import ink
from diffvis.sampling.chain import run_chain
from diffvis.sampling.settings import ChainSettings
from tests.standing import drawn_parts


@pytest.fixture(scope="module")
def step(digits_model: Model) -> ReverseStep:
    chain = run_chain(digits_model, ChainSettings(count=5))
    return next(step for step in chain if step.t == 12)


@pytest.fixture(scope="module")
def roll_step(roll_model: Model) -> ReverseStep:
    chain = run_chain(roll_model, ChainSettings(count=200))
    return next(step for step in chain if step.t == 12)


def test_one_step_shows_the_parts_of_the_selected_sample(step: ReverseStep) -> None:
    size = (700, 560)
    frame, layout = drawn_parts(lambda: draw_reverse(step, size, LIGHT, 3))
    pictures = {
        "x_t": to_uint8(step.x_t),
        "x0_hat": to_uint8(step.x0_hat),
        "eps_hat": noise_to_uint8(step.eps_hat),
        "mean": to_uint8(step.mean),
        "noise": to_uint8(step.std * step.noise),
        "x_s": to_uint8(step.x_s),
    }
    assert set(layout) == set(pictures)
    for name, expected in pictures.items():
        rect = layout[name].rect
        factor = rect.width // 8
        shown = np.kron(expected[3], np.ones((factor, factor, 1), np.uint8))
        assert np.array_equal(frame[rect.slices], np.repeat(shown, 3, 2))


def test_variances_of_each_value_are_shown_too(step: ReverseStep) -> None:
    own = ReverseStep(**{**vars(step), "std": torch.full_like(step.mean, float(step.std))})
    assert np.array_equal(draw_reverse(own, (600, 500), DARK), draw_reverse(step, (600, 500), DARK))


def test_without_a_step_there_are_words() -> None:
    frame = draw_reverse(None, (500, 300), DARK)
    assert frame.shape == (300, 500, 3)
    assert (frame != DARK.panel).any()


def test_points_show_the_selected_one_in_all_six(roll_step: ReverseStep) -> None:
    size = (800, 600)
    first, parts = drawn_parts(lambda: draw_reverse(roll_step, size, DARK, 0))
    second = draw_reverse(roll_step, size, DARK, 1)
    for part in parts.values():
        assert not np.array_equal(first[part.rect.slices], second[part.rect.slices])


def test_nothing_is_cut_off() -> None:
    sizes = [(300, 220), (640, 360), (560, 580), (1280, 720), (1920, 1080)]
    kinds = [TermKind(1, (1, 28, 28)), TermKind(1, (3, 200, 300)), TermKind(500, (2,))]
    for size, scale, kind, footed in product(sizes, (1.0, 2.0), kinds, (False, True)):
        style = DARK.scaled(scale)
        rows = [*reverse.arrange(kind, size, style, footed)]
        rows.append(samples.arrange(kind, size, style, footed))
        for row in rows:
            rects = [rect for _, rect in row.pictures]
            for word in [*row.words, *(symbol for _, symbol in row.symbols)]:
                made = ink(word.markup or "x_{1000}", word.size, word.bold)
                top = word.y + round(0.36 * word.size) - made.baseline
                rects.append(Rect(word.x - made.width // 2, top, made.width, made.height))
            for rect in rects:
                assert min(rect.x, rect.y) >= 0
                assert rect.right <= size[0]
                assert rect.bottom <= size[1]


@pytest.mark.parametrize("caption", [None, "x_{12} · 5 samples, seed 0"])
def test_a_click_finds_the_sample_that_is_drawn_there(
    step: ReverseStep, caption: str | None
) -> None:
    size = (480, 580)
    frame, parts = drawn_parts(lambda: draw_samples(step.x_t, size, DARK, caption=caption))
    pictures, part = to_uint8(step.x_t), parts["x"]
    assert part.grid is not None
    factor = part.grid.factor
    for i in range(5):
        inner = part.grid.cell_rect(i)
        x, y = part.rect.x + inner.x, part.rect.y + inner.y
        shown = frame[y : y + inner.height, x : x + inner.width]
        assert (shown == np.kron(pictures[i], np.ones((factor, factor, 1), np.uint8))).all()
        at = (x + 1, y + inner.height - 1)
        assert part.sample_at(*at) == i
    assert part.sample_at(0, 0) is None


def test_the_selected_sample_is_outlined(step: ReverseStep) -> None:
    size = (480, 400)
    plain, marked = (draw_samples(step.x_t, size, DARK, selected=i) for i in (None, 2))
    changed = (plain != marked).any(2)
    assert changed.any()
    assert (marked[changed] == DARK.signal).all()


def test_predictions_stand_beside_the_samples(step: ReverseStep) -> None:
    size = (1280, 720)
    frame = draw_prediction(step.x_t, step.x0_hat, step.t, size, DARK, foot=Foot(step.t, 30))
    row = samples.arrange(TermKind(5, (1, 8, 8)), size, DARK, True)
    grid = TermKind(5, (1, 8, 8)).grid(row.rect("x_t").width, row.rect("x_t").height)
    assert grid is not None
    for name, x in (("x_t", step.x_t), ("x0_hat", step.x0_hat)):
        rect, inner = row.rect(name), grid.cell_rect(0)
        first = frame[rect.y : rect.y + inner.height, rect.x : rect.x + inner.width]
        factor = grid.factor
        assert (first == np.kron(to_uint8(x)[0], np.ones((factor, factor, 1), np.uint8))).all()
