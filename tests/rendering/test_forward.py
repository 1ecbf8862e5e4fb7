"""The equation's pictures are the tensors', at the places that the layout names."""

from collections.abc import Callable
from itertools import product

import numpy as np
import pytest
import torch

from diffvis.data import Dataset
from diffvis.diffusion import NoiseSchedule, q_sample
from diffvis.rendering import forward
from diffvis.rendering.forward import draw_forward, forward_strip, strip_layout
from diffvis.rendering.geometry import Rect
from diffvis.rendering.pixels import noise_to_uint8, to_uint8
from diffvis.rendering.scatter import colour_of_origin
from diffvis.rendering.scene.noted import noting, shown_at
from diffvis.rendering.style import DARK, LIGHT
from diffvis.rendering.terms import TermKind
from diffvis.rendering.text import ink
from tests.standing import drawn_parts

SIZES = [(640, 360), (420, 190), (1000, 600), (1280, 720), (1920, 1080), (1080, 1080), (960, 300)]


def cell(frame: np.ndarray, rect: Rect, inner: Rect) -> np.ndarray:
    return frame[rect.y + inner.y : rect.y + inner.bottom, rect.x + inner.x : rect.x + inner.right]


@pytest.mark.parametrize("count", [1, 6])
def test_terms_show_their_tensors_exactly(
    digits: Dataset, schedule: NoiseSchedule, noised: Callable, count: int
) -> None:
    x0, eps, x_t = noised(digits.x0(slice(count)), 12)
    frame, layout = drawn_parts(lambda: draw_forward(schedule, 12, x0, eps, x_t, (1000, 600), DARK))
    assert frame.shape == (600, 1000, 3)
    assert frame.dtype == np.uint8
    expected = {"x_0": to_uint8(x0), "eps": noise_to_uint8(eps), "x_t": to_uint8(x_t)}
    for name, pictures in expected.items():
        part = layout[name]
        assert part.grid is not None
        factor = part.grid.factor
        assert factor >= 3
        for i in range(count):
            shown = cell(frame, part.rect, part.grid.cell_rect(i))
            assert (shown == np.kron(pictures[i], np.ones((factor, factor, 1), np.uint8))).all()


def test_the_numbers_change_with_t_and_nothing_else_moves(
    digits: Dataset, schedule: NoiseSchedule, noised: Callable
) -> None:
    x0, eps, x_t = noised(digits.x0(slice(1)), 3)
    size = (900, 400)
    first, second = (draw_forward(schedule, t, x0, eps, x_t, size, DARK) for t in (3, 20))
    changed = (first != second).any(2)
    row = forward.arrange(TermKind(1, digits.shape), size, DARK, False)
    for _, word in row.numbers:
        around = np.zeros_like(changed)
        around[word.y - word.size : word.y + word.size, word.x - 60 : word.x + 60] = True
        assert (changed & around).any()
        changed &= ~around
    assert not changed.any()


def test_what_words_and_pictures_cover_is_inside_the_frame() -> None:
    kinds = [
        TermKind(1, (1, 28, 28)),
        TermKind(64, (3, 32, 32)),
        TermKind(500, (2,)),
        TermKind(9, (1, 300, 200)),
    ]
    for size, scale, kind, footed in product(SIZES, (1.0, 1.5, 2.0), kinds, (False, True)):
        row = forward.arrange(kind, size, DARK.scaled(scale), footed)
        rects = [rect for _, rect in row.pictures]
        for word in [*row.words, *(number for _, number in row.numbers)]:
            made = ink(word.markup, word.size, word.bold)
            top = word.y + round(0.36 * word.size) - made.baseline
            rects.append(Rect(word.x - made.width // 2, top, made.width, made.height))
        for rect in rects:
            assert rect.x >= 0
            assert rect.y >= 0
            assert rect.right <= size[0]
            assert rect.bottom <= size[1]
        pictures = [rect for _, rect in row.pictures]
        assert pictures[0].right <= pictures[1].x
        assert pictures[1].right <= pictures[2].x


def test_captions_give_way_to_pictures() -> None:
    def captions(size: tuple[int, int]) -> set[str]:
        row = forward.arrange(TermKind(1, (1, 28, 28)), size, DARK, False)
        return {word.markup for word in row.words if word.tone == "muted"}

    assert captions((600, 100)) == {"what the network sees", "the data", "the noise, held fixed"}
    assert captions((600, 50)) == set()


def test_a_click_finds_the_sample(schedule: NoiseSchedule) -> None:
    """The one whose pixels change where the click is."""
    x0 = torch.zeros(16, 1, 28, 28)
    other = x0.clone()
    other[5] = 1.0
    with noting() as noted:
        before = draw_forward(schedule, 3, x0, x0, x0, (1200, 700), DARK)
    after = draw_forward(schedule, 3, other, other, other, (1200, 700), DARK)
    rows, columns = np.nonzero((before != after).any(2))
    found = set()
    for x, y in zip(columns[::50], rows[::50], strict=True):
        part = shown_at(noted, x, y)
        assert part is not None and part.sample_at(x, y) == 5
        found.add(part.name)
    assert found == {"x_t", "x_0", "eps"}
    assert shown_at(noted, 1, 1) is None


def test_points_are_drawn_in_their_colours(
    roll: Dataset, schedule: NoiseSchedule, noised: Callable
) -> None:
    x0, eps, x_t = noised(roll.x0(slice(300)), 10)
    colours = colour_of_origin(torch.linspace(0, 1, 300))
    size = (900, 420)
    coloured, parts = drawn_parts(
        lambda: draw_forward(schedule, 10, x0, eps, x_t, size, LIGHT, colours, 3.0)
    )
    plain = draw_forward(schedule, 10, x0, eps, x_t, size, LIGHT, None, 3.0)
    wide = draw_forward(schedule, 10, x0, eps, x_t, size, LIGHT, None, 6.0)
    for part in parts.values():
        assert part.grid is None
        assert not np.array_equal(coloured[part.rect.slices], plain[part.rect.slices])
        assert not np.array_equal(wide[part.rect.slices], plain[part.rect.slices])


def test_a_caption_adds_a_line_with_t(
    digits: Dataset, schedule: NoiseSchedule, noised: Callable
) -> None:
    x0, eps, x_t = noised(digits.x0(slice(1)), 12)
    arguments = (schedule, 12, x0, eps, x_t, (1280, 720), DARK)
    bare, footed = draw_forward(*arguments), draw_forward(*arguments, caption="digits")
    bottom = slice(670, 720)
    assert (bare[bottom] == DARK.panel).all()
    assert (footed[bottom, :200] == DARK.signal).all(2).any()
    # The bar is as long as t is of T.
    bar = (footed == DARK.signal).all(2).sum(1).max()
    assert bar == pytest.approx(12 / 30 * (1280 - 2 * 16), abs=10)


def test_frames_are_the_callers_own(
    digits: Dataset, schedule: NoiseSchedule, noised: Callable
) -> None:
    x0, eps, x_t = noised(digits.x0(slice(1)), 12)
    first = draw_forward(schedule, 12, x0, eps, x_t, (640, 360), DARK)
    kept = first.copy()
    first[:] = 0
    assert np.array_equal(draw_forward(schedule, 12, x0, eps, x_t, (640, 360), DARK), kept)


def test_the_strip_shows_each_moment_and_marks_the_current_one(
    digits: Dataset, noised: Callable
) -> None:
    times = [0, 5, 10, 30]
    moments = [noised(digits.x0(slice(1)), t)[2] for t in times]
    size = (900, 110)
    frame = forward_strip(times, moments, size, DARK, current=10)
    layout = strip_layout(times, tuple(moments[0].shape), size, DARK)
    for i, (t, x_t, part) in enumerate(zip(times, moments, layout, strict=True)):
        assert part.name == f"t={t}"
        assert part.rect.centre[0] * len(times) // size[0] == i
        assert part.grid is not None
        factor = part.grid.factor
        shown = np.kron(to_uint8(x_t)[0], np.ones((factor, factor, 1), np.uint8))
        assert np.array_equal(frame[part.rect.slices], np.repeat(shown, 3, 2))
        outlined = (frame[part.rect.y - 1, part.rect.x : part.rect.right] == DARK.signal).all()
        assert outlined == (t == 10)


@pytest.mark.parametrize("size", [(420, 96), (300, 60), (1800, 170)])
@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_strips_of_any_size_keep_their_words(size: tuple[int, int], scale: float) -> None:
    style = DARK.scaled(scale)
    times = [0, 20, 50, 100, 200, 1000]
    moments = [torch.zeros(1, 1, 28, 28)] * 6
    frame = forward_strip(times, moments, size, style, current=1000)
    assert (frame[-1] == DARK.panel).all()
    assert (frame[:, -1] == DARK.panel).all()
    assert (frame[:, 0] == DARK.panel).all()


def test_the_true_chain_does_not_hold_its_noise_fixed(schedule: NoiseSchedule) -> None:
    x0, eps = torch.zeros(1, 2), torch.ones(1, 2)
    x_t = q_sample(schedule, x0, 5, eps)
    (jumped, parts), (walked, _) = (
        drawn_parts(
            lambda: draw_forward(schedule, 5, x0, eps, x_t, (1280, 720), DARK, walked=walks)  # noqa: B023
        )
        for walks in (False, True)
    )
    layout = parts["eps"].rect
    different = (jumped != walked).any(axis=(1, 2))
    assert different.any() and not different[: layout.bottom].any(), "only the caption differs"
