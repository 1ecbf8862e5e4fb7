"""A chain that another model guides: as vectors, and remade from its recipe."""

from pathlib import Path

import numpy as np
import torch

from diffvis.diffusion import estimate
from diffvis.files import shipped_models
from diffvis.models.model import open_model
from diffvis.rendering.chain_layers import field_of
from diffvis.rendering.frames import chain_words
from diffvis.rendering.recipe import make_recipe
from diffvis.rendering.remake import remake
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.subjects.compare import Compare, ComparedChain
from diffvis.rendering.subjects.sample import Samples
from diffvis.sampling.settings import ChainSettings

CHOSEN = {"sampler": "ddim", "steps": 4, "count": 5, "guidance": 2.0}


def test_the_vectors_are_both_scores_and_the_push(tmp_path: Path) -> None:
    model, weak = open_model("swiss-roll-flow"), open_model("swiss-roll-reflow")
    settings = ChainSettings(**CHOSEN, guide_by="swiss-roll-reflow")
    found = field_of(model, settings, 30, "guidance", "cpu")
    x = torch.from_numpy(found.places)
    with torch.no_grad():
        one, other = (
            -estimate(each.denoiser, model.schedule, x, 30).eps_hat.numpy()
            / float(model.schedule.noise[30])
            for each in (weak, model)
        )
    np.testing.assert_allclose(found.guided, 2 * other - one, rtol=1e-4, atol=1e-3)
    assert "guidance 2 · guided by swiss-roll-reflow" in chain_words(settings, model)


def test_a_recipe_knows_what_guides(tmp_path: Path, monkeypatch) -> None:
    """It is found again from another folder, and said to be another where its weights are."""
    model = open_model("swiss-roll-flow")
    place = tmp_path / "weak"
    place.symlink_to(shipped_models() / "swiss-roll-reflow")
    monkeypatch.chdir(tmp_path)
    spec = ExportSpec(**CHOSEN, guide_by="weak")
    recipe = make_recipe(Samples(model), spec)
    assert "guide" not in make_recipe(Samples(model), spec.changed(guide_by=""))
    monkeypatch.chdir(Path.home())
    made = remake(recipe)
    assert made.spec.chain.guide_by == str(place) and not made.differences
    place.unlink()
    place.symlink_to(shipped_models() / "swiss-roll-flow")
    (told,) = remake(recipe).differences
    assert told == "what guides, weak, is not what it was: its weights differ"


def test_so_does_that_of_a_comparison() -> None:
    model = open_model("swiss-roll-flow")
    settings = [ChainSettings(**CHOSEN, guide_by=by) for by in ("", "swiss-roll-reflow")]
    sides = tuple(ComparedChain(model, each) for each in settings)
    made = remake(make_recipe(Compare(sides), ExportSpec(**CHOSEN)))
    assert [side.settings for side in made.subject.sides] == settings and not made.differences
