"""What stands where no data are known."""

import pytest
import torch

from diffvis.data.catalogue import open_dataset
from diffvis.data.stand_in import is_stand_in, stand_in


@pytest.mark.parametrize("shape", [(1, 28, 28), (3, 8, 12), (2,), (3,)])
def test_it_has_the_shape_and_says_that_it_is_no_data(shape: tuple[int, ...]) -> None:
    data = stand_in(shape)
    assert data.shape == shape and is_stand_in(data) and "not data" in data.title
    assert torch.equal(data.values, stand_in(shape).values)
    assert not is_stand_in(open_dataset("digits"))


def test_the_pictures_are_ramps_of_grey() -> None:
    values = stand_in((3, 5, 9)).values
    assert torch.equal(values[:, 0], values[:, 2]), "grey"
    assert values[0, 0, 0].tolist() == [round(255 * k / 8) for k in range(9)]
    assert torch.equal(values[2], values[0].flip(-1)) and torch.equal(values[3], values[1].flip(-2))
    assert values[4, 0].argmax() == values[4, 0].numel() - 1, "bright towards a corner"
