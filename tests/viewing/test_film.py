"""The film of a run: the first moment, the newest, and some between, within a memory limit."""

import numpy as np
import pytest
import torch

from diffvis.rendering.style import DARK, LIGHT, Style
from diffvis.viewing.film import Film, TrainingFrame, draw_film, film_shape


def film_of(steps: list[int], limit: int = 10**9) -> Film:
    film = Film(limit)
    for step in steps:
        film.append(TrainingFrame(step, torch.zeros(4, 2)))
    return film


def steps_of(moments: tuple[TrainingFrame, ...]) -> list[int]:
    return [moment.step for moment in moments]


def test_few_moments_are_all_shown() -> None:
    assert steps_of(film_of([0, 10, 20]).chosen(6)) == [0, 10, 20]
    assert film_of([]).chosen(6) == ()


def test_many_moments_are_chosen_closer_at_the_beginning() -> None:
    steps = [0, 10, 20, 50, *range(100, 6_001, 100)]
    assert steps_of(film_of(steps).chosen(6)) == [0, 50, 200, 700, 2_000, 6_000]


@pytest.mark.parametrize("count", [2, 3, 6, 9])
def test_chosen_moments_rise_from_the_first_to_the_newest(count: int) -> None:
    for length in range(count, 40):
        steps = steps_of(film_of(list(range(0, 10 * length, 10))).chosen(count))
        assert len(steps) == count
        assert steps == sorted(set(steps))
        assert (steps[0], steps[-1]) == (0, 10 * length - 10)


def test_memory_is_bounded_and_the_ends_stay() -> None:
    one = torch.zeros(4, 2).nbytes
    film = film_of(list(range(200)), limit=10 * one)
    steps = steps_of(film.moments)
    assert len(steps) <= 10
    assert (steps[0], steps[-1]) == (0, 199)


@pytest.mark.parametrize("style", [DARK, LIGHT, LIGHT.scaled(1.5)])
@pytest.mark.parametrize("size", [(860, 200), (300, 60), (40, 20)])
@pytest.mark.parametrize("shape", [(500, 2), (64, 1, 8, 8), (3, 3, 33, 17)])
def test_film_is_drawn_at_any_size(
    style: Style, size: tuple[int, int], shape: tuple[int, ...]
) -> None:
    x0 = torch.randn(shape, generator=torch.Generator().manual_seed(0))
    frame = draw_film((TrainingFrame(0, x0), TrainingFrame(1_000, x0)), (6, 1), 3.0, size, style)
    assert frame.shape == (size[1], size[0], 3)
    assert frame.dtype == np.uint8
    assert (frame != style.panel).any()


@pytest.mark.parametrize(
    ("size", "shape"),
    [
        ((860, 200), (6, 1)),  # under the curves
        ((860, 510), (3, 2)),  # large
        ((310, 90), (3, 1)),  # in a narrow dock
        ((310, 480), (2, 3)),  # there, large
        ((40, 20), (2, 1)),
    ],
)
def test_moments_are_as_large_as_the_room_allows(
    size: tuple[int, int], shape: tuple[int, int]
) -> None:
    assert film_shape(6, 86, size, DARK) == shape


def test_moments_in_rows_all_have_their_place() -> None:
    x0 = torch.randn((500, 2), generator=torch.Generator().manual_seed(0))
    moments = tuple(TrainingFrame(step, x0) for step in range(6))
    frame = draw_film(moments, (3, 2), 3.0, (860, 510), DARK)
    cells = [part for half in np.array_split(frame, 2) for part in np.array_split(half, 3, 1)]
    for cell in cells:
        rows = np.flatnonzero((cell != DARK.panel).any((1, 2)))
        assert rows[-1] - rows[0] > 200, "much larger than in one row"
        assert (cell == DARK.signal).all(-1).any()


def test_points_that_fly_off_are_drawn_smaller() -> None:
    near = torch.randn(500, 2, generator=torch.Generator().manual_seed(0))

    def picture(x0: torch.Tensor) -> np.ndarray:
        return draw_film((TrainingFrame(7, x0),), (1, 1), 3.0, (200, 220), DARK)

    def blue(frame: np.ndarray) -> int:
        off = np.abs(frame[:190].astype(int) - DARK.signal).max(-1)
        return int((off < 60).sum())  # mostly covered by dots

    assert blue(picture(40 * near)) > blue(picture(near)) / 2
    assert blue(picture(torch.full((500, 2), torch.nan))) == 0
