import numpy as np
import pytest
import torch

from diffvis.rendering import recent
from diffvis.rendering.geometry import best_grid
from diffvis.rendering.recent import scatter_again
from diffvis.rendering.scatter import colour_of_origin, scatter
from diffvis.rendering.style import DARK, LIGHT


def points(seed: int = 0) -> torch.Tensor:
    return torch.randn(50, 2, generator=torch.Generator().manual_seed(seed))


def test_the_same_points_are_drawn_once() -> None:
    x = points()
    first = scatter_again(x, None, (80, 80), 3.0, DARK)
    assert scatter_again(x, None, (80, 80), 3.0, DARK) is first
    assert np.array_equal(first, scatter(x, None, (80, 80), 3.0, DARK))
    assert not first.flags.writeable


def test_whatever_changes_is_drawn_again() -> None:
    x, colours = points(), colour_of_origin(torch.linspace(0, 1, 50))
    for change in (
        lambda: scatter_again(x, colours, (80, 80), 3.0, DARK),
        lambda: scatter_again(x, colours, (80, 80), 4.0, DARK),
        lambda: scatter_again(x, colours, (90, 80), 3.0, DARK),
        lambda: scatter_again(x, colours, (80, 80), 3.0, LIGHT),
        lambda: scatter_again(x, colours.copy(), (80, 80), 3.0, DARK),
        lambda: scatter_again(x, None, (80, 80), 3.0, DARK),
        lambda: scatter_again(x.clone(), colours, (80, 80), 3.0, DARK),
        lambda: scatter_again(x.mul_(0.5), colours, (80, 80), 3.0, DARK),
    ):
        before = list(recent._entries.values())
        made = change()
        assert all(made is not entry[2] for entry in before)
    assert np.array_equal(made, scatter(x, colours, (80, 80), 3.0, DARK))


def test_a_tensor_at_the_place_of_a_dead_one_is_another() -> None:
    for seed in range(30):
        x = points(seed)
        made = scatter_again(x, None, (80, 80), 3.0, DARK)
        assert np.array_equal(made, scatter(x, None, (80, 80), 3.0, DARK))
        del x


def test_only_a_few_are_kept_and_those_in_use_stay() -> None:
    still = points(99)
    first = scatter_again(still, None, (80, 80), 3.0, DARK)
    for seed in range(3 * recent.KEPT):
        scatter_again(points(seed), None, (80, 80), 3.0, DARK)
        assert scatter_again(still, None, (80, 80), 3.0, DARK) is first
    assert len(recent._entries) <= recent.KEPT


def test_tensors_of_inference_mode_are_drawn_too() -> None:
    with torch.inference_mode():
        x = points()
        made = scatter_again(x, None, (80, 80), 3.0, DARK)
    assert np.array_equal(made, scatter(points(), None, (80, 80), 3.0, DARK))


def test_images_that_stay_are_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    x = torch.zeros(4, 1, 8, 8)
    grid = best_grid(4, (8, 8), 64, 64)
    first = recent.mosaic_again(x, (-1.0, 1.0), grid, DARK.panel)
    monkeypatch.setattr(recent, "mosaic", None)  # would fail if it were called
    assert recent.mosaic_again(x, (-1.0, 1.0), grid, DARK.panel) is first
    monkeypatch.undo()
    x[0] = 1.0
    changed = recent.mosaic_again(x, (-1.0, 1.0), grid, DARK.panel)
    assert not np.array_equal(changed, first)
