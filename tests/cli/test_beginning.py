"""Where chains of the command line begin."""

from pathlib import Path

import pytest
import torch
from PIL import Image

from diffvis.cli.beginning import beginning_of, branches_of
from diffvis.data.catalogue import open_dataset
from diffvis.errors import UserError
from diffvis.models.model import Model, open_model
from diffvis.rendering.recipe import read_recipe
from diffvis.sampling.chain import run_chain
from diffvis.sampling.settings import EVERY_CLASS, ChainSettings

from .conftest import Call

DDIM = ChainSettings(sampler="ddim", steps=10, eta=1.0, count=4, seed=3, label=EVERY_CLASS)


@pytest.fixture
def model() -> Model:
    return open_model("digits")


def test_a_number_is_the_place_in_the_data(model: Model) -> None:
    found = beginning_of(model, "5", 200)
    assert torch.equal(found.x0, open_dataset("digits").x0([5])[0])
    assert (found.t, found.words) == (200, "from no. 5 at t = 200")
    assert beginning_of(model, "5", None).t == 150


def test_a_picture_becomes_a_sample(model: Model, tmp_path: Path) -> None:
    picture = tmp_path / "own.png"
    Image.new("L", (20, 20), 255).save(picture)
    found = beginning_of(model, str(picture), 30)
    assert torch.equal(found.x0, torch.ones(1, 8, 8))
    assert found.title == "own.png"


@pytest.mark.parametrize("begin", [None, "5"])
def test_a_branch_leaves_the_chain_at_the_time_above(model: Model, begin: str | None) -> None:
    beginning = None if begin is None else beginning_of(model, begin, 200)
    x = None if beginning is None else beginning.noised(model.schedule, DDIM)
    steps = run_chain(model, DDIM, x=x, begin=None if beginning is None else 200)
    step = min((step for step in steps if step.t >= 95), key=lambda step: step.t)
    found, settings = branches_of(model, DDIM, beginning, 2, 95, 6, "cpu")
    assert found.frozen and found.t == step.t >= 95
    assert torch.equal(found.x0, step.x_t[2])
    assert (settings.count, settings.seed, settings.label) == (6, 4, 2)


def test_branches_of_other_noise_only(model: Model) -> None:
    for quiet in (DDIM.changed(eta=0.0), DDIM.changed(sampler="dpm-solver")):
        with pytest.raises(UserError, match="are all the same: choose --sampler ddpm"):
            branches_of(model, quiet, None, 2, 95, 6, "cpu")
    last = DDIM.changed(seed=2**63 - 1)
    assert branches_of(model, last, None, 2, 290, 6, "cpu")[1].seed == 0


@pytest.mark.parametrize("command", ["reverse", "compare"])
def test_a_picture_is_told_no_class_unless_one_is_given(
    diffvis: Call, tmp_path: Path, command: str
) -> None:
    """In turn one five would become a 0, a 1, a 2."""
    words = ["export", command, "digits", "--steps", "2", "--count", "2", "--size", "320x180"]
    for number, (given, label) in enumerate({"": None, "each": EVERY_CLASS, "3": 3}.items()):
        out = tmp_path / f"{number}.png"
        label_of = ["--label", given] if given else []
        assert diffvis(*words, "--begin", "5", *label_of, "--out", out).status == 0
        recipe = read_recipe(out)
        assert recipe["beginning"]["t"] == 150
        sides = recipe.get("sides", [{"settings": recipe["spec"]}])
        assert {side["settings"]["label"] for side in sides} == {label}
