"""Leafing through a data set reaches every sample, and of a class only its own."""

from dataclasses import replace

import pytest
import torch

from diffvis.data.browse import leaf, members, samples_from, spread_places
from diffvis.data.catalogue import open_dataset


def test_all_samples_round_the_end() -> None:
    digits = open_dataset("digits")
    last = len(digits) - 1
    assert samples_from(digits, 3, last).tolist() == [last, 0, 1]
    assert leaf(digits, last, 1) == 0
    assert leaf(digits, 0, -1) == last


def test_only_samples_of_the_class() -> None:
    digits = open_dataset("digits")
    assert digits.labels is not None
    sevens = samples_from(digits, 9, 100, label=7)
    assert (digits.labels[sevens] == 7).all()
    assert sevens[0] >= 100
    assert not (digits.labels[100 : int(sevens[0])] == 7).any()
    following = leaf(digits, int(sevens[0]), 9, label=7)
    assert following == int(samples_from(digits, 10, 100, label=7)[9])
    assert leaf(digits, following, -9, label=7) == int(sevens[0])


def test_more_than_there_are() -> None:
    digits = open_dataset("digits")
    sevens = members(digits, 7)
    found = samples_from(digits, 10_000, 0, label=7)
    assert torch.equal(found.sort().values, sevens)
    assert len(samples_from(digits, 5, 0, label=99)) == 0


@pytest.mark.parametrize(("n", "count"), [(1, 1), (3, 2), (10, 7), (1_000, 999), (70_000, 9)])
def test_one_is_taken_from_each_of_equal_parts(n: int, count: int) -> None:
    places = spread_places(n, count)
    assert places[0] == 0
    assert len(places) == count
    for i, place in enumerate(places.tolist()):
        assert i * n // count <= place < (i + 1) * n // count
    assert torch.equal(places, spread_places(n, count)), "always the same ones"


@pytest.mark.parametrize("n", [0, 1, 5])
def test_all_of_few_are_taken_in_their_order(n: int) -> None:
    assert spread_places(n, 9).tolist() == list(range(n))


@pytest.mark.parametrize("count", [200, 500, 2_000])
@pytest.mark.parametrize("period", [2, 5, 10, 100, 10_000])
def test_what_is_shown_has_the_mean_of_all(period: int, count: int) -> None:
    """Also where classes come in turn, so that an even stride would meet one of them alone."""
    values = (torch.arange(10_000) % period).double() / (period - 1)
    shown = values[spread_places(len(values), count)]
    assert float(shown.mean()) == pytest.approx(float(values.mean()), abs=0.01)
    assert float(shown.std()) == pytest.approx(float(values.std()), abs=0.01)


def test_spread_samples_begin_with_the_one_that_was_asked_for() -> None:
    digits = open_dataset("digits")
    order = digits.labels.argsort(stable=True)
    by_class = replace(digits, values=digits.values[order], labels=digits.labels[order])
    assert by_class.labels[samples_from(by_class, 9, 0)].unique().tolist() == [0]
    found = samples_from(by_class, 9, 0, spread=True)
    assert len(by_class.labels[found].unique()) >= 8
    for first in (0, 100, len(digits) - 1):
        found = samples_from(by_class, 9, first, spread=True)
        assert found[0] == first
        assert len(found.unique()) == 9
        assert len(by_class.labels[found].unique()) >= 7
    sevens = samples_from(digits, 9, 100, label=7, spread=True)
    assert (digits.labels[sevens] == 7).all()
    assert sevens[0] == samples_from(digits, 1, 100, label=7)[0]
