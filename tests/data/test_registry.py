"""A data set of one's own, as CONTRIBUTING has it, opens like any other."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from diffvis.data import entries, open_dataset, register
from diffvis.data.registry import OWN_SETS
from diffvis.errors import UserError

PAGE = (Path(__file__).parents[2] / "CONTRIBUTING.md").read_text(encoding="utf-8")


@pytest.fixture(autouse=True)
def sets_as_before() -> Iterator[None]:
    with OWN_SETS.for_a_while():
        yield


def test_the_one_of_contributing_opens_by_its_name() -> None:
    (block,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    exec(block, {})
    (entry,) = (entry for entry in entries() if entry.name == "rings")
    assert (entry.title, entry.kind) == ("Rings", "points")
    data = open_dataset("rings?n=300&seed=1")
    radius = data.scaling.to_data(data.x0()).norm(dim=1)
    assert len(data) == 300 and sorted({round(each) for each in radius.tolist()}) == [1, 2]
    assert open_dataset(data.source).fingerprint == data.fingerprint
    with pytest.raises(UserError, match="rings has no option noise"):
        open_dataset("rings", noise=1)


@pytest.mark.parametrize("name", ["swiss-roll", "digits", "mnist"])
def test_the_names_of_our_own_are_taken(name: str) -> None:
    with pytest.raises(ValueError, match=f"there is a data set {name} already"):
        register(name, "", "", "points")


def test_options_are_those_that_there_are() -> None:
    with pytest.raises(ValueError, match="which are not among n, noise"):
        register("rings", "Rings", "", "points", options=("n", "radii"))
