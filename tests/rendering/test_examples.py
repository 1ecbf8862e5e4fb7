"""Sheets of examples: of every class, from the training split, and nothing twice."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from diffvis.data import Dataset, open_dataset
from diffvis.rendering.examples import draw_examples, examples
from diffvis.rendering.style import LIGHT


@pytest.fixture(scope="module")
def digits() -> Dataset:
    return open_dataset("digits")


def test_classes_come_in_turns_from_the_training_split(digits: Dataset) -> None:
    index = examples(digits, 30)
    assert digits.labels[index].tolist() == [*range(10)] * 3
    assert set(index.tolist()) <= set(digits.train.tolist())
    assert len(index.unique()) == 30


@pytest.mark.parametrize("count", [1, 5, 10_000])
def test_there_may_be_no_classes_or_too_few_samples(digits: Dataset, count: int) -> None:
    few = replace(digits, labels=None, classes=(), train=digits.train[:20])
    index = examples(few, count)
    assert len(index) == min(count, 20) == len(index.unique())
    labelled = examples(replace(digits, train=digits.train[:20]), count)
    assert len(labelled) <= 20 and len(labelled) == len(labelled.unique())


def test_a_sheet_shows_the_pictures_themselves(digits: Dataset) -> None:
    sheet = draw_examples(digits, (400, 400), LIGHT, 20)
    first = digits.values[examples(digits, 20)[0], 0].numpy()
    scale = next(n for n in range(9, 0, -1) if (sheet[: 8 * n : n, : 8 * n : n, 0] == first).all())
    assert scale == 4
    assert sheet.shape[1] <= 400 and sheet.dtype == np.uint8


@pytest.mark.parametrize("name", ["swiss-roll", "moons"])
def test_points_fill_their_picture_in_colour(name: str) -> None:
    sheet = draw_examples(open_dataset(name, n=500), (90, 60), LIGHT, 300)
    assert sheet.shape == (60, 90, 3)
    coloured = torch.from_numpy(sheet.astype(int)).diff(dim=2).abs().amax(dim=2) > 40
    assert coloured.sum() > 50
