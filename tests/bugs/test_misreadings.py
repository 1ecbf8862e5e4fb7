"""Which readings that are taken for each other are bugs of the catalogue."""

from typing import Any

import pytest

from diffvis.bugs.catalogue import BUGS
from diffvis.bugs.misreadings import MISTAKEN, misreadings
from diffvis.diffusion import make_schedule
from diffvis.models.reading import Reading

SOUND = Reading(make_schedule("linear", 100))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ()),
        ({"predicts": "v"}, ("eps-read-as-v",)),
        ({"predicts": "x0"}, ()),
        ({"time": "unit"}, ()),
        ({"schedule": make_schedule("linear-unscaled", 100)}, ("betas-not-rescaled",)),
        ({"schedule": make_schedule("cosine", 100)}, ()),
        ({"range": (0, 1)}, ("data-in-0-1",)),
        ({"range": (-2, 2)}, ()),
        ({"predicts": "v", "range": (0, 1)}, ("eps-read-as-v", "data-in-0-1")),
    ],
)
def test_which_it_is_whichever_of_the_two_is_right(
    changes: dict[str, Any], expected: tuple[str, ...]
) -> None:
    other = SOUND.with_(**changes)
    assert misreadings(SOUND, other) == misreadings(other, SOUND) == expected


def test_they_are_of_the_catalogue() -> None:
    assert set(MISTAKEN.values()) <= set(BUGS)
