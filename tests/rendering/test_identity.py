"""What a recipe says of a model stays true however the model is opened."""

from pathlib import Path

import pytest
import torch

from diffvis.files import shipped_models
from diffvis.models.model import open_model
from diffvis.models.shipped import WEIGHTS, shipped_names
from diffvis.models.weights import read_checkpoint
from diffvis.rendering.identity import identify_model, sha256_of, weights_hash
from diffvis.rendering.recipe import read_recipe

FIGURES = Path(__file__).parents[2] / "docs" / "pictures" / "figures"


@pytest.mark.parametrize("name", shipped_names())
def test_the_weights_are_those_that_are_stored(name: str) -> None:
    _, tensors = read_checkpoint(shipped_models() / name / WEIGHTS)
    assert weights_hash(open_model(name)) == sha256_of(tensors[key] for key in sorted(tensors))


def test_a_share_of_x_t_counts_where_there_is_one() -> None:
    model = open_model("digits")
    before = weights_hash(model)
    with torch.no_grad():
        model.denoiser.network.share.bias.fill_(0.1)
    assert weights_hash(model) != before


@pytest.mark.parametrize(
    "figure", ["reverse-strip.png", "nearest.png", "compare.webp", "score.png"]
)
def test_the_figures_of_the_docs_know_their_models(figure: str) -> None:
    recipe = read_recipe(FIGURES / figure)
    sides = recipe["sides"] if recipe["what"] == "compare" else [recipe]
    for told in (side["model"] for side in sides):
        assert identify_model(open_model(told["source"])) == told
