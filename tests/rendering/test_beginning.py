"""Exports of chains that do not begin with noise."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from diffvis.data import Dataset
from diffvis.diffusion import make_schedule
from diffvis.errors import UserError
from diffvis.rendering.export import export
from diffvis.rendering.frames import chain_words
from diffvis.rendering.recipe import make_recipe, read_recipe
from diffvis.rendering.remake import remake
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.subjects.compare import Compare, Side
from diffvis.rendering.subjects.reverse import Reverse
from diffvis.rendering.subjects.subject import Subject
from diffvis.training.beginning import Beginning
from diffvis.training.model import Model, exact_model
from diffvis.training.sampling import ChainSettings, run_chain

SPEC = ExportSpec(size=(320, 180), frames=4, count=3, seed=2, steps=6, sampler="ddim")
SETTINGS = SPEC.chain_settings(is_points=False)


@pytest.fixture
def beginning(digits: Dataset) -> Beginning:
    return Beginning(digits.x0([4])[0], 17, "sample 5")


@pytest.fixture
def reverse(digits_model: Model, beginning: Beginning) -> Reverse:
    return Reverse(digits_model, beginning)


def test_the_chain_is_that_of_the_noised_sample(
    digits_model: Model, reverse: Reverse, beginning: Beginning
) -> None:
    x = beginning.noised(digits_model.schedule, SETTINGS)
    steps = list(run_chain(digits_model, SETTINGS, x=x, begin=17))
    *_, made = reverse.content("numbers", replace(SPEC, frames=30)).pieces()
    assert made["t"].tolist() == [*(step.t for step in steps), 0]
    assert np.array_equal(made["x_t"][0], x.numpy())
    assert np.array_equal(made["x_t"][-1], steps[-1].x_s.numpy())
    *_, late = reverse.content("numbers", replace(SPEC, view="single", t=25)).pieces()
    assert late["t"].tolist() == [17], "before it begins there is where it begins"


def test_the_caption_says_where_it_begins(digits_model: Model, beginning: Beginning) -> None:
    words = chain_words(SETTINGS, digits_model, beginning)
    assert words == "DDIM η = 0, 6 steps · from sample 5 at t = 17 · seed 2"


def sides(model: Model) -> tuple[Side, ...]:
    return Side(model, SETTINGS), Side(model, replace(SETTINGS, sampler="ddpm"))


@pytest.mark.parametrize("what", ["samples", "strip", "step", "compare"])
def test_its_recipe_makes_it_again(
    tmp_path: Path, digits_model: Model, reverse: Reverse, beginning: Beginning, what: str
) -> None:
    subject: Subject = Compare(sides(digits_model), beginning) if what == "compare" else reverse
    spec = SPEC if what == "compare" else replace(SPEC, view=what)
    path, again = tmp_path / "a.png", tmp_path / "b.png"
    list(export(path, subject, spec))
    made = remake(read_recipe(path))
    assert made.differences == ()
    assert torch.equal(made.subject.beginning.x0, beginning.x0)
    list(export(again, made.subject, made.spec))
    assert again.read_bytes() == path.read_bytes()


def test_a_recipe_with_a_sample_that_does_not_fit_is_not_sound(reverse: Reverse) -> None:
    recipe = make_recipe(reverse, SPEC)
    for change in ({"shape": [1, 4, 4]}, {"x0": "AAAA"}, {"x0": 3}):
        with pytest.raises(UserError, match="not sound"):
            remake({**recipe, "beginning": {**recipe["beginning"], **change}})


def states(subject: Compare, t: int) -> list[int]:
    """The times that a still of a comparison shows, read off its frames' captions."""
    shown = []
    draw = Compare._draw

    def seen(self, moments, *rest):
        shown.extend(moment[0] for moment in moments)
        return draw(self, moments, *rest)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Compare, "_draw", seen)
        list(subject.content("picture", replace(SPEC, t=t)).pieces())
    return shown[:2]


@pytest.mark.parametrize("t", [30, 24, 20, 19, 11, 1, 0])
def test_a_still_of_two_chains_shows_the_times_of_the_window(digits_model: Model, t: int) -> None:
    both = (
        Side(digits_model, ChainSettings(steps=3, count=3)),  # 30, 20, 10, 0
        Side(digits_model, ChainSettings(steps=30, count=3)),
    )
    assert states(Compare(both), t) == [-(-t // 10) * 10, t]


def test_a_film_of_two_chains_begins_where_they_do(
    digits_model: Model, beginning: Beginning
) -> None:
    content = Compare(sides(digits_model), beginning).content("film", SPEC)
    frames = [frame for frame in content.pieces() if frame is not None]
    assert len(frames) == SPEC.frames
    assert not np.array_equal(frames[0], frames[1]), "it does not stand still until then"


def test_a_chain_of_another_schedule_begins_after_the_same_part_of_it(
    digits: Dataset, digits_model: Model, beginning: Beginning
) -> None:
    longer = exact_model(digits, make_schedule("linear", 61), limit=50)
    both = Compare((Side(digits_model, SETTINGS), Side(longer, SETTINGS)), beginning)
    assert states(both, 30) == [17, 35]
    whole = Compare(
        (Side(digits_model, ChainSettings(count=3)), Side(longer, ChainSettings(count=3)))
    )
    assert states(whole, 15) == [15, 31], "as in the window, where t is the same part of T"
