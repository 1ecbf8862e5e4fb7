"""How many values a pixel can have, told by those that occur."""

import pytest
import torch

from diffvis.data import open_dataset
from diffvis.data.facts import facts
from diffvis.data.levels import levels_of


@pytest.mark.parametrize("levels", [2, 3, 4, 16, 17, 32, 64, 100, 256])
def test_even_levels_are_told(levels: int) -> None:
    grid = torch.arange(levels) * (255 / (levels - 1))
    assert levels_of(grid.round().to(torch.uint8).repeat(3).reshape(3, 1, 1, -1)) == levels


def test_some_levels_may_be_missing() -> None:
    grid = (torch.arange(17) * (255 / 16)).round().to(torch.uint8)
    assert levels_of(grid[[0, 1, 2, 4, 6, 7, 9, 11, 12, 16]]) == 17


@pytest.mark.parametrize("values", [[3, 77, 140, 200, 201], [10], [0, 1, 2, 3, 4]])
def test_what_tells_nothing_is_not_guessed(values: list[int]) -> None:
    assert levels_of(torch.tensor(values, dtype=torch.uint8)) is None


def test_sets_know_their_levels() -> None:
    digits = open_dataset("digits")
    assert digits.levels == 17 == len(digits.values.unique())
    assert open_dataset("digits?size=16").levels == 256  # enlarging made values between
    assert open_dataset("swiss-roll?n=100").levels is None
    (units,) = (fact for fact in facts(digits) if fact.word == "units")
    assert units.lines == ("brightness 0 to 255 in 17 levels, learned as -1 to 1",)
