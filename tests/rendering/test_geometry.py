import pytest

from diffvis.rendering.geometry import best_grid


@pytest.mark.parametrize("count", [1, 2, 7, 16, 64, 100])
@pytest.mark.parametrize("picture", [(28, 28), (8, 8), (32, 20), (64, 64)])
@pytest.mark.parametrize("room", [(255, 450), (600, 300), (90, 90), (1200, 60)])
def test_a_grid_fits_and_holds_all(
    count: int, picture: tuple[int, int], room: tuple[int, int]
) -> None:
    grid = best_grid(count, picture, *room)
    assert grid.width <= room[0]
    assert grid.height <= room[1]
    assert grid.rows * grid.columns >= count
    assert grid.factor >= 1
    assert grid.factor == 1 or grid.reduce == 1  # enlarged by whole factors only
    for i in range(count):
        cell = grid.cell_rect(i)
        assert cell.x >= 0
        assert cell.right <= grid.width
        assert cell.bottom <= grid.height
        assert grid.index_at(*cell.centre) == i


def test_square_numbers_become_squares() -> None:
    for count, columns in ((4, 2), (16, 4), (64, 8), (100, 10)):
        assert best_grid(count, (28, 28), 600, 600).columns == columns


def test_a_grid_without_empty_cells_is_preferred() -> None:
    assert best_grid(16, (28, 28), 266, 550).empty == 0


def test_pictures_are_as_large_as_they_can_be() -> None:
    grid = best_grid(1, (28, 28), 300, 300)
    assert grid.factor == 10
    assert best_grid(1, (28, 28), 279, 300).factor == 9


def test_between_cells_there_is_nothing() -> None:
    grid = best_grid(4, (28, 28), 200, 200)
    assert grid.gap > 0
    first = grid.cell_rect(0)
    assert grid.index_at(first.right + 0.5, 5) is None
    assert grid.index_at(5, first.bottom) is None
    assert grid.index_at(-1, 5) is None
    assert grid.index_at(5, grid.height + 50) is None


def test_an_empty_cell_is_no_sample() -> None:
    grid = best_grid(3, (28, 28), 120, 120)
    assert grid.empty == 1
    last = grid.cell_rect(3)
    assert grid.index_at(*last.centre) is None
