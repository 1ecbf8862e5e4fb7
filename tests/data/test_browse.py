"""Leafing through a data set reaches every sample, and of a class only its own."""

import torch

from diffvis.data.browse import leaf, members, samples_from
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
