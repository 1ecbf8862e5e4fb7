"""What is told of each bug."""

import pytest

from diffvis.bugs.catalogue import BUGS, bug_named
from diffvis.bugs.chains import chain_with
from diffvis.errors import UserError
from diffvis.rendering.markup import parse, plain
from diffvis.sampling.chain import run_chain
from diffvis.sampling.registry import SAMPLERS

LISTED = (
    "beta-for-alpha-bar", "no-t", "sqrt-forgotten", "noise-in-last-step", "t-off-by-one",
    "last-step-missing", "variance-for-sigma", "ddim-direction-sigma", "betas-not-rescaled",
    "data-in-0-1", "clip-x-t", "train-mode", "eps-read-as-v", "ema-unused",
)  # fmt: skip


def test_those_that_everyone_makes_are_there() -> None:
    assert set(LISTED) <= set(BUGS)


@pytest.mark.parametrize("name", BUGS)
def test_each_is_told_in_full(name: str) -> None:
    bug = BUGS[name]
    assert bug.name == name == name.lower()
    assert bug.right != bug.wrong
    assert parse(bug.right) and parse(bug.wrong)
    assert "\\" not in plain(bug.right) + plain(bug.wrong)
    for words in (bug.effect, bug.loss_by_t, bug.fooled, bug.recognise):
        assert words.endswith(".")
    assert bug.places, "it can be seen somewhere"
    assert not bug.stand_in or bug.compare is not None


@pytest.mark.parametrize("name", BUGS)
def test_a_chain_is_there_exactly_where_it_is_promised(name: str) -> None:
    if BUGS[name].compare is None:
        with pytest.raises(UserError, match="cannot be shown in a chain"):
            chain_with(name)
    else:
        assert chain_with(name) is not run_chain


def test_without_a_name_there_is_no_bug_and_an_unknown_one_is_refused() -> None:
    assert chain_with("") is run_chain
    with pytest.raises(UserError, match="there is no bug nonsense"):
        bug_named("nonsense")


def test_no_sampler_that_can_be_chosen_is_wrong() -> None:
    homes = {made.__module__ for made in SAMPLERS.values()}
    assert not [home for home in homes if home.startswith("diffvis.bugs")]
