import math

import pytest
import torch

from diffvis.evaluation import energy_distance, sliced_wasserstein, wasserstein


def normal(n: int, seed: int, shift: float = 0.0, d: int = 2) -> torch.Tensor:
    return torch.randn(n, d, generator=torch.Generator().manual_seed(seed)) + shift


@pytest.mark.parametrize("distance", [sliced_wasserstein, wasserstein, energy_distance])
def test_zero_for_the_same_set_in_any_order(distance) -> None:
    x = normal(300, 0)
    order = torch.randperm(300, generator=torch.Generator().manual_seed(1))
    assert distance(x, x[order]) == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("distance", [sliced_wasserstein, wasserstein, energy_distance])
def test_symmetric_and_growing_with_the_shift(distance) -> None:
    x, near, far = normal(300, 0), normal(300, 1, 0.5), normal(300, 1, 2.0)
    assert distance(x, near) == pytest.approx(distance(near, x))
    assert 0 < distance(x, near) < distance(x, far)


def test_a_shift_moves_by_its_own_length() -> None:
    x = normal(200, 0)
    shift = torch.tensor([3.0, 4.0])
    for p in (1, 2):
        assert wasserstein(x, x + shift, p) == pytest.approx(5, rel=1e-4)
    # Along a random direction of the plane, the mean square of the shift is half its square.
    assert sliced_wasserstein(x, x + shift, 3_000) == pytest.approx(5 / math.sqrt(2), rel=0.05)
    assert sliced_wasserstein(x, x + shift, 3_000, p=1) == pytest.approx(5 * 2 / math.pi, rel=0.05)


def test_in_one_dimension_slices_are_exact() -> None:
    x, y = normal(200, 0, d=1), normal(200, 1, 0.3, d=1)
    for p in (1, 2):
        assert sliced_wasserstein(x, y, 3, p=p) == pytest.approx(wasserstein(x, y, p))


def test_sizes_may_differ() -> None:
    x, y = normal(30, 0), normal(20, 1)
    repeated = sliced_wasserstein(x.repeat(2, 1), y.repeat(3, 1))
    assert sliced_wasserstein(x, y) == pytest.approx(repeated)
    assert energy_distance(x, y) == pytest.approx(energy_distance(x.repeat(2, 1), y.repeat(3, 1)))


def test_energy_distance_of_two_points_is_known() -> None:
    assert energy_distance(torch.zeros(1, 1), torch.full((1, 1), 2.0)) == pytest.approx(2.0)


def test_units_are_those_of_the_samples() -> None:
    x, y = normal(100, 0), normal(100, 1, 0.4)
    for distance in (sliced_wasserstein, wasserstein):
        assert distance(10 * x, 10 * y) == pytest.approx(10 * distance(x, y))
    assert energy_distance(4 * x, 4 * y) == pytest.approx(2 * energy_distance(x, y))


def test_images_are_compared_value_by_value() -> None:
    x = torch.rand(8, 1, 4, 4, generator=torch.Generator().manual_seed(0))
    assert sliced_wasserstein(x, 1 - x) == pytest.approx(
        sliced_wasserstein(x.flatten(1), 1 - x.flatten(1))
    )


def test_a_generator_chooses_the_directions() -> None:
    x, y = normal(100, 0), normal(100, 1, 0.4)
    seeded = [
        sliced_wasserstein(x, y, 4, torch.Generator().manual_seed(seed)) for seed in (1, 1, 2)
    ]
    assert seeded[0] == seeded[1] != seeded[2]
    assert sliced_wasserstein(x, y, 4) == sliced_wasserstein(x, y, 4)


def test_what_cannot_be_compared_is_named() -> None:
    x = normal(10, 0)
    with pytest.raises(ValueError, match="finite"):
        energy_distance(x, x / 0)
    with pytest.raises(ValueError, match="2 and 3"):
        sliced_wasserstein(x, normal(10, 0, d=3))
    with pytest.raises(ValueError, match="N > 0"):
        sliced_wasserstein(x[:0], x)
    with pytest.raises(ValueError, match="equal size"):
        wasserstein(x, x[:5])
    with pytest.raises(ValueError, match="order"):
        sliced_wasserstein(x, x, p=3)
