import numpy as np
import pytest

from diffvis.rendering.palette import (
    Palette,
    grey_palette,
    grey_ramp,
    picture_palette,
    points_palette,
    reduce_colours,
)
from diffvis.rendering.style import DARK, LIGHT, Style


def brute_force(palette: Palette, frame: np.ndarray) -> np.ndarray:
    own = palette.colours.astype(int)
    return ((frame[..., None, :].astype(int) - own) ** 2).sum(-1).min(-1)


def error(palette: Palette, frame: np.ndarray) -> np.ndarray:
    shown = palette.colours[palette.indices(frame)].astype(int)
    return ((frame - shown) ** 2).sum(-1)


def test_few_colours_get_the_nearest_one() -> None:
    rng = np.random.default_rng(0)
    palette = Palette(rng.integers(0, 256, (100, 3), dtype=np.uint8))
    frame = rng.integers(0, 256, (40, 50, 3), dtype=np.uint8)
    assert np.array_equal(error(palette, frame), brute_force(palette, frame))
    assert np.array_equal(error(palette, frame), brute_force(palette, frame))  # from memory


def test_many_colours_get_a_near_one() -> None:
    rng = np.random.default_rng(0)
    palette = Palette(rng.integers(0, 256, (200, 3), dtype=np.uint8))
    frame = rng.integers(0, 256, (300, 300, 3), dtype=np.uint8)
    best = np.sqrt(brute_force(palette, frame[::10, ::10]))
    ours = np.sqrt(error(palette, frame)[::10, ::10])
    assert (ours <= best + 2 * np.sqrt(3 * 16)).all()
    assert ours.mean() < 1.1 * best.mean()


def test_all_greys_are_exact_without_words() -> None:
    palette = grey_palette()
    grey = np.arange(256, dtype=np.uint8).reshape(16, 16)
    assert np.array_equal(palette.indices(grey), grey)
    assert (error(palette, np.repeat(grey[..., None], 3, 2)) == 0).all()


@pytest.mark.parametrize("style", [DARK, LIGHT])
def test_greys_beside_words_are_off_by_one_at_most(style: Style) -> None:
    palette = grey_palette(style)
    frame = np.concatenate([grey_ramp(256), [style.panel, style.signal, style.text]])[None]
    shown = palette.colours[palette.indices(frame.astype(np.uint8))].astype(int)
    assert np.abs(shown - frame)[:, :256].max() <= 1
    assert np.abs(shown - frame)[:, 256:].max() == 0


@pytest.mark.parametrize("style", [DARK, LIGHT])
def test_palettes_hold_the_colours_of_the_style(style: Style) -> None:
    rng = np.random.default_rng(0)
    pictures = rng.integers(0, 256, (3, 9, 9, 3), dtype=np.uint8)
    for palette in (
        grey_palette(style),
        points_palette(style, None),
        points_palette(style, pictures[0].reshape(-1, 3)),
        picture_palette(style, pictures),
    ):
        assert len(palette.colours) <= 256
        tones = (style.panel, style.border, style.text, style.muted, style.signal, style.noise)
        assert (error(palette, np.array([tones], np.uint8)) == 0).all()


def test_reduced_colours_are_the_means_of_what_they_stand_for() -> None:
    seen = np.random.default_rng(0).integers(0, 256, (3000, 3), dtype=np.uint8)
    palette = Palette(reduce_colours(seen, 40))
    nearest = palette.nearest(seen)
    means = np.stack([seen[nearest == k].mean(0) for k in range(40)])
    assert np.abs(means - palette.colours).mean() < 4, "median cut alone is off by some 10"


def test_colours_are_only_reduced_where_there_are_too_many() -> None:
    few = np.array([[1, 2, 3], [4, 5, 6], [1, 2, 3]], np.uint8)
    assert reduce_colours(few, 2).tolist() == [[1, 2, 3], [4, 5, 6]]
    many = np.random.default_rng(0).integers(0, 256, (5000, 3), dtype=np.uint8)
    assert 100 < len(reduce_colours(many, 200)) <= 200


@pytest.mark.parametrize("count", [0, 257])
def test_a_palette_has_up_to_256_colours(count: int) -> None:
    with pytest.raises(ValueError, match="256"):
        Palette(np.zeros((count, 3), np.uint8))
